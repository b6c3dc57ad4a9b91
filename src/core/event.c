/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/event.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* clang-format off */
static const struct event_kind kinds[EVENT_TYPES] = {
    [0] = {"invalid", "invalid", false, false},
    [EVENT_APPEARED] = {"appeared", "appeared", true, false},
    [EVENT_DISAPPEARED] = {"disappeared", "disappeared", true, false},
    [EVENT_CHANGED] = {"changed", "changed", true, false},
    [EVENT_CONFLICT] = {"conflict", "conflict", true, false},
    [EVENT_IMPAIRED] = {"impaired", "impaired", false, true},
    [EVENT_RESTORED] = {"restored", "restored", false, false},
    [EVENT_CONFLICT_ENDED] = {"conflictEnded", "conflict ended", true, false},
};
/* clang-format on */

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

struct sentence {
	char *buf;
	size_t name_len; /* room for a name, with its NUL */
};

__attribute__((format(printf, 2, 3))) static void
add(struct sentence *s, const char *format, ...)
{
	const size_t len = strlen(s->buf);
	va_list args;

	va_start(args, format);
	vsnprintf(s->buf + len, EVENT_TEXT_LEN - len, format, args);
	va_end(args);
}

/* "192.0.2.1 (name)", or the address only if that is the name. */
static void
add_host(struct sentence *s, uint32_t addr, const char *name)
{
	char address[TEXT_ADDRESS_LEN], shown[EVENT_TEXT_LEN];

	add(s, " %s", text_address(addr, address));
	if (name[0] != '\0' && strcmp(name, address) != 0)
		add(s, " (%s)", text_printable(name, strlen(name), shown, s->name_len));
}

/* The room for each name, with its NUL, that the rest of the sentence leaves. */
static size_t
name_room(const char *words, const char *reason, bool two)
{
	static const char first[] = "manager 255.255.255.255 () : ";
	static const char second[] = "; the other one is 255.255.255.255 ()";
	const size_t rest = strlen(first) + strlen(words) + strlen(reason);

	if (two)
		return (EVENT_TEXT_LEN - rest - strlen(second)) / 2;
	return EVENT_TEXT_LEN - rest;
}

char *
event_text(const struct event *event, char buf[EVENT_TEXT_LEN])
{
	const struct event_kind *kind = event_kind(event->type);
	const bool two = event->other_source != 0;
	char reason[EVENT_REASON_LEN];
	struct sentence s = {.buf = buf};

	text_printable(event->reason, strlen(event->reason), reason, sizeof(reason));
	s.name_len = name_room(kind->words, reason, two);
	buf[0] = '\0';
	add(&s, "%s", kind->of_manager ? "manager" : "discovery");
	if (kind->of_manager)
		add_host(&s, event->addr, event->name);
	add(&s, " %s: %s", kind->words, reason);
	if (two) {
		add(&s, "; the other one is");
		add_host(&s, event->other_source, event->other_hostname);
	}
	return buf;
}
