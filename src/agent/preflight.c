/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/preflight.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/privileges.h"
#include "base/log.h"
#include "base/log_destination.h"
#include "net/ifaces.h"
#include "net/ifwords.h"
#include "net/mcast.h"

static int
fail(const char *option, const char *what, const char *path)
{
	log_error("option %s: %s%s: %s", option, what, path, strerror(errno));
	return -1;
}

static int
check_directory_of(const char *option, const char *path)
{
	char *copy = strdup(path);
	const char *directory;
	int status = 0;

	if (copy == NULL)
		return fail(option, "", path);
	directory = dirname(copy);
	if (eaccess(directory, W_OK | X_OK) < 0)
		status = fail(option, "cannot create a file in ", directory);
	free(copy);
	return status;
}

/* Does not open the file, which may be a FIFO, or the pid file of a running daemon. */
static int
check_writable(const char *option, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? check_directory_of(option, path) : fail(option, "", path);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return fail(option, "", path);
	}
	return eaccess(path, W_OK) < 0 ? fail(option, "cannot write to ", path) : 0;
}

static int
check_log(const char *text)
{
	struct log_destination to;

	if (text == NULL || log_destination_parse(text, &to) < 0 || to.kind != LOG_TO_FILE)
		return 0; /* options_parse() has checked the text */
	return check_writable("-L", to.path);
}

int
preflight_check(const struct options *options)
{
	int status = 0;

	/* In the order of a start: the log file is opened as the user of -u. */
	if (options->pidfile != NULL && check_writable("-p", options->pidfile) < 0)
		status = -1;
	if (privileges_drop(options->user, options->group) < 0)
		status = -1;
	if (check_log(options->log) < 0)
		status = -1;
	return status;
}

static void
print_line(void *ctx, const char *line)
{
	(void)ctx;
	puts(line);
}

int
preflight_print(const struct conf *config)
{
	struct ifaces ifaces = {0};
	char line[IFWORDS_LEN];

	conf_print(config, print_line, NULL);
	if (ifaces_read(&ifaces) < 0) {
		log_error("cannot read the list of interfaces: %s", strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < ifaces.count; i++)
		printf("# %s\n", ifwords_usage(&config->interfaces, &ifaces.list[i], NULL, line));
	for (size_t i = 0; i < config->interfaces.count; i++) {
		const char *pattern = config->interfaces.items[i];

		if (ifwords_missing(pattern, &ifaces, line) != NULL)
			printf("# interface: %s\n", line);
	}
	if (mcast_try_group(config->monitor.discover.request.group,
			    config->monitor.discover.request.port) < 0)
		printf("# port %u: %s: answers to the group could not be heard\n",
		       config->monitor.discover.request.port, strerror(errno));
	ifaces_clear(&ifaces);
	return 0;
}
