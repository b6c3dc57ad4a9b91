/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/evidence.h"

static bool
is_equal(const struct sightings *s, enum verdict verdict, const struct arrival *arrival,
	 const char *reason)
{
	return s->verdict == verdict && s->source == arrival->source &&
	       s->ifindex == arrival->ifindex && s->reason == reason;
}

static struct sightings *
place(struct evidence *evidence, enum verdict verdict, const struct arrival *arrival,
      const char *reason)
{
	struct sightings *s = evidence->list;

	for (; s < &evidence->list[evidence->count]; s++)
		if (is_equal(s, verdict, arrival, reason))
			return s;
	if (evidence->count == EVIDENCE_MAX)
		return NULL;
	evidence->count++;
	*s = (struct sightings){
	    .source = arrival->source,
	    .ifindex = arrival->ifindex,
	    .verdict = verdict,
	    .reason = reason,
	};
	return s;
}

void
evidence_note(struct evidence *evidence, enum verdict verdict, const struct arrival *arrival,
	      const char *reason)
{
	struct sightings *s;

	if (verdict == VERDICT_ACCEPTED) {
		evidence->group += arrival->to_group;
		evidence->unicast += !arrival->to_group;
		return;
	}
	if (verdict == VERDICT_OWN_REQUEST)
		return;
	s = place(evidence, verdict, arrival, reason);
	if (s != NULL)
		s->count++;
}

void
evidence_note_query(struct evidence *evidence, uint32_t source, unsigned int ifindex)
{
	evidence->queries++;
	evidence->querier = source;
	evidence->querier_ifindex = ifindex;
}
