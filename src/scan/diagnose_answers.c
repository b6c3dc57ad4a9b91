/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/diagnose_answers.h"

static void
check_silent_links(const struct facts *facts, struct findings *findings)
{
	const struct link *link;
	unsigned int from = 0;

	while ((link = facts_next_used(facts, &from)) != NULL)
		if (link->responses == 0)
			finding_add(findings, FINDING_SILENT_LINK, RESULT_NOTE, link->name,
				    "no manager answered here");
}

static void
check_drops(const struct facts *facts, struct findings *findings)
{
	const unsigned long long count = discover_stats(facts->discover)->kernel_drops;

	if (count > 0)
		finding_add(
		    findings, FINDING_KERNEL_DROPS, RESULT_NOTE, NULL,
		    "the kernel dropped datagrams (%llu): no buffer space, or bad checksums",
		    count);
}

void
diagnose_answers(const struct facts *facts, struct findings *findings)
{
	const struct evidence *evidence = &facts->evidence;
	const uint32_t managers = inventory_summary(facts->inventory).up;

	if (!facts_any_used(facts))
		return; /* nobody was asked */
	check_drops(facts, findings);
	if (managers == 0) {
		finding_add(findings, FINDING_NO_ANSWERS, RESULT_PROBLEM, NULL,
			    "no manager answered");
		return;
	}
	finding_add(findings, FINDING_ANSWERS, RESULT_OK, NULL,
		    "%lu managers, with %lu answers by unicast and %lu to the group",
		    (unsigned long)managers, evidence->unicast, evidence->group);
	check_silent_links(facts, findings);
}
