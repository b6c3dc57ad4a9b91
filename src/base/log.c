/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log_sink.h"
#include "base/log_writer.h"

#define OPEN_TIMEOUT_MS 500

enum mode {
	WRITE, /* the caller writes */
	HAND_OVER,
	DISCARD,
};

/* Set before threads are started; used only by the log thread once that is started. */
static struct log_sink sink = {.kind = LOG_TO_STDERR, .program = "", .fd = STDERR_FILENO};
static bool has_thread;

static struct log_sink standard_error = {.kind = LOG_TO_STDERR, .program = "", .fd = STDERR_FILENO};
static _Atomic(enum mode) mode = WRITE;
static atomic_bool copying; /* warnings and errors to standard error */
static atomic_int lowest_level = LOG_LEVEL_INFO;

void
log_init(const char *name)
{
	sink.program = standard_error.program = name;
	tzset(); /* localtime_r() is not required to call it */
}

void
log_set_level(enum log_level level)
{
	atomic_store(&lowest_level, level);
}

bool
log_has_level(enum log_level level)
{
	return (int)level <= atomic_load(&lowest_level);
}

int
log_choose(const char *destination)
{
	if (log_sink_choose(&sink, destination) < 0)
		return -1;
	copying = false;
	switch (sink.kind) {
	case LOG_TO_STDERR:
	case LOG_TO_STDOUT:
		mode = WRITE;
		return 0;
	case LOG_TO_FILE:
	case LOG_TO_SYSLOG:
		mode = HAND_OVER;
		break;
	case LOG_TO_NOBODY:
		mode = DISCARD;
		break;
	}
	copying = true;
	return 0;
}

int
log_start(void)
{
	bool opened;

	if (mode == DISCARD)
		return 0;
	if (log_writer_start(&sink, OPEN_TIMEOUT_MS, &opened) < 0)
		return -1;
	has_thread = true;
	mode = HAND_OVER;
	if (!opened)
		log_warning("the log cannot be written yet: continuing without waiting for it");
	return 0;
}

void
log_started(void)
{
	copying = false;
}

void
log_finish(int timeout_ms)
{
	if (has_thread)
		log_writer_flush(timeout_ms);
}

void
log_reopen(void)
{
	if (has_thread && sink.kind == LOG_TO_FILE)
		log_writer_reopen();
}

/* Remove newlines, and end a truncated line with "...". */
static size_t
finish_text(char *text, size_t size, bool cut)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	for (char *p = text; (p = strchr(p, '\n')) != NULL;)
		*p = ' ';
	if (cut && len >= 3 && len + 1 == size)
		memcpy(text + len - 3, "...", 3);
	return len;
}

static void
dispatch(const struct log_line *line)
{
	switch (atomic_load(&mode)) {
	case WRITE:
		log_sink_write(&sink, line);
		break;
	case HAND_OVER:
		log_writer_put(line->level, line->when, line->text, line->len);
		break;
	case DISCARD:
		break;
	}
	if (copying && line->level <= LOG_LEVEL_WARNING)
		log_sink_write(&standard_error, line);
}

void
log_line(enum log_level level, const char *format, ...)
{
	const int saved_errno = errno;
	struct log_line line;
	va_list args;
	int wanted;

	if (!log_has_level(level))
		return;
	line.level = level;
	line.when = time(NULL);
	va_start(args, format);
	wanted = vsnprintf(line.text, sizeof(line.text), format, args);
	va_end(args);
	if (wanted >= 0) {
		line.len =
		    finish_text(line.text, sizeof(line.text), (size_t)wanted >= sizeof(line.text));
		dispatch(&line);
	}
	errno = saved_errno;
}
