/* SPDX-License-Identifier: BSD-2-Clause */
/* log_destination.h - parses the destination of the log, in the notation of the
 * option -L of snmpd(8).
 *
 * Pure: opens nothing, so that the command line can be checked before anything is
 * started.
 */
#ifndef LOG_DESTINATION_H
#define LOG_DESTINATION_H

enum log_kind {
	LOG_TO_STDERR,
	LOG_TO_STDOUT,
	LOG_TO_NOBODY,
	LOG_TO_FILE,
	LOG_TO_SYSLOG,
};

struct log_destination {
	enum log_kind kind;
	const char *path; /* LOG_TO_FILE: points into the parsed text */
	int facility;     /* LOG_TO_SYSLOG: for openlog(3) */
};

/* "e" standard error, "o" standard output, "n" nowhere, "f FILE" or "fFILE" a
 * file, "s FACILITY" or "sFACILITY" syslog (d for daemon, u for user, 0..7 for
 * local0..local7).  Returns 0, or -1 with errno EINVAL. */
int log_destination_parse(const char *text, struct log_destination *out);

#define LOG_DESTINATION_EXPECTED "expected e, o, n, f FILE or s FACILITY (d, u, 0 to 7)"

#endif /* LOG_DESTINATION_H */
