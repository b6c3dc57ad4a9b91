/* SPDX-License-Identifier: BSD-2-Clause */
/* log_caught.h - replaces log_line() of log.c: keeps the last line and the last debug line. */
#ifndef LOG_CAUGHT_H
#define LOG_CAUGHT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/log.h"

static unsigned int lines, debug_lines;
static char last[2048], last_debug[2048];
static enum log_level last_level;

void
log_line(enum log_level level, const char *format, ...)
{
	const bool debug = level == LOG_LEVEL_DEBUG;
	va_list args;

	va_start(args, format);
	vsnprintf(debug ? last_debug : last, sizeof(last), format, args);
	va_end(args);
	if (debug) {
		debug_lines++;
	} else {
		last_level = level;
		lines++;
	}
}

#endif /* LOG_CAUGHT_H */
