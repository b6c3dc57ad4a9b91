/* SPDX-License-Identifier: BSD-2-Clause */
/* What SNMP SET may change, and how. */
#include <inttypes.h>

#include "clock.h"
#include "core/config.h"
#include "core/format.h"
#include "log.h"
#include "registry_internal.h"

#define US_PER_MS 1000

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

static void
set_interval(struct registry *r, int64_t us)
{
	struct discover_settings settings = *discover_settings(r->discover);

	settings.interval_us = us;
	discover_configure(r->discover, &settings);
}

static enum mib_refusal
apply_row(struct registry *r, struct mib_change *change)
{
	const struct manager *m = find_manager(r, change->address);
	const bool expected = change->action == MIB_ROW_CREATE || change->expected;

	if (change->action == MIB_ROW_DESTROY ||
	    (change->action == MIB_ROW_KEEP && !change->set_expected))
		return MIB_GRANTED;
	change->former = m != NULL && m->expected_by_operator;
	return inventory_expect(r->inventory, change->address, expected, clock_now())
		   ? MIB_GRANTED
		   : MIB_RESOURCES;
}

enum mib_refusal
registry_apply(void *ctx, struct mib_change *change)
{
	struct registry *r = ctx;
	enum mib_refusal refusal;

	pthread_mutex_lock(&r->lock);
	refusal = check_locked(r, change);
	if (refusal == MIB_GRANTED) {
		switch (change->what) {
		case MIB_INTERVAL:
			change->former = discover_settings(r->discover)->interval_us;
			set_interval(r, (int64_t)change->value * US_PER_MS);
			break;
		case MIB_NOTIFICATIONS: /* an event meanwhile must not be lost */
		case MIB_ROUND_NOW:
			break;
		case MIB_ROW:
			refusal = apply_row(r, change);
			break;
		}
	}
	pthread_mutex_unlock(&r->lock);
	return refusal;
}

/* Whoever has answered meanwhile has been announced, and stays. */
static void
undo_creation(struct registry *r, uint32_t addr)
{
	const struct manager *m = find_manager(r, addr);

	if (m != NULL && manager_heard(m))
		inventory_expect(r->inventory, addr, false, clock_now());
	else if (m != NULL && !m->expected_by_file)
		inventory_remove(r->inventory, addr, clock_now());
}

void
registry_undo(void *ctx, const struct mib_change *change)
{
	struct registry *r = ctx;

	pthread_mutex_lock(&r->lock);
	switch (change->what) {
	case MIB_INTERVAL:
		set_interval(r, change->former);
		break;
	case MIB_NOTIFICATIONS:
	case MIB_ROUND_NOW:
		break;
	case MIB_ROW:
		if (change->action == MIB_ROW_CREATE)
			undo_creation(r, change->address);
		else if (change->action == MIB_ROW_KEEP && change->set_expected)
			inventory_expect(r->inventory, change->address, change->former != 0,
					 clock_now());
		break;
	}
	registry_ask_to_save(r, WRITER_NOW); /* what was undone may have been saved */
	pthread_mutex_unlock(&r->lock);
}

static void
log_change(const struct mib_change *change)
{
	char addr[FORMAT_ADDRESS_LEN];

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
		format_address(change->address, addr);
		if (change->action == MIB_ROW_DESTROY)
			log_notice("SNMP SET: manager %s is forgotten", addr);
		else if (change->action == MIB_ROW_CREATE || change->expected)
			log_notice("SNMP SET: manager %s is expected", addr);
		else if (change->set_expected)
			log_notice("SNMP SET: manager %s is not expected", addr);
		break;
	}
}

/* Unless the configuration, reloaded meanwhile, expects it by now. */
static void
forget(struct registry *r, uint32_t addr)
{
	const struct manager *m = find_manager(r, addr);

	if (m != NULL && !m->expected_by_file)
		inventory_remove(r->inventory, addr, clock_now());
}

void
registry_commit(void *ctx, const struct mib_change *change)
{
	struct registry *r = ctx;

	pthread_mutex_lock(&r->lock);
	if (change->what == MIB_ROUND_NOW)
		discover_round_now(r->discover);
	else if (change->what == MIB_NOTIFICATIONS)
		r->notifications = change->value != 0;
	else if (change->what == MIB_ROW && change->action == MIB_ROW_DESTROY)
		forget(r, change->address);
	if (change->what != MIB_ROUND_NOW)
		registry_ask_to_save(r, WRITER_NOW);
	pthread_mutex_unlock(&r->lock);
	log_change(change);
	registry_wake(r);
}
