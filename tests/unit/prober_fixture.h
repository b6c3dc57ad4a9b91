/* SPDX-License-Identifier: BSD-2-Clause */
/* prober_fixture.h - a prober on the interface pr0 of a network namespace, and a manager in the
 * same loop.
 *
 * Needs --wrap for calloc(), log_line(), shared_lock() and shared_unlock(): see Makefile.am.
 */
#ifndef PROBER_FIXTURE_H
#define PROBER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "base/loop.h"
#include "base/shared.h"
#include "core/discover.h"
#include "core/inventory.h"
#include "core/monitor.h"
#include "net/prober.h"

#define PORT 64535
#define ADDR 0xc6120001u    /* 198.18.0.1, ours */
#define MANAGER 0xc6120010u /* 198.18.0.16, announced */

enum answer_to { TO_SOURCE, TO_FIXED_PORT, TO_GROUP };

struct scene {
	struct loop *loop;
	struct loop_timer *deadline;
	struct shared *shared;
	bool locked;
	struct monitor *monitor;
	const struct inventory *inv; /* the monitor's */
	struct discover *discover;
	struct prober *prober;
	bool (*wanted)(struct scene *s);
	bool in_time;
	const char *ifname; /* the only interface admitted */
	int64_t interval_us;
	unsigned int changed;
	uint64_t requests_before;
	struct arrival last_arrival; /* of an accepted response */

	/* The manager. */
	int hears, talks;
	enum answer_to answer_to;
	bool silent;
};

extern unsigned int allocations_left; /* until one fails */
extern unsigned int errors_logged;

/* Create and remove the interface and the scene, which is *state. */
int set_up(void **state);
int tear_down(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Run the tests, or exit with 77 if there is no network namespace. */
int run_prober_tests(const char *name, const struct CMUnitTest tests[], size_t count);

/* The manager answers requests on pr0. */
void start_manager(struct scene *s);
void stop_manager(struct scene *s);

/* start_prober() also starts the monitor. */
void start_monitor(struct scene *s, const struct discover_settings *discover);
void start_prober(struct scene *s, enum source_port source_port);

/* The client of the prober. */
struct prober_client client_of(struct scene *s);

/* Run the loop until wanted(s); fail after a deadline. */
void await(struct scene *s, bool (*wanted)(struct scene *s));

bool manager_is_up(struct scene *s);
bool none_usable(struct scene *s);
bool one_usable(struct scene *s);
bool round_is_over(struct scene *s);
bool request_sent(struct scene *s);

/* Whether changes of interfaces are noticed without a request. */
bool watch_is_supported(void);

#endif /* PROBER_FIXTURE_H */
