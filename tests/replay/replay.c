/* SPDX-License-Identifier: BSD-2-Clause */
/* replay.c - plays a scripted scenario to discover and inventory in simulated
 * time.  tests/replay/README describes the scripts. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/discover.h"
#include "core/format.h"
#include "core/inventory.h"
#include "core/wire.h"

#define MAX_PEERS 64
#define MAX_ANSWERS 1024
#define EPOCH_MS 1700000000000
#define FIXED_PORT 64535
#define EPHEMERAL_PORT 40000

struct peer { /* a simulated manager, or another one that has its address */
	uint32_t addr;
	uint32_t source; /* where its answers come from */
	char link[LINK_NAME_LEN];
	char arrives[LINK_NAME_LEN]; /* where its answers come in; "": on link */
	bool silent;
	int64_t delay_us;
	unsigned int copies;
	int hears;         /* SENDER_FIXED or SENDER_EPHEMERAL only, or -1: both */
	unsigned int lose; /* so many of the next answers */
	char hostname[64];
	uint16_t port;
};

struct answer {
	int64_t due_us;
	struct peer peer;
	unsigned int ifindex;
};

static struct {
	const char *file;
	int line;
	int64_t now_us;
	struct inventory *inv;
	struct discover *d;
	int64_t tick_us;
	struct peer peers[MAX_PEERS];
	unsigned int peer_count;
	struct answer answers[MAX_ANSWERS];
	unsigned int answer_count;
	char events[4096]; /* since the last check, "appeared 198.18.0.1, ..." */
	struct {
		char name[LINK_NAME_LEN];
		unsigned int ifindex;
		uint32_t addr;
		bool send_fails;
	} links[8];
	unsigned int link_count;
	struct access_list access;
	unsigned int failures;
} sim;

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fprintf(stderr, "%s:%d: ", sim.file, sim.line);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(99);
}

static struct moment
moment(void)
{
	return (struct moment){.mono_us = sim.now_us, .wall_ms = EPOCH_MS + sim.now_us / 1000};
}

static int64_t
parse_time(const char *text)
{
	char *end;
	const double value = strtod(text, &end);

	if (strcmp(end, "ms") == 0)
		return (int64_t)(value * 1000);
	if (strcmp(end, "s") == 0)
		return (int64_t)(value * 1000000);
	if (strcmp(end, "d") == 0)
		return (int64_t)(value * 86400 * 1000000);
	die("'%s' is not a time such as 100ms, 30s or 7d", text);
}

static uint32_t
parse_address(const char *text)
{
	unsigned int a, b, c, d;

	if (sscanf(text, "%u.%u.%u.%u", &a, &b, &c, &d) != 4)
		die("'%s' is not an address", text);
	return a << 24 | b << 16 | c << 8 | d;
}

static unsigned int
parse_number(const char *text)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0')
		die("'%s' is not a number", text);
	return (unsigned int)value;
}

/* The value of "key=value" among the words from `from` on, or NULL. */
static const char *
option(char *const words[], unsigned int count, unsigned int from, const char *key)
{
	const size_t len = strlen(key);

	for (unsigned int i = from; i < count; i++)
		if (strncmp(words[i], key, len) == 0 && words[i][len] == '=')
			return words[i] + len + 1;
	return NULL;
}

static void
note_event(void *ctx, const struct event *event)
{
	char addr[FORMAT_ADDRESS_LEN];
	const size_t used = strlen(sim.events);

	(void)ctx;
	snprintf(sim.events + used, sizeof(sim.events) - used, "%s%s %s", used > 0 ? ", " : "",
		 event_type_name(event->type),
		 event->addr != 0 ? format_address(event->addr, addr) : event->reason);
}

/* words: the address, and maybe source=ADDRESS. */
static struct peer *
find_peer(char *const words[], unsigned int count)
{
	const char *source = option(words, count, 1, "source");
	const uint32_t addr = parse_address(words[0]);
	const uint32_t from = source != NULL ? parse_address(source) : addr;

	for (unsigned int i = 0; i < sim.peer_count; i++)
		if (sim.peers[i].addr == addr && sim.peers[i].source == from)
			return &sim.peers[i];
	return NULL;
}

static struct peer *
need_peer(char *const words[], unsigned int count)
{
	struct peer *peer = find_peer(words, count);

	if (peer == NULL)
		die("no manager %s", words[0]);
	return peer;
}

static unsigned int
sim_link(const char *name)
{
	for (unsigned int i = 0; i < sim.link_count; i++)
		if (strcmp(sim.links[i].name, name) == 0)
			return i;
	if (sim.link_count == sizeof(sim.links) / sizeof(*sim.links))
		die("too many links");
	snprintf(sim.links[sim.link_count].name, LINK_NAME_LEN, "%s", name);
	sim.links[sim.link_count].ifindex = sim.link_count + 2;
	sim.links[sim.link_count].addr = 0xc612ff01 + sim.link_count; /* 198.18.255.1 */
	return sim.link_count++;
}

static void
deliver(const struct peer *peer, unsigned int ifindex)
{
	const struct arrival arrival = {
	    .ifindex = ifindex,
	    .source = peer->source,
	    .source_port = FIXED_PORT,
	};
	struct wire_response resp = {.version = "1.2", .addr = peer->addr, .port = peer->port};
	uint8_t buf[WIRE_MSG_LEN];

	snprintf(resp.hostname, sizeof(resp.hostname), "%s", peer->hostname);
	wire_encode_response(buf, &resp);
	discover_receive(sim.d, buf, sizeof(buf), &arrival, moment(), &resp, NULL);
}

static void
answer_request(const struct discover_request *req, const char *link)
{
	for (unsigned int i = 0; i < sim.peer_count; i++) {
		struct peer *peer = &sim.peers[i];

		if (peer->silent || strcmp(peer->link, link) != 0 ||
		    (peer->hears >= 0 && (int)req->sender != peer->hears))
			continue;
		if (peer->lose > 0) {
			peer->lose--;
			continue;
		}
		for (unsigned int n = 0; n < peer->copies; n++) {
			if (sim.answer_count == MAX_ANSWERS)
				die("too many answers under way");
			sim.answers[sim.answer_count++] = (struct answer){
			    .due_us = sim.now_us + peer->delay_us,
			    .peer = *peer,
			    .ifindex = peer->arrives[0] != '\0'
					   ? sim.links[sim_link(peer->arrives)].ifindex
					   : req->ifindex,
			};
		}
	}
}

static void
tick(void)
{
	struct discover_request req;

	sim.tick_us = discover_tick(sim.d, moment());
	if (sim.tick_us <= sim.now_us)
		die("the next tick is not in the future");
	while (discover_next_request(sim.d, &req)) {
		for (unsigned int i = 0; i < sim.link_count; i++) {
			const bool ok = !sim.links[i].send_fails;

			if (sim.links[i].ifindex != req.ifindex)
				continue;
			discover_sent(sim.d, &req, ok,
				      req.sender == SENDER_FIXED ? FIXED_PORT : EPHEMERAL_PORT,
				      moment());
			if (ok)
				answer_request(&req, sim.links[i].name);
		}
	}
}

/* The next answer under way, or NULL. */
static struct answer *
next_answer(void)
{
	struct answer *next = NULL;

	for (unsigned int i = 0; i < sim.answer_count; i++)
		if (next == NULL || sim.answers[i].due_us < next->due_us)
			next = &sim.answers[i];
	return next;
}

/* Let everything happen that is due before `until`: a command comes before what
 * is due at the same instant, and an answer before a tick, as sockets are
 * drained first. */
static void
advance(int64_t until_us)
{
	for (;;) {
		struct answer *answer = next_answer();

		if (answer != NULL && answer->due_us < until_us && answer->due_us <= sim.tick_us) {
			const struct answer copy = *answer;

			sim.now_us = copy.due_us;
			*answer = sim.answers[--sim.answer_count];
			deliver(&copy.peer, copy.ifindex);
		} else if (sim.tick_us < until_us) {
			sim.now_us = sim.tick_us;
			tick();
		} else {
			break;
		}
	}
	sim.now_us = until_us;
}

static void
expect(bool ok, const char *what, const char *wanted, const char *got)
{
	if (ok)
		return;
	fprintf(stderr, "%s:%d: %s: expected %s, got %s\n", sim.file, sim.line, what, wanted, got);
	sim.failures++;
}

static void
expect_number(const char *what, const char *wanted, uint64_t got)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, got);
	expect(strcmp(text, wanted) == 0, what, wanted, text);
}

static const struct manager *
find_manager(const char *address)
{
	const uint32_t addr = parse_address(address);
	const struct manager *m = inventory_at_or_after(sim.inv, addr);

	return m != NULL && m->addr == addr ? m : NULL;
}

static void
check_summary(const char *what, const char *wanted)
{
	const struct inventory_summary s = inventory_summary(sim.inv);
	const struct {
		const char *name;
		uint32_t value;
	} table[] = {
	    {"all", s.all},
	    {"up", s.up},
	    {"missing", s.missing},
	    {"down", s.down},
	    {"unknown", s.unknown},
	    {"expected", s.expected},
	    {"unconfirmed", s.unconfirmed},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (strcmp(table[i].name, what) == 0) {
			expect_number(what, wanted, table[i].value);
			return;
		}
	}
	die("unknown check '%s'", what);
}

static void
check_up_on(const char *name, const char *wanted)
{
	uint32_t up = 0;

	for (unsigned int i = 0; i < sim.link_count; i++)
		if (strcmp(sim.links[i].name, name) == 0)
			discover_link_at_or_after(sim.d, sim.links[i].ifindex, &up);
	expect_number(name, wanted, up);
}

static void
check(char *words[], unsigned int count, const char *rest)
{
	const struct discover_stats *stats = discover_stats(sim.d);
	const char *what = words[0];

	if (strcmp(what, "events") == 0) {
		if (strcmp(rest, "none") == 0)
			rest = "";
		expect(strcmp(sim.events, rest) == 0, "events", rest, sim.events);
		sim.events[0] = '\0';
		return;
	}
	if (count == 2 && strcmp(what, "requests") == 0)
		expect_number(what, words[1], stats->requests_sent);
	else if (count == 2 && strcmp(what, "rounds") == 0)
		expect_number(what, words[1], stats->rounds);
	else if (count == 2 && strcmp(what, "answers") == 0)
		expect_number(what, words[1], stats->last_answers);
	else if (count == 2 && strcmp(what, "excused") == 0)
		expect_number(what, words[1], stats->excused_rounds);
	else if (count == 2 && strcmp(what, "own-requests") == 0)
		expect_number(what, words[1], stats->verdicts[VERDICT_OWN_REQUEST]);
	else if (count == 2 && strcmp(what, "foreign-requests") == 0)
		expect_number(what, words[1], stats->verdicts[VERDICT_FOREIGN_REQUEST]);
	else if (count == 2 && strcmp(what, "no-room") == 0)
		expect_number(what, words[1], stats->verdicts[VERDICT_NO_ROOM]);
	else if (count == 2 && strcmp(what, "denied") == 0)
		expect_number(what, words[1], stats->verdicts[VERDICT_DENIED]);
	else if (count == 2)
		check_summary(what, words[1]);
	else if (count == 3 && strcmp(what, "up-on") == 0)
		check_up_on(words[1], words[2]);
	else if (count == 3 && strcmp(what, "status") == 0) {
		const struct manager *m = find_manager(words[1]);
		const char *got = m != NULL ? manager_status_name(m->status) : "absent";

		expect(strcmp(got, words[2]) == 0, words[1], words[2], got);
	} else if (count == 3) {
		const struct manager *m = find_manager(words[1]);

		if (m == NULL)
			expect(false, words[1], "a row", "none");
		else if (strcmp(what, "missed") == 0)
			expect_number(what, words[2], m->missed);
		else if (strcmp(what, "transitions") == 0)
			expect_number(what, words[2], m->transitions);
		else if (strcmp(what, "response-time") == 0)
			expect_number(what, words[2], m->response_time_us);
		else if (strcmp(what, "hostname") == 0)
			expect(strcmp(m->hostname, words[2]) == 0, what, words[2], m->hostname);
		else
			die("unknown check '%s'", what);
	} else {
		die("unknown check '%s'", what);
	}
}

static void
set_peer(char *words[], unsigned int count)
{
	struct peer *peer = find_peer(words, count);
	const char *value;

	if (peer == NULL) {
		if (sim.peer_count == MAX_PEERS)
			die("too many managers");
		peer = &sim.peers[sim.peer_count++];
		*peer = (struct peer){.addr = parse_address(words[0]),
				      .source = parse_address(words[0]),
				      .port = WIRE_XMPP_PORT,
				      .delay_us = 100000,
				      .copies = 1,
				      .hears = -1,
				      .hostname = "ldom",
				      .link = "eth0"};
	}
	if ((value = option(words, count, 1, "source")) != NULL)
		peer->source = parse_address(value);
	if ((value = option(words, count, 1, "arrives")) != NULL)
		snprintf(peer->arrives, sizeof(peer->arrives), "%s", value);
	if ((value = option(words, count, 1, "port")) != NULL)
		peer->port = (uint16_t)parse_number(value);
	if ((value = option(words, count, 1, "link")) != NULL)
		snprintf(peer->link, sizeof(peer->link), "%s", value);
	if ((value = option(words, count, 1, "delay")) != NULL)
		peer->delay_us = parse_time(value);
	if ((value = option(words, count, 1, "copies")) != NULL)
		peer->copies = parse_number(value);
	if ((value = option(words, count, 1, "lose")) != NULL)
		peer->lose = parse_number(value);
	if ((value = option(words, count, 1, "hostname")) != NULL)
		snprintf(peer->hostname, sizeof(peer->hostname), "%s", value);
	if ((value = option(words, count, 1, "hears")) != NULL)
		peer->hears = strcmp(value, "fixed") == 0       ? SENDER_FIXED
			      : strcmp(value, "ephemeral") == 0 ? SENDER_EPHEMERAL
								: -1;
}

static enum link_state
parse_link_state(const char *text)
{
	static const char *const names[] = {"usable",     "down",       "no-carrier", "no-address",
					    "not-joined", "unsuitable", "excluded",   "gone"};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], text) == 0)
			return (enum link_state)(LINK_USABLE + i);
	die("'%s' is not a state of a link", text);
}

static void
set_link(char *words[], unsigned int count)
{
	const unsigned int i = sim_link(words[0]);
	const char *value;

	if ((value = option(words, count, 2, "ifindex")) != NULL)
		sim.links[i].ifindex = parse_number(value);
	if ((value = option(words, count, 2, "address")) != NULL)
		sim.links[i].addr = parse_address(value);
	discover_set_link(sim.d, words[0], sim.links[i].ifindex, sim.links[i].addr,
			  parse_link_state(words[1]));
}

static void
receive_request(const char *link, uint32_t source, uint16_t port, bool local)
{
	const struct arrival arrival = {
	    .ifindex = sim.links[sim_link(link)].ifindex,
	    .source = source,
	    .source_port = port,
	    .source_is_local = local,
	};
	struct wire_response resp;
	uint8_t buf[WIRE_MSG_LEN];

	wire_encode_request(buf);
	discover_receive(sim.d, buf, sizeof(buf), &arrival, moment(), &resp, NULL);
}

/* Answers from `count` addresses that nobody has. */
static void
flood(const char *link, unsigned int count)
{
	struct peer peer = {.hostname = "forged", .port = WIRE_XMPP_PORT};

	for (unsigned int i = 0; i < count; i++) {
		peer.addr = peer.source = 0xc6130000 + i; /* 198.19.0.0 */
		deliver(&peer, sim.links[sim_link(link)].ifindex);
	}
}

static void
set_interval(int64_t interval_us)
{
	struct discover_settings settings = *discover_settings(sim.d);

	settings.interval_us = interval_us;
	discover_configure(sim.d, &settings);
	tick();
}

static void
answer_unasked(const struct peer *peer)
{
	deliver(peer, sim.links[sim_link(peer->link)].ifindex);
}

static void
permit(const char *token, const char *prefix)
{
	struct access_rule rule = {.accept = strcmp(token, "accept") == 0};
	char address[32];

	if (sscanf(prefix, "%31[^/]/%u", address, &rule.prefix_len) != 2)
		die("'%s' is not a prefix", prefix);
	rule.addr = parse_address(address);
	if (access_add(&sim.access, rule) < 0 || discover_set_access(sim.d, &sim.access) < 0)
		die("out of memory");
}

static void
run_command(char *words[], unsigned int count, const char *rest)
{
	const char *command = words[0];

	if (strcmp(command, "check") == 0 && count >= 2)
		check(words + 1, count - 1, rest);
	else if (strcmp(command, "manager") == 0 && count >= 2)
		set_peer(words + 1, count - 1);
	else if (strcmp(command, "silent") == 0 && count >= 2)
		need_peer(words + 1, count - 1)->silent = true;
	else if (strcmp(command, "talks") == 0 && count >= 2)
		need_peer(words + 1, count - 1)->silent = false;
	else if (strcmp(command, "answer") == 0 && count >= 2)
		answer_unasked(need_peer(words + 1, count - 1));
	else if (strcmp(command, "link") == 0 && count >= 3)
		set_link(words + 1, count - 1);
	else if (strcmp(command, "disturb") == 0 && count == 2)
		discover_disturb_link(sim.d, sim.links[sim_link(words[1])].ifindex);
	else if (strcmp(command, "send-fails") == 0 && count == 3)
		sim.links[sim_link(words[1])].send_fails = strcmp(words[2], "yes") == 0;
	else if (strcmp(command, "drops") == 0 && count == 2)
		discover_note_drops(
		    sim.d, strcmp(words[1], "senders") == 0 ? LINK_NONE : (int)sim_link(words[1]),
		    1);
	else if (strcmp(command, "round") == 0 && count == 1) {
		discover_round_now(sim.d);
		tick();
	} else if (strcmp(command, "expected") == 0 && count == 2)
		inventory_expect(sim.inv, parse_address(words[1]), true, moment());
	else if (strcmp(command, "not-expected") == 0 && count == 2)
		inventory_expect(sim.inv, parse_address(words[1]), false, moment());
	else if (strcmp(command, "forget") == 0 && count == 2)
		inventory_remove(sim.inv, parse_address(words[1]), moment());
	else if ((strcmp(command, "accept") == 0 || strcmp(command, "deny") == 0) && count == 2)
		permit(command, words[1]);
	else if (strcmp(command, "interval") == 0 && count == 2)
		set_interval(parse_time(words[1]));
	else if (strcmp(command, "loop") == 0 && count == 3)
		receive_request(words[1], sim.links[sim_link(words[1])].addr,
				(uint16_t)parse_number(words[2]), true);
	else if (strcmp(command, "foreign-request") == 0 && count == 2)
		receive_request(words[1], 0xc612fffe, FIXED_PORT, false);
	else if (strcmp(command, "flood") == 0 && count == 3)
		flood(words[1], parse_number(words[2]));
	else
		die("cannot make sense of '%s'", command);
}

static void
start(char *words[], unsigned int count)
{
	struct discover_settings ds = {
	    .interval_us = 30000000, .window_us = 3000000, .probes = 3, .misses = 3};
	struct inventory_settings is = {.max_managers = 10000,
					.misses = 3,
					.retention_us = 7 * 86400 * INT64_C(1000000),
					.confirmations = 2,
					.change_holdoff_us = 600 * INT64_C(1000000)};
	const char *value;

	if ((value = option(words, count, 1, "probes")) != NULL)
		ds.probes = parse_number(value);
	if ((value = option(words, count, 1, "misses")) != NULL)
		ds.misses = is.misses = parse_number(value);
	if ((value = option(words, count, 1, "retention")) != NULL)
		is.retention_us = parse_time(value);
	if ((value = option(words, count, 1, "maxManagers")) != NULL)
		is.max_managers = parse_number(value);
	if ((value = option(words, count, 1, "confirmations")) != NULL)
		is.confirmations = parse_number(value);
	if ((value = option(words, count, 1, "sourcePort")) != NULL)
		ds.source_port = strcmp(value, "fixed") == 0       ? SOURCE_PORT_FIXED
				 : strcmp(value, "ephemeral") == 0 ? SOURCE_PORT_EPHEMERAL
								   : SOURCE_PORT_AUTO;
	sim.inv = inventory_new(&is, 1, note_event, NULL);
	sim.d = discover_new(&ds, sim.inv, moment(), note_event, NULL);
	if (sim.inv == NULL || sim.d == NULL)
		die("out of memory");
}

static void
run_line(char *line)
{
	char *words[16], *save = NULL, copy[1024];
	const char *rest = "";
	unsigned int count = 0;

	line[strcspn(line, "#\n")] = '\0';
	for (size_t len = strlen(line); len > 0 && isspace((unsigned char)line[len - 1]);)
		line[--len] = '\0';
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *w = strtok_r(line, " \t", &save); w != NULL && count < 16;
	     w = strtok_r(NULL, " \t", &save)) {
		/* What follows the third word, as written: "1s check events ...". */
		if (count == 3)
			rest = copy + (w - line);
		words[count++] = w;
	}
	if (count == 0)
		return;
	if (sim.d == NULL) {
		if (strcmp(words[0], "settings") != 0)
			die("a script begins with 'settings'");
		start(words, count);
		return;
	}
	if (count < 2)
		die("expected a time and a command");
	const int64_t at_us = parse_time(words[0]);

	if (at_us < sim.now_us)
		die("%s is in the past", words[0]);
	advance(at_us);
	run_command(words + 1, count - 1, rest);
}

int
main(int argc, char **argv)
{
	char line[1024];
	FILE *f;

	if (argc != 2) {
		fprintf(stderr, "usage: replay SCRIPT\n");
		return 99;
	}
	sim.file = argv[1];
	f = fopen(sim.file, "r");
	if (f == NULL)
		die("%s", strerror(errno));
	while (fgets(line, sizeof(line), f) != NULL) {
		sim.line++;
		run_line(line);
	}
	fclose(f);
	if (sim.events[0] != '\0')
		expect(false, "events nobody asked for", "none", sim.events);
	discover_free(sim.d);
	access_clear(&sim.access);
	inventory_free(sim.inv);
	return sim.failures > 0;
}
