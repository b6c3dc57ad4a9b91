/* SPDX-License-Identifier: BSD-2-Clause */
/* SNMP SET: what it changes, and what is logged of it. */
#include <inttypes.h>

#include "agent/registry_internal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

/* Whoever may SET may do so as often as they like. */
static const struct log_limit_rule line_rule = {100, US_PER_MIN, US_PER_MIN};

enum change_refusal
registry_check(void *ctx, const struct change *change)
{
	struct monitor *m = registry_lock_monitor(ctx);
	const enum change_refusal refusal = monitor_check(m, change);

	registry_unlock(ctx);
	return refusal;
}

enum change_refusal
registry_apply(void *ctx, struct change *change)
{
	struct monitor *m = registry_lock_monitor(ctx);
	const enum change_refusal refusal = monitor_apply(m, change, clock_now());

	registry_unlock(ctx);
	return refusal;
}

void
registry_undo(void *ctx, const struct change *change)
{
	monitor_undo(registry_lock_monitor(ctx), change, clock_now());
	registry_unlock(ctx);
}

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
registry_commit(void *ctx, const struct change *change)
{
	struct registry *r = ctx;
	const struct moment now = clock_now();
	const bool made = monitor_commit(registry_lock_monitor(r), change, now);
	const bool has_line = log_limit_take(&r->sets[change->what], &line_rule, now.mono_us);

	registry_unlock(r);
	if (has_line && made)
		log_change(change);
	else if (has_line)
		log_overtaken(change);
}

void
registry_sum_up_sets(struct registry *r, int64_t now_us)
{
	static const char *const names[CHANGE_KINDS] = {
	    [CHANGE_INTERVAL] = "interval",
	    [CHANGE_ROUND_NOW] = "additional round",
	    [CHANGE_NOTIFICATIONS] = "notifications",
	    [CHANGE_ROW] = "manager",
	};
	unsigned int more[CHANGE_KINDS];

	registry_lock_monitor(r);
	for (int what = 0; what < CHANGE_KINDS; what++)
		more[what] = log_limit_sum(&r->sets[what], &line_rule, now_us);
	registry_unlock(r);
	for (int what = 0; what < CHANGE_KINDS; what++)
		if (more[what] > 0)
			log_notice("SNMP SET: %s: %u more within a minute", names[what],
				   more[what]);
}
