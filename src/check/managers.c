/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "check/managers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/duration.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/text.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { /* columns of ldmManagerTable */
       HOSTNAME = 3,
       STATUS = 6,
       SILENCE = 11,
       RESPONSE_TIME = 12,
       MISSED_ROUNDS = 13,
       TRANSITIONS = 14,
       EXPECTED = 15,
       NAME = 17,
       CONFLICT_ADDRESS = 18,
       CONFLICT_HOSTNAME = 19,
};

static struct query_object
column(uint32_t number)
{
	return (struct query_object){{1, 1, number}, 3};
}

/* The column that is read first makes the rows. */
static void
add_row(void *arg, const struct query_value *value)
{
	struct managers *managers = arg;
	size_t count = managers->count;
	struct managers_row *row;

	/* Room for twice as many, whenever a power of two is reached. */
	if ((count & (count - 1)) == 0) {
		void *rows = realloc(managers->rows, (count * 2 + 1) * sizeof(*row));

		if (rows == NULL)
			report_unknown("out of memory");
		managers->rows = rows;
	}
	row = &managers->rows[managers->count++];
	*row =
	    (struct managers_row){.address = value->index, .status = (unsigned int)value->number};
}

static int
compare_addresses(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = ((const struct managers_row *)b)->address;

	return (x > y) - (x < y);
}

static void
cut(const char *text, char buf[MANAGERS_SHOWN_LEN])
{
	static const char dots[] = "...";

	if (strlcpy(buf, text, MANAGERS_SHOWN_LEN) >= MANAGERS_SHOWN_LEN)
		memcpy(buf + MANAGERS_SHOWN_LEN - sizeof(dots), dots, sizeof(dots));
}

struct filling {
	struct managers *managers;
	uint32_t column;
};

static void
fill_cell(struct managers_row *row, uint32_t number, const struct query_value *value)
{
	switch (number) {
	case HOSTNAME:
		strlcpy(row->hostname, value->text, sizeof(row->hostname));
		break;
	case CONFLICT_HOSTNAME:
		cut(value->text, row->conflict_hostname);
		break;
	case SILENCE:
		row->silence_s = (uint32_t)value->number;
		break;
	case RESPONSE_TIME:
		row->response_time_us = (uint32_t)value->number;
		break;
	case MISSED_ROUNDS:
		row->missed_rounds = (uint32_t)value->number;
		break;
	case TRANSITIONS:
		row->transitions = (uint32_t)value->number;
		break;
	case EXPECTED:
		row->expected = value->number == 1;
		break;
	case NAME:
		strlcpy(row->name, value->text, sizeof(row->name));
		break;
	case CONFLICT_ADDRESS:
		row->conflict_address = (uint32_t)value->number;
		break;
	}
}

/* A row that was added meanwhile is ignored. */
static void
fill_row(void *arg, const struct query_value *value)
{
	const struct filling *filling = arg;
	struct managers *managers = filling->managers;
	struct managers_row *row = bsearch(&value->index, managers->rows, managers->count,
					   sizeof(*row), compare_addresses);

	if (row != NULL)
		fill_cell(row, filling->column, value);
}

static void
ignore(void *arg, const struct query_value *value)
{
	(void)arg;
	(void)value;
}

static void
name_row(struct managers_row *row)
{
	char address[TEXT_ADDRESS_LEN];

	if (row->name[0] == '\0')
		strlcpy(row->name,
			row->hostname[0] != '\0' ? row->hostname
						 : text_address(row->address, address),
			sizeof(row->name));
	cut(row->name, row->shown);
}

/* An agent without managers is not the same as no agent. */
static void
check_agent(struct query *query)
{
	static const struct query_object summary = {{2}, 1};

	if (query_walk(query, &summary, ignore, NULL) == 0)
		report_unknown("%s", query_no_objects);
}

static void
read_column(struct managers *managers, struct query *query, uint32_t number)
{
	struct filling filling = {managers, number};
	struct query_object object = column(number);

	query_walk(query, &object, fill_row, &filling);
}

static const uint32_t needed[] = {NAME, SILENCE, EXPECTED, CONFLICT_ADDRESS, CONFLICT_HOSTNAME};
static const uint32_t others[] = {HOSTNAME, RESPONSE_TIME, MISSED_ROUNDS, TRANSITIONS};

void
managers_read(struct managers *managers, struct query *query, bool all_columns)
{
	struct query_object first = column(STATUS);

	*managers = (struct managers){0};
	if (query_walk(query, &first, add_row, managers) == 0)
		check_agent(query);
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		read_column(managers, query, needed[i]);
	for (size_t i = 0; i < ARRAY_LEN(others) && all_columns; i++)
		read_column(managers, query, others[i]);
	for (size_t i = 0; i < managers->count; i++)
		name_row(&managers->rows[i]);
}

void
managers_read_one(struct managers *managers, struct query *query, uint32_t address)
{
	struct query_object object = column(STATUS);
	struct query_value value;

	*managers = (struct managers){0};
	if (!query_get(query, &object, address, &value)) {
		check_agent(query);
		return;
	}
	add_row(managers, &value);
	for (size_t i = 0; i < ARRAY_LEN(needed) + ARRAY_LEN(others); i++) {
		uint32_t number = i < ARRAY_LEN(needed) ? needed[i] : others[i - ARRAY_LEN(needed)];

		object = column(number);
		if (query_get(query, &object, address, &value))
			fill_cell(managers->rows, number, &value);
	}
	name_row(managers->rows);
}

void
managers_clear(struct managers *managers)
{
	free(managers->rows);
	*managers = (struct managers){0};
}

const struct managers_row *
managers_find(const struct managers *managers, const char *what)
{
	uint32_t address;

	if (parse_address(what, &address) == 0 && managers->count > 0)
		return bsearch(&address, managers->rows, managers->count, sizeof(*managers->rows),
			       compare_addresses);
	for (size_t i = 0; i < managers->count; i++) {
		const struct managers_row *row = &managers->rows[i];

		if (strcasecmp(row->name, what) == 0 || strcasecmp(row->hostname, what) == 0)
			return row;
	}
	return NULL;
}

static const char *
status_text(unsigned int status)
{
	static const char *const texts[] = {
	    [MANAGERS_UP] = "up",
	    [MANAGERS_MISSING] = "missing",
	    [MANAGERS_DOWN] = "down",
	    [MANAGERS_UNKNOWN] = "unknown",
	};

	if (status < MANAGERS_UP || status > MANAGERS_UNKNOWN)
		return "in a state that this plugin does not know";
	return texts[status];
}

void
managers_line(struct report *report, const struct managers_row *row)
{
	char address[TEXT_ADDRESS_LEN], other[TEXT_ADDRESS_LEN], silence[DURATION_LEN] = "";
	bool silent = row->status != MANAGERS_UP && row->silence_s > 0;
	bool conflict = row->conflict_address != 0;

	if (silent)
		duration_rough((int64_t)row->silence_s * US_PER_S, silence);
	report_line(report, "%s (%s): %s%s%s%s%s%s%s%s", row->shown,
		    text_address(row->address, address), status_text(row->status),
		    silent ? ", silent for " : "", silence, row->expected ? ", expected" : "",
		    conflict ? ", in conflict with " : "",
		    conflict ? text_address(row->conflict_address, other) : "", conflict ? " " : "",
		    row->conflict_hostname);
}
