/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/pid_file.h"

#include <errno.h>
#include <libutil.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#include "base/log.h"

static struct pidfh *file;

int
pid_file_write(const char *path)
{
	pid_t other = -1;

	file = pidfile_open(path, 0644, &other);
	if (file == NULL && errno == EEXIST) {
		log_error("pid file %s is locked by process %ld: is ldm-agentx already running?",
			  path, (long)other);
		return -1;
	}
	if (file == NULL) {
		log_error("cannot create the pid file %s: %s", path, strerror(errno));
		return -1;
	}
	if (pidfile_write(file) < 0) {
		log_error("cannot write to the pid file %s: %s", path, strerror(errno));
		pid_file_remove();
		return -1;
	}
	return 0;
}

void
pid_file_remove(void)
{
	if (file != NULL)
		pidfile_remove(file);
	file = NULL;
}
