/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log_destination.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

static int
parse_facility(const char *name, int *out)
{
	static const int local[] = {LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3,
				    LOG_LOCAL4, LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7};

	if (strcmp(name, "d") == 0 || strcmp(name, "D") == 0)
		*out = LOG_DAEMON;
	else if (strcmp(name, "u") == 0 || strcmp(name, "U") == 0)
		*out = LOG_USER;
	else if (*name >= '0' && *name <= '7' && name[1] == '\0')
		*out = local[*name - '0'];
	else
		return -1;
	return 0;
}

static int
parse(const char *text, struct log_destination *out)
{
	const char *argument = text + (*text != '\0');

	argument += strspn(argument, " ");
	switch (*text) {
	case 'e':
		out->kind = LOG_TO_STDERR;
		break;
	case 'o':
		out->kind = LOG_TO_STDOUT;
		break;
	case 'n':
		out->kind = LOG_TO_NOBODY;
		break;
	case 'f':
		out->kind = LOG_TO_FILE;
		out->path = argument;
		return *argument != '\0' ? 0 : -1;
	case 's':
		out->kind = LOG_TO_SYSLOG;
		return parse_facility(argument, &out->facility);
	default:
		return -1;
	}
	return text[1] == '\0' ? 0 : -1;
}

int
log_destination_parse(const char *text, struct log_destination *out)
{
	struct log_destination destination = {0};

	if (parse(text, &destination) < 0) {
		errno = EINVAL;
		return -1;
	}
	*out = destination;
	return 0;
}
