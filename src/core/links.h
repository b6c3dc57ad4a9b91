/* SPDX-License-Identifier: BSD-2-Clause */
/* links.h - the interfaces used for discovery, by name.
 *
 * Pure.  Records whether an interface can be used, what was sent and received on it, and
 * whether silence on it counts.  discover.h decides when to send requests.
 */
#ifndef LINKS_H
#define LINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "core/notified.h"

/* A link is identified by its place in the list, because ifindexes may change. */
#define LINKS_MAX 1024
#define LINK_NONE (-1)

#define LINK_NAME_LEN 16                   /* IF_NAMESIZE */
#define LINK_SHOWN_LEN (4 * LINK_NAME_LEN) /* each octet as \xHH, by text_printable() */

/* The socket from which a request is sent. */
enum sender {
	SENDER_FIXED,     /* bound to the well-known port, as in the vendor's guide */
	SENDER_EPHEMERAL, /* bound to a port chosen by the kernel */
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
	LINK_GONE = 8,       /* no such interface any more */
};

struct link {
	char name[LINK_NAME_LEN];
	unsigned int ifindex;
	uint32_t addr; /* host byte order; 0: none */
	enum link_state state;
	const char *detail; /* a more exact description than the state, static; or NULL */
	bool send_failed;   /* the last request could not be sent */

	uint64_t requests, responses, kernel_drops; /* so far */

	bool deaf;                /* as in struct link_report */
	int64_t deaf_us;          /* start of the first round in which it was deaf; 0: none */
	unsigned int deaf_rounds; /* rounds since then */

	/* This round: */
	bool asked; /* a request was sent */
	bool blind; /* it was unusable for a moment */
	bool dirty; /* the kernel dropped datagrams after the last request */
	struct {
		bool asked, clean; /* a request was sent; no drops after at least one */
	} from[SENDER_COUNT];
	enum sender sender; /* of the last request */
	const char *why;    /* the reason for which it was blind; static */

	bool to_send;            /* the current request has to be sent */
	uint64_t request_number; /* of the last request; 0: none yet */
	int64_t requested_us;

	/* Copies of own requests that the kernel has not looped back yet. */
	struct {
		uint16_t port;
		unsigned int count;
	} loops[SENDER_COUNT];

	unsigned int excused; /* excused rounds, minus later ones without drops */
	unsigned int unseen;  /* blind or excused rounds in a row, while rows depend on it */
	bool impaired;        /* by its events, whether or not they were taken */
	struct notified notified;
	const char *sight; /* the reason in the last event; static */
};

/* An interface as it is now. */
struct link_report {
	char name[LINK_NAME_LEN];
	unsigned int ifindex;
	uint32_t addr;         /* host byte order; 0: none */
	enum link_state state; /* not LINK_GONE */
	const char *detail;    /* a more exact description than the state, static; or NULL */
	bool deaf;             /* usable, but answers to the group cannot be received */
	int link;              /* set by links_update(): its number, or LINK_NONE */
};

/* A link in the saved state. */
struct link_record {
	char name[LINK_NAME_LEN];
	bool impaired; /* has been announced */
};

/* The result of a round on a link: whether silence of its managers counts. */
enum link_judgement {
	LINK_JUDGED,    /* yes */
	LINK_EXCUSED,   /* no: misses are not counted */
	LINK_UNTRUSTED, /* no, and for so many rounds that its managers become unknown */
};

/* The judgements of the managers on a link.  Those that have not been heard since it became
 * deaf may be ones that answer to the group. */
struct link_verdict {
	enum link_judgement heard;   /* of those heard since then, or of all if it is not deaf */
	enum link_judgement unheard; /* of the others */
	int64_t deaf_us;             /* as in struct link */
};

struct links {
	struct link list[LINKS_MAX]; /* free places have no name, and are LINK_GONE */
	int count;
};

/* Describe a state for an operator, such as "no carrier"; static, never NULL. */
const char *link_state_text(enum link_state state);

/* The reason why the link cannot be used now, or only with limitations, or ""; static. */
const char *link_trouble(const struct link *link);

/* The link with this name, or a new one in state LINK_GONE; NULL if there are LINKS_MAX
 * others. */
struct link *links_place(struct links *links, const char *name);

/* Update all links; interfaces that are not among the reports are gone.  A known ifindex
 * with another name is the same link, renamed; otherwise the link is the one with that
 * name, perhaps with another ifindex.  Returns the number of reports for which there was
 * no place. */
int links_update(struct links *links, struct link_report reports[], int count);

/* Free the place of a link. */
void link_forget(struct link *link);

/* The existing link with this ifIndex, or NULL. */
struct link *links_by_index(struct links *links, unsigned int ifindex);

/* The existing link with the smallest ifIndex >= from, or NULL. */
const struct link *links_at_or_after(const struct links *links, unsigned int from);

/* Set the current state.  The link is blind in this round if it is not usable, or if its
 * ifindex or address has changed. */
void link_set(struct link *link, unsigned int ifindex, uint32_t addr, enum link_state state);

/* Set a more exact description of the state, or NULL; detail is static. */
void link_explain(struct link *link, const char *detail);

/* Record that the link could not be used for a moment; why is static. */
void link_blind(struct link *link, const char *why);

void link_start_round(struct link *link, int64_t now_us);

/* The time for answers to the last request is over: record whether there were drops. */
void link_end_request(struct link *link);

/* Whether for each port used there was a request without drops.  Some managers hear requests
 * from one port only. */
bool link_is_clean(const struct link *link);

/* Record that a request was sent from this port. */
void link_note_sent(struct link *link, enum sender sender, uint16_t port, uint64_t request_number,
		    int64_t now_us);

/* Whether a request that arrived from this port of this host is an own one, looped back by
 * the kernel.  Each request is looped back once; others are from a program that shares the
 * port. */
bool link_is_own_request(struct link *link, uint16_t source_port);

/* Whether managers that were never heard may be on the link: not if the interface is down or
 * has no address. */
bool link_in_use(const struct link *link);

/* End a round, and judge whether silence of the managers on the link counts.  pending: there
 * are silent ones.  *excused is set to true if it does not count because of kernel drops. */
struct link_verdict link_judge(struct link *link, bool pending, unsigned int misses, bool *excused);

/* The judgement of a manager last heard at this time (monotonic microseconds). */
enum link_judgement link_verdict_on(const struct link_verdict *verdict, int64_t heard_us);

#endif /* LINKS_H */
