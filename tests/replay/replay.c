/* SPDX-License-Identifier: BSD-2-Clause */
/* replay.c - plays a scripted scenario to discover and inventory in simulated
 * time.  tests/replay/README describes the scripts. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "base/parse.h"
#include "sim.h"

#define QUEUE_LIMIT 1000 /* of events that nobody takes */

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
	sim_die("'%s' is not a time such as 100ms, 30s or 7d", text);
}

static unsigned int
parse_number(const char *text)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0')
		sim_die("'%s' is not a number", text);
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

/* words: the address, and maybe source=ADDRESS. */
static struct peer *
find_peer(char *const words[], unsigned int count)
{
	const char *source = option(words, count, 1, "source");
	const uint32_t addr = sim_parse_address(words[0]);
	const uint32_t from = source != NULL ? sim_parse_address(source) : addr;

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
		sim_die("no manager %s", words[0]);
	return peer;
}

static void
set_peer(char *words[], unsigned int count)
{
	struct peer *peer = find_peer(words, count);
	const char *value;

	if (peer == NULL) {
		if (sim.peer_count == MAX_PEERS)
			sim_die("too many managers");
		peer = &sim.peers[sim.peer_count++];
		*peer = (struct peer){.addr = sim_parse_address(words[0]),
				      .source = sim_parse_address(words[0]),
				      .port = WIRE_XMPP_PORT,
				      .delay_us = 100000,
				      .copies = 1,
				      .hears = -1,
				      .hostname = "ldom",
				      .link = "eth0"};
	}
	if ((value = option(words, count, 1, "source")) != NULL)
		peer->source = sim_parse_address(value);
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
	sim_die("'%s' is not a state of a link", text);
}

static void
set_link(char *words[], unsigned int count)
{
	const unsigned int i = sim_link(words[0]);
	const char *value;

	if ((value = option(words, count, 2, "ifindex")) != NULL)
		sim.links[i].ifindex = parse_number(value);
	if ((value = option(words, count, 2, "address")) != NULL)
		sim.links[i].addr = sim_parse_address(value);
	sim.links[i].state = parse_link_state(words[1]);
	value = option(words, count, 2, "deaf");
	sim.links[i].deaf = value != NULL && strcmp(value, "yes") == 0;
	if (option(words, count, 2, "report") == NULL)
		sim_report_links();
}

/* words: NAME OTHER, once or several times at once; names may go round. */
static void
rename_links(char *words[], unsigned int count)
{
	char between[LINK_NAME_LEN];

	if (count % 2 != 0)
		sim_die("a link has no new name");
	for (unsigned int i = 0; i < count; i += 2) {
		snprintf(between, sizeof(between), "%u", i);
		sim_rename(words[i], between);
	}
	for (unsigned int i = 0; i < count; i += 2) {
		snprintf(between, sizeof(between), "%u", i);
		sim_rename(between, words[i + 1]);
	}
	sim_report_links();
}

static void
change_settings(char *words[], unsigned int count)
{
	struct discover_settings *settings = &sim.settings.discover;
	const char *value;

	if ((value = option(words, count, 0, "interval")) != NULL)
		settings->interval_us = parse_time(value);
	if ((value = option(words, count, 0, "window")) != NULL)
		settings->window_us = parse_time(value);
	if ((value = option(words, count, 0, "probes")) != NULL)
		settings->probes = parse_number(value);
	sim_configure();
	sim_tick();
}

static void
permit(const char *token, const char *prefix)
{
	struct access_rule rule = {.accept = strcmp(token, "accept") == 0};

	if (parse_subnet(prefix, &rule.addr, &rule.prefix_len) < 0)
		sim_die("'%s' is not a prefix", prefix);
	if (access_add(&sim.access, rule) < 0)
		sim_die("out of memory");
	sim_configure();
}

static void
set(struct change change)
{
	if (sim_change(change) != CHANGE_GRANTED)
		sim_die("refused");
}

static void
fill_queue(bool full)
{
	sim.settings.queue_limit = full ? 0 : QUEUE_LIMIT;
	sim_configure();
}

static void
run_command(char *words[], unsigned int count, const char *rest)
{
	const char *command = words[0];

	if (strcmp(command, "check") == 0 && count >= 2)
		check_run(words + 1, count - 1, rest);
	else if (strcmp(command, "manager") == 0 && count >= 2)
		set_peer(words + 1, count - 1);
	else if (strcmp(command, "silent") == 0 && count >= 2)
		need_peer(words + 1, count - 1)->silent = true;
	else if (strcmp(command, "talks") == 0 && count >= 2)
		need_peer(words + 1, count - 1)->silent = false;
	else if (strcmp(command, "answer") == 0 && count >= 2)
		sim_answer_unasked(need_peer(words + 1, count - 1));
	else if (strcmp(command, "link") == 0 && count >= 3)
		set_link(words + 1, count - 1);
	else if (strcmp(command, "rename") == 0 && count >= 3)
		rename_links(words + 1, count - 1);
	else if (strcmp(command, "disturb") == 0 && count == 2)
		discover_disturb_link(sim.d, sim.links[sim_link(words[1])].ifindex);
	else if (strcmp(command, "send-takes") == 0 && count == 3)
		sim.links[sim_link(words[1])].send_takes_us = parse_time(words[2]);
	else if (strcmp(command, "send-fails") == 0 && count == 3)
		sim.links[sim_link(words[1])].send_fails = strcmp(words[2], "yes") == 0;
	else if (strcmp(command, "drops") == 0 && count == 2)
		discover_note_drops(sim.d,
				    strcmp(words[1], "senders") == 0
					? LINK_NONE
					: sim.links[sim_link(words[1])].number,
				    1);
	else if (strcmp(command, "round") == 0 && count == 1) {
		set((struct change){.what = CHANGE_ROUND_NOW});
		sim_tick();
	} else if (strcmp(command, "expected") == 0 && count == 2)
		set(sim_expectation(sim_parse_address(words[1]), true));
	else if (strcmp(command, "not-expected") == 0 && count == 2)
		set(sim_expectation(sim_parse_address(words[1]), false));
	else if (strcmp(command, "forget") == 0 && count == 2)
		set((struct change){.what = CHANGE_ROW,
				    .address = sim_parse_address(words[1]),
				    .action = CHANGE_ROW_DESTROY});
	else if ((strcmp(command, "accept") == 0 || strcmp(command, "deny") == 0) && count == 2)
		permit(command, words[1]);
	else if (strcmp(command, "change") == 0 && count >= 2)
		change_settings(words + 1, count - 1);
	else if (strcmp(command, "restart") == 0 && count == 2)
		sim_restart(parse_time(words[1]));
	else if (strcmp(command, "queue") == 0 && count == 2)
		fill_queue(strcmp(words[1], "full") == 0);
	else if (strcmp(command, "reconcile") == 0 && count == 1)
		monitor_reconcile(sim.monitor, sim_moment());
	else if (strcmp(command, "loop") == 0 && count == 3)
		sim_receive_request(words[1], sim.links[sim_link(words[1])].addr,
				    (uint16_t)parse_number(words[2]), true);
	else if (strcmp(command, "foreign-request") == 0 && count == 2)
		sim_receive_request(words[1], 0xc612fffe, WIRE_PORT, false);
	else if (strcmp(command, "flood") == 0 && count == 3)
		sim_flood(words[1], parse_number(words[2]));
	else
		sim_die("cannot make sense of '%s'", command);
}

static void
start(char *words[], unsigned int count)
{
	struct discover_settings ds = {
	    .interval_us = 30000000, .window_us = 3000000, .probes = 3, .misses = 3};
	struct inventory_settings is = {.max_managers = 10000,
					.misses = 3,
					.retention_us = INT64_C(7) * 86400 * 1000000,
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
		ds.request.source_port = strcmp(value, "fixed") == 0       ? SOURCE_PORT_FIXED
					 : strcmp(value, "ephemeral") == 0 ? SOURCE_PORT_EPHEMERAL
									   : SOURCE_PORT_AUTO;
	sim.settings = (struct monitor_settings){.discover = ds,
						 .inventory = is,
						 .event_log = 100,
						 .queue_limit = QUEUE_LIMIT,
						 .notifications = true};
	sim_start();
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
			sim_die("a script begins with 'settings'");
		start(words, count);
		return;
	}
	if (count < 2)
		sim_die("expected a time and a command");
	const int64_t at_us = parse_time(words[0]);

	if (at_us < sim.now_us)
		sim_die("%s is in the past", words[0]);
	sim_advance(at_us);
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
		sim_die("%s", strerror(errno));
	while (fgets(line, sizeof(line), f) != NULL) {
		sim.line++;
		run_line(line);
	}
	fclose(f);
	if (sim.events[0] != '\0')
		check_expect(false, "events nobody asked for", "none", sim.events);
	sim_end();
	kept_clear(&sim.kept);
	access_clear(&sim.access);
	return sim.failures > 0;
}
