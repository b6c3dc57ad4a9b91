/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/diagnose_firewall.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "net/filterpolicy.h"

#define NAME_LEN 128

static void
on_chain(void *ctx, const struct filter_chain *chain)
{
	char table[NAME_LEN], name[NAME_LEN];

	finding_add(ctx, chain->input ? FINDING_INPUT_POLICY : FINDING_OUTPUT_POLICY, RESULT_NOTE,
		    NULL, "firewall table %s, chain %s drops what no rule accepts",
		    text_printable(chain->table, strlen(chain->table), table, sizeof(table)),
		    text_printable(chain->name, strlen(chain->name), name, sizeof(name)));
}

void
diagnose_firewall(const struct facts *facts, struct findings *findings)
{
	(void)facts;
	if (filterpolicy_read(on_chain, findings) < 0 && (errno == EPERM || errno == EACCES))
		finding_add(findings, FINDING_FIREWALL_UNREAD, RESULT_UNKNOWN, NULL,
			    "the policy of the firewall can be read with CAP_NET_ADMIN only");
}
