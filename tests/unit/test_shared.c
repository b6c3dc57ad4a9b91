/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>

#include "base/shared.h"

#define TURNS 20000

static struct {
	unsigned int number, todo; /* guarded by the lock */
	unsigned int done;
	struct shared *shared;
} scene;

static unsigned int
take(void *guarded)
{
	const unsigned int todo = scene.todo;

	assert_ptr_equal(guarded, &scene);
	scene.todo = 0;
	return todo;
}

/* The lock can be taken here, because shared_unlock() has released it. */
static void
act(void *ctx, unsigned int todo)
{
	assert_ptr_equal(ctx, &scene.done);
	shared_lock(scene.shared);
	scene.done |= todo;
	shared_unlock(scene.shared);
}

static int
set_up(void **state)
{
	const struct shared_hooks hooks = {.take = take, .act = act, .ctx = &scene.done};

	(void)state;
	scene.number = scene.todo = scene.done = 0;
	scene.shared = shared_new(&scene, &hooks);
	return scene.shared != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	shared_free(scene.shared);
	return 0;
}

static void
what_is_to_do_is_done_without_the_lock(void **state)
{
	(void)state;
	assert_ptr_equal(shared_lock(scene.shared), &scene);
	scene.todo = 5;
	shared_unlock(scene.shared);
	assert_int_equal(scene.done, 5);
	assert_int_equal(scene.todo, 0);
}

static void
nothing_to_do_is_nothing_done(void **state)
{
	const struct shared_hooks none = {0};
	struct shared *shared = shared_new(&scene, &none);

	(void)state;
	shared_lock(scene.shared);
	shared_unlock(scene.shared);
	assert_int_equal(scene.done, 0);
	assert_non_null(shared);
	shared_lock(shared);
	shared_unlock(shared);
	shared_free(shared);
}

static bool
is_woken(void)
{
	struct pollfd fd = {.fd = shared_wake_fd(scene.shared), .events = POLLIN};

	return poll(&fd, 1, 0) == 1;
}

/* It is woken even if the pipe was full, because it was not read for long. */
static void
owner_is_woken(void **state)
{
	(void)state;
	assert_false(is_woken());
	for (int i = 0; i < 100000; i++)
		shared_wake(scene.shared);
	assert_true(is_woken());
	shared_drain_wake(scene.shared);
	assert_false(is_woken());
}

static void *
count(void *arg)
{
	for (int i = 0; i < TURNS; i++) {
		shared_lock(scene.shared);
		scene.number++;
		shared_unlock(scene.shared);
	}
	return arg;
}

static void
one_has_it_at_a_time(void **state)
{
	pthread_t other;

	(void)state;
	assert_int_equal(pthread_create(&other, NULL, count, NULL), 0);
	count(NULL);
	pthread_join(other, NULL);
	assert_int_equal(scene.number, 2 * TURNS);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(what_is_to_do_is_done_without_the_lock),
	    TEST(nothing_to_do_is_nothing_done),
	    TEST(owner_is_woken),
	    TEST(one_has_it_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
