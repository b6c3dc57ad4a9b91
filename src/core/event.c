/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/event.h"

const char *
event_type_name(enum event_type type)
{
	switch (type) {
	case EVENT_APPEARED:
		return "appeared";
	case EVENT_DISAPPEARED:
		return "disappeared";
	case EVENT_CHANGED:
		return "changed";
	case EVENT_CONFLICT:
		return "conflict";
	case EVENT_IMPAIRED:
		return "impaired";
	case EVENT_RESTORED:
		return "restored";
	}
	return "invalid";
}
