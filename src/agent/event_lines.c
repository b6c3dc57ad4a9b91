/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/event_lines.h"

#include "base/clock.h"
#include "base/log.h"

static const struct log_limit_rule rule = {EVENT_LINES_MAX, US_PER_MIN, US_PER_MIN};

static const char *
subject(enum event_type type)
{
	return event_kind(type)->of_manager ? "manager" : "discovery";
}

static enum log_level
level(enum event_type type)
{
	return event_kind(type)->warns ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE;
}

static void
log_event(const struct event *event)
{
	char text[EVENT_TEXT_LEN];

	log_line(level(event->type), "%s", event_text(event, text));
}

void
event_lines_put(struct event_lines *log, const struct event *event)
{
	const int64_t now_us = event->time.mono_us;

	event_lines_sum_up(log, now_us);
	if (log_limit_take(&log->types[event->type], &rule, now_us))
		log_event(event);
}

void
event_lines_sum_up(struct event_lines *log, int64_t now_us)
{
	for (enum event_type type = 1; type < EVENT_TYPES; type++) {
		const unsigned int more = log_limit_sum(&log->types[type], &rule, now_us);

		if (more > 0)
			log_line(level(type), "%s %s: %u more within a minute", subject(type),
				 event_kind(type)->words, more);
	}
}
