/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/change.h"

#include "base/clock.h"

static const struct manager *
find_manager(const struct change_target *t, uint32_t addr)
{
	const struct manager *m = inventory_at_or_after(t->inv, addr);

	return m != NULL && m->addr == addr ? m : NULL;
}

/* Whether answers of this manager are refused: if it were expected, it would always be
 * down. */
static bool
is_denied(const struct change_target *t, uint32_t addr)
{
	const char *why;

	return !access_permits(discover_access(t->discover), addr, addr, &why);
}

static enum change_refusal
check_row(const struct change_target *t, const struct change *change)
{
	const struct manager *m = find_manager(t, change->address);

	switch (change->action) {
	case CHANGE_ROW_KEEP:
		if (m == NULL)
			return CHANGE_INCONSISTENT_NAME;
		if (!change->set_expected)
			return CHANGE_GRANTED;
		if (change->expected ? is_denied(t, change->address) : m->expected_by_file)
			return CHANGE_INCONSISTENT_VALUE;
		return CHANGE_GRANTED;
	case CHANGE_ROW_CREATE:
		if (m != NULL || is_denied(t, change->address))
			return CHANGE_INCONSISTENT_VALUE;
		return inventory_summary(t->inv).all < t->max_managers ? CHANGE_GRANTED
								       : CHANGE_RESOURCES;
	case CHANGE_ROW_DESTROY:
		return m != NULL && m->expected_by_file ? CHANGE_INCONSISTENT_VALUE
							: CHANGE_GRANTED;
	}
	return CHANGE_WRONG_VALUE;
}

enum change_refusal
change_check(const struct change_target *t, const struct change *change)
{
	switch (change->what) {
	case CHANGE_INTERVAL:
		return (int64_t)change->value * US_PER_MS >=
			       2 * discover_settings(t->discover)->window_us
			   ? CHANGE_GRANTED
			   : CHANGE_INCONSISTENT_VALUE;
	case CHANGE_NOTIFICATIONS:
		return change->value <= 1 ? CHANGE_GRANTED : CHANGE_WRONG_VALUE;
	case CHANGE_ROUND_NOW:
		return CHANGE_GRANTED;
	case CHANGE_ROW:
		return check_row(t, change);
	}
	return CHANGE_WRONG_VALUE;
}

static bool
starts_expecting(const struct change *change)
{
	return change->action == CHANGE_ROW_CREATE ||
	       (change->action == CHANGE_ROW_KEEP && change->set_expected && change->expected);
}

static bool
stops_expecting(const struct change *change)
{
	return change->action == CHANGE_ROW_KEEP && change->set_expected && !change->expected;
}

/* Add an expected row now, because there may be no room when the change is committed. */
static enum change_refusal
apply_row(const struct change_target *t, struct change *change, struct moment now)
{
	const struct manager *m = find_manager(t, change->address);

	change->expectation_made = false;
	if (!starts_expecting(change) || (m != NULL && m->expected_by_operator))
		return CHANGE_GRANTED;
	change->expectation_made = inventory_expect(t->inv, change->address, true, now);
	return change->expectation_made ? CHANGE_GRANTED : CHANGE_RESOURCES;
}

/* Changes by a reload before the end of the request must not be undone, and events must
 * not be lost: therefore everything else is done by change_commit(). */
enum change_refusal
change_apply(const struct change_target *t, struct change *change, struct moment now)
{
	const enum change_refusal refusal = change_check(t, change);

	if (refusal == CHANGE_GRANTED && change->what == CHANGE_ROW)
		return apply_row(t, change, now);
	return refusal;
}

/* Remove the expectation made by this request.  If the manager has answered since then, it
 * was announced, and its row is kept, unless the reloaded configuration refuses it. */
bool
change_undo(const struct change_target *t, const struct change *change, struct moment now)
{
	const struct manager *m;

	if (change->what != CHANGE_ROW || !change->expectation_made)
		return false;
	inventory_expect(t->inv, change->address, false, now);
	m = find_manager(t, change->address);
	if (m == NULL || m->expected_by_file)
		return true;
	if (change->action == CHANGE_ROW_CREATE && !manager_heard(m))
		inventory_remove(t->inv, change->address, now);
	else
		inventory_remove_denied(t->inv, discover_access(t->discover), now);
	return true;
}

static void
commit_interval(const struct change_target *t, uint32_t ms)
{
	struct discover_settings settings = *discover_settings(t->discover);

	settings.interval_us = (int64_t)ms * US_PER_MS;
	discover_configure(t->discover, &settings);
}

static void
commit_row(const struct change_target *t, const struct change *change, struct moment now)
{
	if (change->action == CHANGE_ROW_DESTROY)
		inventory_remove(t->inv, change->address, now);
	else if (stops_expecting(change))
		inventory_expect(t->inv, change->address, false, now);
}

static bool
is_overtaken(const struct change_target *t, const struct change *change)
{
	if (change->what == CHANGE_ROW && starts_expecting(change))
		return false; /* its row exists */
	return change_check(t, change) == CHANGE_INCONSISTENT_VALUE;
}

bool
change_commit(const struct change_target *t, const struct change *change, struct moment now)
{
	if (is_overtaken(t, change))
		return false;
	switch (change->what) {
	case CHANGE_INTERVAL:
		commit_interval(t, change->value);
		break;
	case CHANGE_NOTIFICATIONS:
		*t->notifications = change->value != 0;
		break;
	case CHANGE_ROUND_NOW:
		discover_round_now(t->discover);
		break;
	case CHANGE_ROW:
		commit_row(t, change, now);
		break;
	}
	return true;
}
