/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

void
check_expect(bool ok, const char *what, const char *wanted, const char *got)
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
	check_expect(strcmp(text, wanted) == 0, what, wanted, text);
}

static const struct manager *
find_manager(const char *address)
{
	const uint32_t addr = sim_parse_address(address);
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
	sim_die("unknown check '%s'", what);
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

void
check_run(char *words[], unsigned int count, const char *rest)
{
	const struct discover_stats *stats = discover_stats(sim.d);
	const char *what = words[0];

	if (strcmp(what, "events") == 0) {
		if (strcmp(rest, "none") == 0)
			rest = "";
		check_expect(strcmp(sim.events, rest) == 0, "events", rest, sim.events);
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

		check_expect(strcmp(got, words[2]) == 0, words[1], words[2], got);
	} else if (count == 3) {
		const struct manager *m = find_manager(words[1]);

		if (m == NULL)
			check_expect(false, words[1], "a row", "none");
		else if (strcmp(what, "missed") == 0)
			expect_number(what, words[2], m->missed);
		else if (strcmp(what, "transitions") == 0)
			expect_number(what, words[2], m->transitions);
		else if (strcmp(what, "response-time") == 0)
			expect_number(what, words[2], m->response_time_us);
		else if (strcmp(what, "hostname") == 0)
			check_expect(strcmp(m->hostname, words[2]) == 0, what, words[2],
				     m->hostname);
		else
			sim_die("unknown check '%s'", what);
	} else {
		sim_die("unknown check '%s'", what);
	}
}
