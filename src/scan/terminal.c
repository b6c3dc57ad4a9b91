/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

bool
terminal_watched(void)
{
	return isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
}

unsigned int
terminal_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}
