/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "agent/history_print.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/configfile.h"
#include "agent/privileges.h"
#include "base/clock.h"
#include "base/duration.h"
#include "base/log.h"
#include "base/text.h"
#include "core/json.h"
#include "snmp/subagent.h"
#include "store/history.h"

/* In the order of the table; an escaped octet takes four. */
struct line {
	char time[TEXT_LOCAL_TIME_LEN];
	char id[sizeof("4294967295")];
	char after[DURATION_LEN];
	const char *event;
	char address[TEXT_ADDRESS_LEN];
	char hostname[4 * WIRE_HOSTNAME_LEN];
	char reason[4 * (EVENT_REASON_LEN + WIRE_HOSTNAME_LEN + WIRE_VERSION_LEN) + 16];
};

struct widths {
	int time, id, after, event, address, hostname;
};

struct printer {
	int64_t since_ms;
	void (*print)(struct printer *printer, const struct event_record *record, int64_t after_ms);
	struct widths widths;
	void *subjects; /* a tree of struct subject */
	bool no_memory;
};

/* A manager, or an interface, and its previous event. */
struct subject {
	uint32_t addr;
	unsigned int ifindex; /* 0 of a manager */
	int64_t event_ms;
};

static int
compare(const void *a, const void *b)
{
	const struct subject *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->ifindex < y->ifindex ? -1 : x->ifindex > y->ifindex;
}

/* The time since the previous event of the same manager or interface, -1 if there was none
 * or the clock was set back. */
static int64_t
take_after(struct printer *printer, const struct event *event)
{
	const struct subject key = {.addr = event->addr,
				    .ifindex = event->addr == 0 ? event->ifindex : 0,
				    .event_ms = event->time.wall_ms};
	struct subject **found = tfind(&key, &printer->subjects, compare), *subject;
	int64_t after_ms;

	if (found != NULL) {
		after_ms = key.event_ms - (*found)->event_ms;
		(*found)->event_ms = key.event_ms;
		return after_ms >= 0 ? after_ms : -1;
	}
	subject = malloc(sizeof(*subject));
	if (subject != NULL)
		*subject = key;
	if (subject == NULL || tsearch(subject, &printer->subjects, compare) == NULL) {
		free(subject);
		printer->no_memory = true;
	}
	return -1;
}

static void
print_json(struct printer *printer, const struct event_record *record, int64_t after_ms)
{
	char json[JSON_EVENT_LEN];

	(void)printer;
	puts(json_event(record, after_ms, json));
}

/* As the log has it, and for a change what it was before, as ldm-scan -l. */
static void
compose_reason(const struct event *event, char *reason, size_t size)
{
	char version[4 * WIRE_VERSION_LEN], hostname[4 * WIRE_HOSTNAME_LEN];
	size_t len;

	text_printable(event->reason, strlen(event->reason), reason, size);
	len = strlen(reason);
	if (event->type == EVENT_CHANGED)
		snprintf(reason + len, size - len, " (was %u %s %s)", event->previous_port,
			 text_word(event->previous_version, version, sizeof(version)),
			 text_word(event->previous_hostname, hostname, sizeof(hostname)));
}

static struct line
line_of(const struct event *event, int64_t after_ms)
{
	struct line line = {.after = "-", .event = event_type_name(event->type), .address = "-"};

	text_local_time(event->time.wall_ms, line.time);
	snprintf(line.id, sizeof(line.id), "%" PRIu32, event->id);
	if (after_ms >= 0)
		duration_rough(after_ms * US_PER_MS, line.after);
	if (event->addr != 0)
		text_address(event->addr, line.address);
	text_word(event->name, line.hostname, sizeof(line.hostname));
	compose_reason(event, line.reason, sizeof(line.reason));
	return line;
}

static void
widen(int *width, const char *text)
{
	const int len = (int)strlen(text);

	if (len > *width)
		*width = len;
}

static void
fit(struct widths *widths, const struct line *line)
{
	widen(&widths->time, line->time);
	widen(&widths->id, line->id);
	widen(&widths->after, line->after);
	widen(&widths->event, line->event);
	widen(&widths->address, line->address);
	widen(&widths->hostname, line->hostname);
}

static void
fit_event(struct printer *printer, const struct event_record *record, int64_t after_ms)
{
	const struct line line = line_of(&record->event, after_ms);

	fit(&printer->widths, &line);
}

static void
print_line(const struct widths *widths, const struct line *line)
{
	printf("%-*s  %*s  %*s  %-*s  %-*s  %-*s  %s\n", widths->time, line->time, widths->id,
	       line->id, widths->after, line->after, widths->event, line->event, widths->address,
	       line->address, widths->hostname, line->hostname, line->reason);
}

static void
print_event(struct printer *printer, const struct event_record *record, int64_t after_ms)
{
	const struct line line = line_of(&record->event, after_ms);

	print_line(&printer->widths, &line);
}

/* Events before since_ms are read for the times of previous events. */
static bool
take_event(void *ctx, const struct event_record *record)
{
	struct printer *printer = ctx;
	const int64_t after_ms = take_after(printer, &record->event);

	if (record->event.time.wall_ms >= printer->since_ms)
		printer->print(printer, record, after_ms);
	return !printer->no_memory && ferror(stdout) == 0;
}

static int
read_events(struct printer *printer, const char *path, int64_t *until)
{
	char error[PLACE_ERROR_LEN];
	int status = history_read(path, until, take_event, printer, error);

	tdestroy(printer->subjects, free);
	printer->subjects = NULL;
	if (status == 0 && printer->no_memory) {
		snprintf(error, sizeof(error), "%s: out of memory", path);
		status = -1;
	}
	if (status < 0)
		log_error("%s", error);
	return status;
}

static int
print_table(struct printer *printer, const char *path)
{
	static const struct line header = {"TIME",    "ID",       "AFTER", "EVENT",
					   "ADDRESS", "HOSTNAME", "REASON"};
	int64_t until = HISTORY_ALL;

	printer->print = fit_event;
	if (read_events(printer, path, &until) < 0)
		return -1;
	if (printer->widths.id == 0)
		return 0;
	fit(&printer->widths, &header);
	print_line(&printer->widths, &header);
	printer->print = print_event;
	return read_events(printer, path, &until);
}

static int
print_file(const char *path, const struct options *options)
{
	struct printer printer = {.since_ms = options->since_ms, .print = print_json};
	int64_t until = HISTORY_ALL;

	if (path == NULL) {
		log_error("stateFile none: no events are saved; expected the path of a state file");
		return -1;
	}
	return options->json ? read_events(&printer, path, &until) : print_table(&printer, path);
}

int
history_print(const struct options *options)
{
	const char *const directories = subagent_config_path();
	struct conf config;
	int status = -1;

	if (directories == NULL) {
		log_error("cannot read the configuration: out of memory");
		return -1;
	}
	if (configfile_load(&config, options, directories) == 0 &&
	    privileges_drop(options->user, options->group) == 0)
		status = print_file(conf_state_file(&config), options);
	conf_clear(&config);
	return status;
}
