/* SPDX-License-Identifier: BSD-2-Clause */
/* discover.h - decides when to send requests, and whether silence counts.
 *
 * Pure: no sockets, SNMP, locks or clock.  The caller (net/prober.h, or a replay with
 * simulated time) reports datagrams, interfaces and kernel drops, calls discover_tick()
 * at the times that it returns, sends the requests that it is given, and reports whether
 * they could be sent.  The results are recorded in the inventory.
 *
 * A round starts with a request on each usable link.  While managers on a link are
 * silent, the request is repeated at intervals of `window`/`probes`, up to `probes`
 * requests, or two if `probes` is 1 and there are two source ports, so that a manager
 * misses a round only after requests from both.  `window` after its start, the round is
 * judged for each link.  If the link was blind at any moment (no carrier, no address, no
 * membership, cannot send), silence does not count.  Otherwise it counts if, for each
 * port, the kernel dropped nothing after at least one request; if not, the request is
 * repeated, at most twice, and after that the round is excused.
 */
#ifndef DISCOVER_H
#define DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/access.h"
#include "core/inventory.h"
#include "core/links.h"
#include "core/record.h"
#include "core/wire.h"

struct discover;

enum source_port {
	SOURCE_PORT_AUTO, /* alternating */
	SOURCE_PORT_FIXED,
	SOURCE_PORT_EPHEMERAL,
};

/* The range of interval, also for SNMP SET. */
#define DISCOVER_INTERVAL_MIN_US (100 * US_PER_MS)
#define DISCOVER_INTERVAL_MAX_US US_PER_DAY

/* How requests are sent. */
struct request_settings {
	uint32_t group; /* IPv4 multicast address, host byte order */
	uint16_t port;  /* their destination port, and source port with SOURCE_PORT_FIXED */
	unsigned int hops;
	enum source_port source_port;
};

struct discover_settings {
	int64_t interval_us; /* from round to round; at least 2 * window_us */
	int64_t window_us;   /* from the first request to the judgement */
	unsigned int probes; /* requests in a round, at least 1; for SOURCE_PORT_AUTO see above */
	unsigned int misses; /* rounds; a link that is blind for as many is impaired */
	struct request_settings request;
	bool always_probe; /* repeat even if no manager is silent (scanner) */
};

/* The arrival of a datagram. */
struct arrival {
	unsigned int ifindex; /* 0: not known */
	bool on_loopback;
	uint32_t source; /* host byte order */
	uint16_t source_port;
	bool source_is_local; /* source is an address of this host */
	bool to_group;        /* sent to the multicast group, not to this host */
	int64_t waited_us;    /* since it arrived; 0: not known, or at once */
};

/* A request to send, handed out by discover_next_request(). */
struct discover_request {
	int link;
	unsigned int ifindex;
	enum sender sender;
};

struct discover_stats {
	uint64_t verdicts[VERDICT_COUNT];
	uint64_t cut; /* accepted or unconfirmed, with text that was not terminated */
	uint64_t requests_sent;
	uint64_t send_errors;
	uint64_t kernel_drops;
	uint64_t excused_rounds;  /* once for each link and round */
	uint64_t rounds;          /* completed, including additional ones */
	struct moment last_round; /* its start; wall_ms 0: none yet */
	int64_t last_duration_us;
	uint32_t last_answers; /* managers and candidates heard in it */
};

/* settings are copied; inv must exist as long as the result.  The first round is due at
 * `now`.  on_event (may be NULL) is called for links that become impaired or are restored.
 * Returns NULL if there is no memory.  discover_free(NULL) is allowed. */
struct discover *discover_new(const struct discover_settings *settings, struct inventory *inv,
			      struct moment now, event_fn *on_event, void *ctx);
void discover_free(struct discover *d);

/* Change the settings.  A new interval applies from the start of the last regular
 * round. */
void discover_configure(struct discover *d, const struct discover_settings *settings);

/* Refuse (VERDICT_DENIED) responses that the list, which is copied, does not permit; by
 * default none is refused.  Returns 0, or -1 with the previous list still in effect if
 * there is no memory. */
int discover_set_access(struct discover *d, const struct access_list *access);

const struct access_list *discover_access(const struct discover *d);
const struct discover_settings *discover_settings(const struct discover *d);

/* Report all existing interfaces (see links_update()): at the start, and whenever one
 * may have changed.  An interface whose address, or whose ifindex with the same name, has
 * changed was unusable in between.  A link keeps its number until it is gone and no row
 * depends on it. */
void discover_set_links(struct discover *d, struct link_report reports[], int count);

/* Report that an interface was unusable for a moment, regardless of its state now. */
void discover_disturb_link(struct discover *d, unsigned int ifindex);

/* Report that the kernel dropped `count` datagrams on the link's listener, or on a
 * sender (link is LINK_NONE: any link may be affected). */
void discover_note_drops(struct discover *d, int link, uint64_t count);

/* Judge and record one datagram.  *resp and *reason are set as by wire_decode(). */
enum verdict discover_receive(struct discover *d, const uint8_t *buf, size_t len,
			      const struct arrival *arrival, struct moment now,
			      struct wire_response *resp, const char **reason);

/* Do what is due at `now`.  To be called when all sockets have been read.  Returns the
 * time of the next call (monotonic microseconds). */
int64_t discover_tick(struct discover *d, struct moment now);

/* Set *req to the next request to send after discover_tick().  Returns false if there is
 * none. */
bool discover_next_request(struct discover *d, struct discover_request *req);

/* Report that such a request was sent from this port or, if not ok, that it could not be
 * sent; the link is blind in this round then. */
void discover_sent(struct discover *d, const struct discover_request *req, bool ok,
		   uint16_t source_port, struct moment now);

/* Schedule an additional round: it starts at the next discover_tick(), or when the current
 * round is over.  Silence in it is not counted. */
void discover_round_now(struct discover *d);

const struct discover_stats *discover_stats(const struct discover *d);

/* The existing link with the smallest ifIndex >= from, or NULL; owned by d and valid
 * until the next call.  *up: the number of managers that are up on it. */
const struct link *discover_link_at_or_after(const struct discover *d, unsigned int from,
					     uint32_t *up);

/* The number of links that are impaired, including those whose interfaces are gone: there
 * was an event of it, and none that they were restored. */
uint32_t discover_impaired_links(const struct discover *d);

/* Whether there are links whose last event was not accepted (event_fn). */
bool discover_is_owed(const struct discover *d);

/* Make another event for each of them. */
void discover_reconcile(struct discover *d, struct moment now);

/* Whether a link was renamed since the last call: then its managers have to be saved. */
bool discover_take_renamed(struct discover *d);

/* Copy the name of a link, or "" for LINK_NONE, to out. */
void discover_link_name(const struct discover *d, int link, char out[LINK_NAME_LEN]);

/* Copy the links that were announced as impaired to out, which has room for LINKS_MAX.
 * Returns their number. */
size_t discover_export(const struct discover *d, struct link_record out[]);

/* Restore them. */
void discover_restore(struct discover *d, const struct link_record records[], size_t count);

/* The number of the link of this name, even if there is no such interface: then *ifindex is
 * 0.  LINK_NONE for "", and if there are LINKS_MAX already. */
int discover_restore_link(struct discover *d, const char *name, unsigned int *ifindex);

#endif /* DISCOVER_H */
