/* SPDX-License-Identifier: BSD-2-Clause */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <string.h>

#include "base/log.h"
#include "snmp/liblog.h"

static bool configuring;

/* Messages about the link are logged by masterlink.c; the library repeats its own at each
 * attempt. */
static enum log_level
level_of(int priority)
{
	if (configuring && priority <= LOG_WARNING)
		return LOG_LEVEL_WARNING;
	if (priority <= LOG_ERR)
		return LOG_LEVEL_WARNING;
	if (priority <= LOG_NOTICE)
		return LOG_LEVEL_INFO;
	return LOG_LEVEL_DEBUG;
}

/* Lines passed one by one are not in a file: "(null): line 0: Warning: ...". */
static const char *
without_place(const char *line)
{
	static const char place[] = "(null): line 0: ";

	return strncmp(line, place, sizeof(place) - 1) == 0 ? line + sizeof(place) - 1 : line;
}

/* Debug messages come in pieces, only the last of which ends in a newline. */
static int
on_message(int major, int minor, void *message, void *arg)
{
	static char line[1024];
	static size_t len;
	const struct snmp_log_message *m = message;

	(void)major;
	(void)minor;
	(void)arg;
	for (const char *p = m->msg; *p != '\0'; p++) {
		if (*p != '\n')
			line[len++] = *p;
		if ((*p == '\n' && len > 0) || len == sizeof(line) - 1) {
			line[len] = '\0';
			log_line(level_of(m->priority), "net-snmp: %s", without_place(line));
			len = 0;
		}
	}
	return 0;
}

void
liblog_start(void)
{
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_message, NULL);
	snmp_enable_calllog();
}

void
liblog_configuring(bool on)
{
	configuring = on;
}
