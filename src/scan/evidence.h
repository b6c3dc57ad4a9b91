/* SPDX-License-Identifier: BSD-2-Clause */
/* evidence.h - what --diagnose hears while it searches, by sender. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/discover.h"

#define EVIDENCE_MAX 64 /* senders of each kind; others are not listed */

/* Equal datagrams, except for their number. */
struct sightings {
	uint32_t source; /* host byte order */
	unsigned int ifindex;
	enum verdict verdict;
	const char *reason; /* static, or NULL */
	unsigned long count;
};

struct evidence {
	struct sightings list[EVIDENCE_MAX];
	size_t count;
	unsigned long unicast, group; /* answers accepted, by their destination */

	bool queries_known; /* IGMP could be received */
	unsigned long queries;
	uint32_t querier; /* the last one */
	unsigned int querier_ifindex;
};

/* Record a datagram, as in struct prober_client. */
void evidence_note(struct evidence *evidence, enum verdict verdict, const struct arrival *arrival,
		   const char *reason);

/* Record an IGMP query. */
void evidence_note_query(struct evidence *evidence, uint32_t source, unsigned int ifindex);

#endif /* EVIDENCE_H */
