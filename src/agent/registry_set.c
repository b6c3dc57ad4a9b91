/* SPDX-License-Identifier: BSD-2-Clause */
/* What SNMP SET may change, and how. */
#include <inttypes.h>

#include "agent/registry_internal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define US_PER_MS 1000
#define MINUTE_US INT64_C(60000000)

/* Whoever may SET may do so as often as they like. */
static const struct log_limit_rule line_rule = {100, MINUTE_US, MINUTE_US};

static const struct manager *
find_manager(const struct registry *r, uint32_t addr)
{
	const struct manager *m = inventory_at_or_after(r->inventory, addr);

	return m != NULL && m->addr == addr ? m : NULL;
}

/* Nobody could hear it: it would be down for ever. */
static bool
is_denied(const struct registry *r, uint32_t addr)
{
	const char *why;

	return !access_permits(discover_access(r->discover), addr, addr, &why);
}

static enum mib_refusal
check_row(const struct registry *r, const struct mib_change *change)
{
	const struct manager *m = find_manager(r, change->address);

	switch (change->action) {
	case MIB_ROW_KEEP:
		if (m == NULL)
			return MIB_INCONSISTENT_NAME;
		if (!change->set_expected)
			return MIB_GRANTED;
		if (change->expected ? is_denied(r, change->address) : m->expected_by_file)
			return MIB_INCONSISTENT_VALUE;
		return MIB_GRANTED;
	case MIB_ROW_CREATE:
		if (m != NULL || is_denied(r, change->address))
			return MIB_INCONSISTENT_VALUE;
		return inventory_summary(r->inventory).all < r->inventory_settings.max_managers
			   ? MIB_GRANTED
			   : MIB_RESOURCES;
	case MIB_ROW_DESTROY:
		return m != NULL && m->expected_by_file ? MIB_INCONSISTENT_VALUE : MIB_GRANTED;
	}
	return MIB_WRONG_VALUE;
}

static enum mib_refusal
check_locked(const struct registry *r, const struct mib_change *change)
{
	switch (change->what) {
	case MIB_INTERVAL:
		return (int64_t)change->value * US_PER_MS >=
			       2 * discover_settings(r->discover)->window_us
			   ? MIB_GRANTED
			   : MIB_INCONSISTENT_VALUE;
	case MIB_NOTIFICATIONS:
		return change->value <= 1 ? MIB_GRANTED : MIB_WRONG_VALUE;
	case MIB_ROUND_NOW:
		return MIB_GRANTED;
	case MIB_ROW:
		return check_row(r, change);
	}
	return MIB_WRONG_VALUE;
}

enum mib_refusal
registry_check(void *ctx, const struct mib_change *change)
{
	struct registry *r = ctx;
	enum mib_refusal refusal;

	pthread_mutex_lock(&r->lock);
	refusal = check_locked(r, change);
	pthread_mutex_unlock(&r->lock);
	return refusal;
}

static bool
starts_expecting(const struct mib_change *change)
{
	return change->action == MIB_ROW_CREATE ||
	       (change->action == MIB_ROW_KEEP && change->set_expected && change->expected);
}

static bool
stops_expecting(const struct mib_change *change)
{
	return change->action == MIB_ROW_KEEP && change->set_expected && !change->expected;
}

/* A row that is to be expected: there may be no room for it later. */
static enum mib_refusal
apply_row(struct registry *r, struct mib_change *change)
{
	const struct manager *m = find_manager(r, change->address);

	change->expectation_made = false;
	if (!starts_expecting(change) || (m != NULL && m->expected_by_operator))
		return MIB_GRANTED;
	change->expectation_made =
	    inventory_expect(r->inventory, change->address, true, clock_now());
	return change->expectation_made ? MIB_GRANTED : MIB_RESOURCES;
}

/* Whatever a reload may change before the request's end is not to be undone, and an
 * event before it not to be lost: so all else waits for registry_commit(). */
enum mib_refusal
registry_apply(void *ctx, struct mib_change *change)
{
	struct registry *r = ctx;
	enum mib_refusal refusal;

	pthread_mutex_lock(&r->lock);
	refusal = check_locked(r, change);
	if (refusal == MIB_GRANTED && change->what == MIB_ROW)
		refusal = apply_row(r, change);
	pthread_mutex_unlock(&r->lock);
	return refusal;
}

/* As if the row had never been expected by this request.  Whoever has answered
 * meanwhile has been announced, and stays; but not one that a reload has refused
 * and only the expectation has kept. */
static void
withdraw_expectation(struct registry *r, const struct mib_change *change)
{
	const struct manager *m;

	inventory_expect(r->inventory, change->address, false, clock_now());
	m = find_manager(r, change->address);
	if (m == NULL || m->expected_by_file)
		return;
	if (change->action == MIB_ROW_CREATE && !manager_heard(m))
		inventory_remove(r->inventory, change->address, clock_now());
	else
		inventory_remove_denied(r->inventory, discover_access(r->discover), clock_now());
}

void
registry_undo(void *ctx, const struct mib_change *change)
{
	struct registry *r = ctx;

	if (change->what != MIB_ROW || !change->expectation_made)
		return;
	pthread_mutex_lock(&r->lock);
	withdraw_expectation(r, change);
	registry_ask_to_save(r, WRITER_NOW); /* what was undone may have been saved */
	pthread_mutex_unlock(&r->lock);
}

static void
log_change(const struct mib_change *change)
{
	char addr[TEXT_ADDRESS_LEN];

	switch (change->what) {
	case MIB_INTERVAL:
		log_notice("SNMP SET: interval is now %" PRIu32 " ms", change->value);
		break;
	case MIB_NOTIFICATIONS:
		log_notice("SNMP SET: notifications are now %s",
			   change->value ? "enabled" : "disabled");
		break;
	case MIB_ROUND_NOW:
		log_info("SNMP SET: round out of turn");
		break;
	case MIB_ROW:
		text_address(change->address, addr);
		if (change->action == MIB_ROW_DESTROY)
			log_notice("SNMP SET: manager %s is forgotten", addr);
		else if (change->action == MIB_ROW_CREATE || change->expected)
			log_notice("SNMP SET: manager %s is expected", addr);
		else if (change->set_expected)
			log_notice("SNMP SET: manager %s is not expected", addr);
		break;
	}
}

static void
log_overtaken(const struct mib_change *change)
{
	char addr[TEXT_ADDRESS_LEN];

	if (change->what == MIB_INTERVAL)
		log_warning("SNMP SET: interval %" PRIu32 " ms dropped: too short for the window "
			    "that was reloaded meanwhile",
			    change->value);
	else
		log_warning("SNMP SET: manager %s: the configuration reloaded meanwhile expects it",
			    text_address(change->address, addr));
}

static void
commit_interval(struct registry *r, uint32_t ms)
{
	struct discover_settings settings = *discover_settings(r->discover);

	settings.interval_us = (int64_t)ms * US_PER_MS;
	discover_configure(r->discover, &settings);
}

static void
commit_row(struct registry *r, const struct mib_change *change)
{
	if (change->action == MIB_ROW_DESTROY)
		inventory_remove(r->inventory, change->address, clock_now());
	else if (stops_expecting(change))
		inventory_expect(r->inventory, change->address, false, clock_now());
}

/* Whether a reload since registry_apply() leaves no place for the change. */
static bool
is_overtaken(const struct registry *r, const struct mib_change *change)
{
	if (change->what == MIB_ROW && starts_expecting(change))
		return false; /* its row is there */
	return check_locked(r, change) == MIB_INCONSISTENT_VALUE;
}

static void
commit_locked(struct registry *r, const struct mib_change *change)
{
	switch (change->what) {
	case MIB_INTERVAL:
		commit_interval(r, change->value);
		break;
	case MIB_NOTIFICATIONS:
		r->notifications = change->value != 0;
		break;
	case MIB_ROUND_NOW:
		discover_round_now(r->discover);
		return; /* nothing to save */
	case MIB_ROW:
		commit_row(r, change);
		break;
	}
	registry_ask_to_save(r, WRITER_NOW);
}

void
registry_commit(void *ctx, const struct mib_change *change)
{
	struct registry *r = ctx;
	bool overtaken, has_line;

	pthread_mutex_lock(&r->lock);
	overtaken = is_overtaken(r, change);
	if (!overtaken)
		commit_locked(r, change);
	has_line = log_limit_take(&r->sets[change->what], &line_rule, clock_now().mono_us);
	pthread_mutex_unlock(&r->lock);
	if (has_line && overtaken)
		log_overtaken(change);
	else if (has_line)
		log_change(change);
	registry_wake(r);
}

void
registry_sum_up_sets(struct registry *r, int64_t now_us)
{
	static const char *const names[MIB_ROW + 1] = {
	    [MIB_INTERVAL] = "interval",
	    [MIB_ROUND_NOW] = "round out of turn",
	    [MIB_NOTIFICATIONS] = "notifications",
	    [MIB_ROW] = "manager",
	};
	unsigned int more[MIB_ROW + 1];

	pthread_mutex_lock(&r->lock);
	for (int what = 0; what <= MIB_ROW; what++)
		more[what] = log_limit_sum(&r->sets[what], &line_rule, now_us);
	pthread_mutex_unlock(&r->lock);
	for (int what = 0; what <= MIB_ROW; what++)
		if (more[what] > 0)
			log_notice("SNMP SET: %s: %u more within a minute", names[what],
				   more[what]);
}
