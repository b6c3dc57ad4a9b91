/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static int failure_status;

static void
close_output(void)
{
	const bool failed = ferror(stdout) != 0;

	if (fclose(stdout) < 0)
		log_error("cannot write to standard output: %s", strerror(errno));
	else if (failed)
		log_error("cannot write to standard output");
	else
		return;
	_exit(failure_status);
}

void
output_check_at_exit(int failure)
{
	failure_status = failure;
	atexit(close_output);
}
