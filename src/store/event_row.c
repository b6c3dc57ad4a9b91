/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/event_row.h"

#include <stddef.h>
#include <stdint.h>

#include "store/rules.h"
#include "store/words.h"

void
event_row_read(struct columns *c, struct event_record *record)
{
	const char *expected;
	struct event *event = &record->event;

	event->id = (uint32_t)columns_number(c, 1, UINT32_MAX);
	record->queued = columns_flag(c);
	event->type = (enum event_type)columns_word(c, words_event_type, false);
	event->time.wall_ms = columns_number(c, 1, COLUMNS_WALL_MAX_MS);
	event->addr = columns_address(c);
	event->status = (enum manager_status)columns_word(c, words_status, false);
	columns_text(c, event->hostname, sizeof(event->hostname));
	columns_text(c, event->version, sizeof(event->version));
	event->port = (uint16_t)columns_optional(c, 1, UINT16_MAX);
	columns_text(c, event->former_hostname, sizeof(event->former_hostname));
	columns_text(c, event->former_version, sizeof(event->former_version));
	event->former_port = (uint16_t)columns_optional(c, 1, UINT16_MAX);
	event->source = columns_address(c);
	event->other_source = columns_address(c);
	event->ifindex = (unsigned int)columns_optional(c, 1, INT32_MAX);
	columns_text(c, event->reason, sizeof(event->reason));
	expected = c->bad ? NULL : rules_event(record);
	if (expected != NULL)
		columns_fail(c, "%s", expected);
}
