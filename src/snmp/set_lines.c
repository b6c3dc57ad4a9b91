/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/set_lines.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/log_limit.h"
#include "base/text.h"

static const struct log_limit_rule line_rule = {100, US_PER_MIN, US_PER_MIN};

static struct log_limit limits[CHANGE_KINDS];

static void
log_change(const struct change *change)
{
	char addr[TEXT_ADDRESS_LEN];

	switch (change->what) {
	case CHANGE_INTERVAL:
		log_notice("SNMP SET: interval is now %" PRIu32 " ms", change->value);
		break;
	case CHANGE_NOTIFICATIONS:
		log_notice("SNMP SET: notifications are now %s",
			   change->value ? "enabled" : "disabled");
		break;
	case CHANGE_ROUND_NOW:
		log_info("SNMP SET: additional round");
		break;
	case CHANGE_ROW:
		text_address(change->address, addr);
		if (change->action == CHANGE_ROW_DESTROY)
			log_notice("SNMP SET: manager %s is removed", addr);
		else if (change->action == CHANGE_ROW_CREATE || change->expected)
			log_notice("SNMP SET: manager %s is expected", addr);
		else if (change->set_expected)
			log_notice("SNMP SET: manager %s is not expected", addr);
		break;
	}
}

static void
log_overtaken(const struct change *change)
{
	char addr[TEXT_ADDRESS_LEN];

	if (change->what == CHANGE_INTERVAL)
		log_warning("SNMP SET: interval %" PRIu32 " ms dropped: too short for the window "
			    "of the reloaded configuration",
			    change->value);
	else
		log_warning("SNMP SET: manager %s: still expected, by the reloaded configuration",
			    text_address(change->address, addr));
}

void
set_lines_put(const struct change *change, bool made, int64_t now_us)
{
	if (!log_limit_take(&limits[change->what], &line_rule, now_us))
		return;
	if (made)
		log_change(change);
	else
		log_overtaken(change);
}

void
set_lines_sum_up(int64_t now_us)
{
	static const char *const names[CHANGE_KINDS] = {
	    [CHANGE_INTERVAL] = "interval",
	    [CHANGE_ROUND_NOW] = "additional round",
	    [CHANGE_NOTIFICATIONS] = "notifications",
	    [CHANGE_ROW] = "manager",
	};

	for (int what = 0; what < CHANGE_KINDS; what++) {
		const unsigned int more = log_limit_sum(&limits[what], &line_rule, now_us);

		if (more > 0)
			log_notice("SNMP SET: %s: %u more within a minute", names[what], more);
	}
}
