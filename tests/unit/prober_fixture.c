/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "prober_fixture.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/ifaces.h"
#include "net/mcast.h"
#include "netns.h"

/* Replaced for the prober and the modules that it uses: see --wrap in Makefile.am. */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_log_line(enum log_level level, const char *format, ...);

unsigned int allocations_left = UINT_MAX;
unsigned int errors_logged;

void *
__wrap_calloc(size_t count, size_t size)
{
	if (allocations_left == 0) {
		errno = ENOMEM;
		return NULL;
	}
	allocations_left--;
	return __real_calloc(count, size);
}

void
__wrap_log_line(enum log_level level, const char *format, ...)
{
	(void)format;
	errors_logged += level == LOG_LEVEL_ERROR;
}

static struct scene scene;
static struct mcast_batch manager_batch;

/* Replaced for all users of the lock. */
void *__real_shared_lock(struct shared *shared);
void __real_shared_unlock(struct shared *shared);
void *__wrap_shared_lock(struct shared *shared);
void __wrap_shared_unlock(struct shared *shared);

void *
__wrap_shared_lock(struct shared *shared)
{
	void *guarded = __real_shared_lock(shared);

	scene.locked = true;
	return guarded;
}

void
__wrap_shared_unlock(struct shared *shared)
{
	scene.locked = false;
	__real_shared_unlock(shared);
}

static bool
admits(void *ctx, const struct iface *iface, bool *by_name)
{
	struct scene *s = ctx;

	*by_name = strcmp(iface->name, "lo") == 0;
	return strcmp(iface->name, s->ifname) == 0;
}

static void
assert_unlocked(struct scene *s)
{
	assert_false(s->locked);
}

static void
received(void *ctx, enum verdict verdict, const struct arrival *arrival,
	 const struct wire_response *resp, const char *reason)
{
	struct scene *s = ctx;

	(void)reason;
	assert_unlocked(s);
	if (verdict != VERDICT_ACCEPTED)
		return;
	assert_int_equal(resp->port, 6482);
	s->last_arrival = *arrival;
}

static void
changed(void *ctx)
{
	struct scene *s = ctx;

	assert_unlocked(s);
	s->changed++;
	if (s->wanted != NULL && s->wanted(s)) {
		s->in_time = true;
		loop_stop(s->loop);
	}
}

static void
on_deadline(void *ctx)
{
	struct scene *s = ctx;

	loop_stop(s->loop);
}

static void
on_request(void *ctx, int fd)
{
	struct scene *s = ctx;
	struct wire_response resp = {.version = "1.3", .addr = MANAGER, .port = 6482};
	uint8_t octets[WIRE_MSG_LEN];

	strcpy(resp.hostname, "t5240");
	wire_encode_response(octets, &resp);
	while (mcast_receive(fd, &manager_batch) > 0)
		for (unsigned int i = 0; i < manager_batch.count; i++) {
			const struct mcast_datagram *request = &manager_batch.datagram[i];

			if (s->silent || wire_decode(request->data, request->len, true, &resp,
						     NULL) != VERDICT_FOREIGN_REQUEST)
				continue;
			mcast_send(s->talks,
				   s->answer_to == TO_GROUP ? if_nametoindex(s->ifname) : 0,
				   s->answer_to == TO_GROUP ? WIRE_GROUP : request->source,
				   s->answer_to == TO_SOURCE ? request->source_port : PORT, octets,
				   sizeof(octets));
		}
}

void
start_manager(struct scene *s)
{
	bool bound;

	s->hears = mcast_open_listener(WIRE_GROUP, PORT, if_nametoindex(s->ifname), &bound);
	assert_true(s->hears >= 0);
	assert_int_equal(loop_add_fd(s->loop, s->hears, on_request, s), 0);
}

void
stop_manager(struct scene *s)
{
	if (s->hears < 0)
		return;
	loop_remove_fd(s->loop, s->hears);
	close(s->hears);
	s->hears = -1;
}

void
start_monitor(struct scene *s, const struct discover_settings *discover)
{
	const struct shared_hooks hooks = {NULL, NULL, NULL};
	const struct monitor_settings settings = {
	    .discover = *discover,
	    .inventory = {.max_managers = 100, .misses = 3, .confirmations = 2},
	    .event_log = 1,
	};

	s->monitor = monitor_new(&settings, 1, clock_now(), NULL, NULL);
	assert_non_null(s->monitor);
	s->inv = monitor_inventory(s->monitor);
	s->discover = monitor_discover(s->monitor);
	s->shared = shared_new(s->monitor, &hooks);
	assert_non_null(s->shared);
}

void
start_prober(struct scene *s, enum source_port source_port)
{
	const struct discover_settings discover = {
	    .interval_us = s->interval_us,
	    .window_us = 150000,
	    .probes = 3,
	    .misses = 3,
	    .request =
		{
		    .group = WIRE_GROUP,
		    .port = PORT,
		    .hops = 1,
		    .source_port = source_port,
		},
	};
	const struct prober_settings prober_settings = {.request = discover.request};
	const struct prober_client client = client_of(s);

	start_monitor(s, &discover);
	s->prober = prober_new(s->loop, s->shared, &prober_settings, &client);
	assert_non_null(s->prober);
}

void
await(struct scene *s, bool (*wanted)(struct scene *s))
{
	s->wanted = wanted;
	s->in_time = false;
	loop_set_timer(s->deadline, clock_now().mono_us + INT64_C(1000) * NETNS_WAIT_MS);
	assert_int_equal(loop_run(s->loop), 0);
	assert_true(s->in_time);
}

int
set_up(void **state)
{
	memset(&scene, 0, sizeof(scene));
	scene.hears = -1;
	scene.ifname = "pr0";
	scene.interval_us = 400000;
	scene.loop = loop_new();
	scene.deadline = loop_add_timer(scene.loop, on_deadline, &scene);
	scene.talks = mcast_open_sender(0, 1);
	ip("link add pr0 type veth peer name pr0wire");
	ip("link set pr0wire up");
	ip("link set pr0 up");
	ip("addr add 198.18.0.1/24 dev pr0");
	*state = &scene;
	return 0;
}

int
tear_down(void **state)
{
	struct scene *s = *state;

	prober_free(s->prober);
	shared_free(s->shared);
	monitor_free(s->monitor);
	stop_manager(s);
	close(s->talks);
	loop_free(s->loop);
	if (if_nametoindex("pr0wire") != 0)
		ip("link del pr0wire");
	return 0;
}

struct prober_client
client_of(struct scene *s)
{
	return (struct prober_client){s, admits, received, changed};
}

bool
manager_is_up(struct scene *s)
{
	const struct manager *m = inventory_at_or_after(s->inv, MANAGER);

	return m != NULL && m->addr == MANAGER && m->status == MANAGER_UP;
}

bool
none_usable(struct scene *s)
{
	return prober_usable(s->prober) == 0;
}

bool
one_usable(struct scene *s)
{
	return prober_usable(s->prober) == 1;
}

bool
round_is_over(struct scene *s)
{
	return discover_stats(s->discover)->rounds >= 1;
}

bool
request_sent(struct scene *s)
{
	return discover_stats(s->discover)->requests_sent > 0;
}

bool
watch_is_supported(void)
{
	int fd = ifaces_watch_open();

	assert_true(fd >= 0 || errno == ENOSYS);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int
run_prober_tests(const char *name, const struct CMUnitTest tests[], size_t count)
{
	netns_or_skip(name);
	veth_or_skip(name, "probe0", "probe1");
	ip("link del probe0");
	ip("link set lo up");
	log_init(name);
	/* Inherited descriptors may leave gaps: see descriptors_in_use(). */
	for (int fd = STDERR_FILENO + 1; fd < 1024; fd++)
		close(fd);
	return _cmocka_run_group_tests(name, tests, count, NULL, NULL);
}
