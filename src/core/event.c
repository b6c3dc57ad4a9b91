/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/event.h"

static const struct event_kind kinds[EVENT_TYPES] = {
    [0] = {.name = "invalid"},
    [EVENT_APPEARED] = {.name = "appeared", .of_manager = true},
    [EVENT_DISAPPEARED] = {.name = "disappeared", .of_manager = true},
    [EVENT_CHANGED] = {.name = "changed", .of_manager = true},
    [EVENT_CONFLICT] = {.name = "conflict", .of_manager = true},
    [EVENT_IMPAIRED] = {.name = "impaired", .of_manager = false, .warns = true},
    [EVENT_RESTORED] = {.name = "restored", .of_manager = false},
};

const struct event_kind *
event_kind(enum event_type type)
{
	return &kinds[type < EVENT_TYPES ? type : 0];
}

const char *
event_type_name(enum event_type type)
{
	return event_kind(type)->name;
}
