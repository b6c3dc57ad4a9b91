/* SPDX-License-Identifier: BSD-2-Clause */
/* log_caught.h - in place of log.c's log_line(): keeps the last line. */
#ifndef LOG_CAUGHT_H
#define LOG_CAUGHT_H

#include <stdio.h>

#include "base/log.h"

static unsigned int lines;
static char last[2048];
static enum log_level last_level;

void
log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(last, sizeof(last), format, args);
	va_end(args);
	last_level = level;
	lines++;
}

#endif /* LOG_CAUGHT_H */
