/* SPDX-License-Identifier: BSD-2-Clause */
/* discover.h - when to ask, and when a silence counts.
 *
 * Pure: no sockets, SNMP, locks or clock.  The caller (net/prober.h, or a replay
 * with simulated time) reports datagrams, interfaces and kernel drops, calls
 * discover_tick() when it asked to be called, sends the requests it is handed
 * and reports whether that worked.  Everything learnt goes into the inventory.
 *
 * A round starts with a request on every usable link.  While managers there
 * are silent it is repeated, `window`/`probes` apart, `probes` requests in all, or
 * two if they leave from two ports and `probes` is 1: before anybody is missed, each
 * link has been asked from both.  `window` after its start the round is judged for
 * each link: not at all while the link was blind (no carrier, no address, no
 * membership, cannot send), by the last request from each port during which the
 * kernel dropped nothing otherwise, and for want of one the round asks again, twice
 * at most, and is then excused.
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
#include "core/wire.h"

struct discover;

enum source_port {
	SOURCE_PORT_AUTO, /* the two in turn */
	SOURCE_PORT_FIXED,
	SOURCE_PORT_EPHEMERAL,
};

/* What interval may be, by SNMP SET too. */
#define DISCOVER_INTERVAL_MIN_US (100 * US_PER_MS)
#define DISCOVER_INTERVAL_MAX_US US_PER_DAY

/* How requests are sent. */
struct request_settings {
	uint32_t group; /* IPv4 multicast address, host byte order */
	uint16_t port;  /* they go to, and what SOURCE_PORT_FIXED is */
	unsigned int hops;
	enum source_port source_port;
};

struct discover_settings {
	int64_t interval_us; /* from round to round; at least 2 * window_us */
	int64_t window_us;   /* from the first request to the judgement */
	unsigned int probes; /* requests in a round, at least 1; SOURCE_PORT_AUTO: or 2 */
	unsigned int misses; /* also how long blindness is tolerated, in rounds */
	struct request_settings request;
	bool always_probe; /* repeat even when nobody is missed (scanner) */
};

/* How a datagram came in. */
struct arrival {
	unsigned int ifindex; /* 0: not known */
	bool on_loopback;
	uint32_t source; /* host byte order */
	uint16_t source_port;
	bool source_is_local; /* source is an address of this host */
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
	uint64_t rounds;          /* complete ones, out of turn included */
	struct moment last_round; /* its start; wall_ms 0: none yet */
	int64_t last_duration_us;
	uint32_t last_answers; /* managers and candidates heard in it */
};

/* settings are copied, the inventory is borrowed and outlives it.  The first
 * round is due at `now`.  on_event (may be NULL) hears of links that become
 * impaired and are restored.  NULL when out of memory; discover_free(NULL) is
 * fine. */
struct discover *discover_new(const struct discover_settings *settings, struct inventory *inv,
			      struct moment now, event_fn *on_event, void *ctx);
void discover_free(struct discover *d);

/* Change the settings of a running discovery.  A new interval counts from the
 * start of the last regular round. */
void discover_configure(struct discover *d, const struct discover_settings *settings);

/* Refuse (VERDICT_DENIED) what the list, which is copied, does not permit; by
 * default nothing is refused.  0, or -1 when out of memory, the old list then
 * staying in force. */
int discover_set_access(struct discover *d, const struct access_list *access);

const struct access_list *discover_access(const struct discover *d);
const struct discover_settings *discover_settings(const struct discover *d);

/* Report all interfaces that there are (see links_update()): at the start, and
 * whenever anything about one may have changed.  Another address than last time, or
 * another ifindex under the same name, means that it was away in between.  A link
 * keeps its number until it is gone and no row depends on it. */
void discover_set_links(struct discover *d, struct link_report reports[], int count);

/* Report that an interface was unusable for an instant, whatever it is now. */
void discover_disturb_link(struct discover *d, unsigned int ifindex);

/* Report that the kernel dropped `count` datagrams for want of buffer space on
 * the link's listener, or on a sender (link is LINK_NONE: all are suspect). */
void discover_note_drops(struct discover *d, int link, uint64_t count);

/* Judge and record one datagram.  *reason as in wire_decode(). */
enum verdict discover_receive(struct discover *d, const uint8_t *buf, size_t len,
			      const struct arrival *arrival, struct moment now,
			      struct wire_response *resp, const char **reason);

/* Do what is due at `now`.  Call it when every socket has been drained.
 * Returns when to call it next (monotonic microseconds). */
int64_t discover_tick(struct discover *d, struct moment now);

/* Hand out the next request to send after discover_tick(); false: no more. */
bool discover_next_request(struct discover *d, struct discover_request *req);

/* Report the outcome of a request handed out: the source port it left from if
 * ok, else it could not be sent and the link is blind for this round. */
void discover_sent(struct discover *d, const struct discover_request *req, bool ok,
		   uint16_t source_port, struct moment now);

/* Ask for a round out of turn: it starts at the next discover_tick(), or when
 * the current round is over.  It hears, but nobody misses it. */
void discover_round_now(struct discover *d);

const struct discover_stats *discover_stats(const struct discover *d);

/* The link with the smallest ifIndex >= from that is still there, or NULL; owned
 * by d and valid until it is next called.  *up: managers that are up there. */
const struct link *discover_link_at_or_after(const struct discover *d, unsigned int from,
					     uint32_t *up);

/* Whether there are links whose last event was not taken (event_fn). */
bool discover_is_owed(const struct discover *d);

/* Make an event for each of them. */
void discover_reconcile(struct discover *d, struct moment now);

/* What is kept of a link over a restart; one that was forgotten has no name.  0, or -1:
 * there is no such number. */
int discover_link_record(const struct discover *d, int link, struct link_record *out);

/* Take up a link of a former life, whether or not an interface of that name is
 * there.  Returns its number, *ifindex being 0 when it is not there; LINK_NONE
 * if there are LINKS_MAX already. */
int discover_restore_link(struct discover *d, const struct link_record *record,
			  unsigned int *ifindex);

#endif /* DISCOVER_H */
