/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/words.h"

#include <stddef.h>

#include "core/event.h"
#include "core/manager.h"
#include "core/notified.h"

const char *
words_announced(unsigned int value)
{
	switch (value) {
	case ANNOUNCED_NOTHING:
		return "";
	case ANNOUNCED_UP:
		return "up";
	case ANNOUNCED_DOWN:
		return "down";
	default:
		return NULL;
	}
}

const char *
words_status(unsigned int value)
{
	return value < MANAGER_STATUSES ? manager_status_name((enum manager_status)value) : NULL;
}

const char *
words_event_type(unsigned int value)
{
	return value < EVENT_TYPES ? event_type_name((enum event_type)value) : NULL;
}
