/* SPDX-License-Identifier: BSD-2-Clause */
/* links.h - the interfaces as the discovery sees them, by name.
 *
 * Pure.  Whether an interface can be used, what was sent and heard there, and
 * whether a silence there counts.  discover.h decides when to ask.
 */
#ifndef LINKS_H
#define LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "core/notified.h"

/* A link is known by its place in the list: that survives what ifindexes do not. */
#define LINKS_MAX 1024
#define LINK_NONE (-1)

#define LINK_NAME_LEN 16                   /* IF_NAMESIZE */
#define LINK_SHOWN_LEN (4 * LINK_NAME_LEN) /* each octet as \xHH, by text_printable() */

/* Which of the two sockets a request leaves from. */
enum sender {
	SENDER_FIXED,     /* bound to the well-known port, as the guide's client */
	SENDER_EPHEMERAL, /* bound to a port of the kernel's choice */
};
#define SENDER_COUNT 2

/* The values are those of ldmInterfaceState. */
enum link_state {
	LINK_USABLE = 1,
	LINK_DOWN = 2,       /* administratively */
	LINK_NO_CARRIER = 3, /* up, not running */
	LINK_NO_ADDRESS = 4, /* no IPv4 address */
	LINK_NOT_JOINED = 5, /* the group could not be joined */
	LINK_UNSUITABLE = 6, /* loopback, point-to-point or without multicast, and not named */
	LINK_EXCLUDED = 7,   /* by the configuration */
	LINK_GONE = 8,       /* no longer there */
};

struct link {
	char name[LINK_NAME_LEN];
	unsigned int ifindex;
	uint32_t addr; /* host byte order; 0: none */
	enum link_state state;
	const char *detail; /* says more than the state, static; NULL: nothing does */
	bool send_failed;   /* the last request */

	uint64_t requests, responses, kernel_drops; /* so far */

	bool deaf;                /* as in struct link_report */
	int64_t deaf_us;          /* start of the first round that began so; 0: none */
	unsigned int deaf_rounds; /* since then */

	/* This round: */
	bool asked; /* a request has left */
	bool blind; /* unusable at some moment */
	bool dirty; /* the kernel dropped something since the last request */
	struct {
		bool asked, clean; /* a request went by; without drops */
	} from[SENDER_COUNT];
	enum sender sender; /* of the last request */
	const char *why;    /* it was blind; static */

	bool to_send;
	uint64_t wave; /* of the last request; 0: none yet */
	int64_t requested_us;

	/* Copies of our own requests that the kernel has yet to loop back. */
	struct {
		uint16_t port;
		unsigned int count;
	} loops[SENDER_COUNT];

	unsigned int excused; /* rounds, less those that were judged meanwhile */
	unsigned int unseen;  /* blind or excused rounds in a row, while rows depend on it */
	bool impaired;        /* there was an event of it, whether or not it was taken */
	struct notified notified;
	const char *sight; /* the reason in the last event; static */
};

/* An interface as it is now. */
struct link_report {
	char name[LINK_NAME_LEN];
	unsigned int ifindex;
	uint32_t addr;         /* host byte order; 0: none */
	enum link_state state; /* not LINK_GONE */
	const char *detail;    /* says more than the state, static; NULL: nothing does */
	bool deaf;             /* usable, but answers to the group cannot be heard */
	int link;              /* set by links_update(): its number, or LINK_NONE */
};

/* A link as it is kept over a restart. */
struct link_record {
	char name[LINK_NAME_LEN];
	bool impaired; /* has been announced */
};

/* What a round found out about a link: does the silence of its managers count? */
enum link_judgement {
	LINK_JUDGED,    /* yes */
	LINK_EXCUSED,   /* no: the miss counts stand still */
	LINK_UNTRUSTED, /* no, and for so long that its managers become unknown */
};

/* The same for each manager there: who was not heard since the link became deaf may
 * be one that answers to the group. */
struct link_verdict {
	enum link_judgement heard;   /* of those heard since then, or of all */
	enum link_judgement unheard; /* of the others */
	int64_t deaf_us;             /* as in struct link */
};

struct links {
	struct link list[LINKS_MAX]; /* without a name: not in use, LINK_GONE */
	int count;
};

/* In words an operator understands: "no carrier"; static, never NULL. */
const char *link_state_text(enum link_state state);

/* What keeps it from being used now, or used in every way, or "" if nothing does;
 * static. */
const char *link_trouble(const struct link *link);

/* The link of that name or a new one, in state LINK_GONE; NULL when there are
 * LINKS_MAX others. */
struct link *links_place(struct links *links, const char *name);

/* Bring them in step with all interfaces that there are: one that is not among
 * the reports is gone.  Under another name an ifindex is the same link as before;
 * otherwise the link is the one of that name, with another ifindex perhaps.
 * Returns how many found no place. */
int links_update(struct links *links, struct link_report reports[], int count);

/* Give up its place. */
void link_forget(struct link *link);

/* The link that is there now under that ifIndex, or NULL. */
struct link *links_by_index(struct links *links, unsigned int ifindex);

/* The link with the smallest ifIndex >= from, those that are gone excepted, or
 * NULL. */
const struct link *links_at_or_after(const struct links *links, unsigned int from);

/* Take note of what it is now.  Not usable, or another ifindex or address than
 * last time: blind. */
void link_set(struct link *link, unsigned int ifindex, uint32_t addr, enum link_state state);

/* Say more of its state than the state does (NULL: nothing); detail is static. */
void link_explain(struct link *link, const char *detail);

/* It could not be used for a moment; why is static. */
void link_blind(struct link *link, const char *why);

void link_start_round(struct link *link, int64_t now_us);

/* The time since the last request is over: did it pass without drops? */
void link_settle_request(struct link *link);

/* Whether one did from each port that was asked from: not everybody hears both. */
bool link_is_clean(const struct link *link);

/* A request has left from that port. */
void link_note_sent(struct link *link, enum sender sender, uint16_t port, uint64_t wave,
		    int64_t now_us);

/* Whether a request that came in from this port of this host is one of ours,
 * looped back by the kernel.  Each is looped once: what comes beyond that is
 * another discoverer's that shares the port. */
bool link_is_own_request(struct link *link, uint16_t source_port);

/* Whether somebody who was never heard may be expected there: an interface that
 * is switched off or has no address is not in use. */
bool link_in_use(const struct link *link);

/* Close a round: does the silence of its managers count?  pending: there are
 * silent ones.  *excused: it does not, on account of kernel drops. */
struct link_verdict link_judge(struct link *link, bool pending, unsigned int misses, bool *excused);

/* Does that of one last heard then (monotonic microseconds)? */
enum link_judgement link_verdict_on(const struct link_verdict *verdict, int64_t heard_us);

#endif /* LINKS_H */
