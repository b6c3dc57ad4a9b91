/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/diagnose_others.h"

#include "scan/scan_table.h"

/* Whether a manager has answered from this address. */
static bool
has_answered(const struct inventory *inventory, uint32_t source)
{
	const struct manager *m = inventory_at_or_after(inventory, 0);

	while (m != NULL && m->source != source && m->addr != source)
		m = inventory_at_or_after(inventory, m->addr + 1);
	return m != NULL;
}

static void
judge_mac(const struct facts *facts, struct findings *findings, const struct sightings *s,
	  const char *ifname, const char *source)
{
	if (has_answered(facts->inventory, s->source))
		finding_add(findings, FINDING_MAC_TRAFFIC, RESULT_OK, ifname,
			    "%s, which has answered, also sends MAC collision traffic", source);
	else
		finding_add(findings, FINDING_NOT_ANSWERING, RESULT_PROBLEM, ifname,
			    "%s sends MAC collision traffic, but does not answer requests", source);
}

static void
judge_sightings(const struct facts *facts, struct findings *findings, const struct sightings *s)
{
	char buf[IF_NAMESIZE], source[TEXT_ADDRESS_LEN];
	const char *ifname = scan_interface_name(s->ifindex, buf);
	const bool local = ifaces_has_address(facts->ifaces, s->source);

	text_address(s->source, source);
	switch (s->verdict) {
	case VERDICT_MAC_QUERY:
	case VERDICT_MAC_ANSWER:
		judge_mac(facts, findings, s, ifname, source);
		break;
	case VERDICT_FOREIGN_REQUEST:
		finding_add(findings, FINDING_OTHER_DISCOVERER, RESULT_NOTE, ifname,
			    "%s%s also sends discovery requests (%lu)",
			    local ? "another program on this host, " : "", source, s->count);
		break;
	default:
		finding_add(findings, FINDING_REFUSED, RESULT_PROBLEM, ifname,
			    "refused from %s (%lu): %s%s%s", source, s->count,
			    wire_verdict_name(s->verdict), s->reason != NULL ? ": " : "",
			    s->reason != NULL ? s->reason : "");
		break;
	}
}

/* A sender of queries and answers is judged once. */
static bool
is_repeated(const struct evidence *evidence, const struct sightings *s)
{
	if (s->verdict != VERDICT_MAC_QUERY && s->verdict != VERDICT_MAC_ANSWER)
		return false;
	for (const struct sightings *other = evidence->list; other < s; other++)
		if (other->source == s->source && other->ifindex == s->ifindex &&
		    (other->verdict == VERDICT_MAC_QUERY || other->verdict == VERDICT_MAC_ANSWER))
			return true;
	return false;
}

void
diagnose_others(const struct facts *facts, struct findings *findings)
{
	const struct evidence *evidence = &facts->evidence;

	for (size_t i = 0; i < evidence->count; i++)
		if (!is_repeated(evidence, &evidence->list[i]))
			judge_sightings(facts, findings, &evidence->list[i]);
}
