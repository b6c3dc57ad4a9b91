/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/absence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The path of a UNIX domain socket in net-snmp's notation, or NULL. */
static const char *
socket_path(const char *address)
{
	if (strncmp(address, "unix:", 5) == 0)
		return address + 5;
	return address[0] == '/' ? address : NULL;
}

/* Returns 0, or the errno of connect(2). */
static int
try_connect(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	const size_t len = strlen(path);
	int fd, error = 0;

	if (len >= sizeof(sun.sun_path))
		return ENAMETOOLONG;
	memcpy(sun.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) < 0)
		error = errno;
	close(fd);
	return error;
}

/* Whether this access is denied to the user; if so, *mode is set. */
static bool
denies(const char *path, int access, unsigned int *mode)
{
	struct stat st;

	if (faccessat(AT_FDCWD, path, access, AT_EACCESS) == 0 || errno != EACCES ||
	    stat(path, &st) < 0)
		return false;
	*mode = st.st_mode & 07777;
	return true;
}

/* Find the first directory on the path, or the socket, that denies access. */
static void
explain_denial(const char *path, char *why, size_t size)
{
	char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];
	unsigned int mode;

	for (const char *p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/')) {
		snprintf(directory, sizeof(directory), "%.*s", (int)(p - path), path);
		if (!denies(directory, X_OK, &mode))
			continue;
		snprintf(why, size, "permission denied: this user may not enter %s, mode %04o%s",
			 directory, mode,
			 strchr(p + 1, '/') != NULL
			     ? ""
			     : "; agentXPerms in snmpd.conf(5) does not affect an existing "
			       "directory: use chmod");
		return;
	}
	if (denies(path, W_OK, &mode))
		snprintf(why, size,
			 "permission denied: this user may not write to the socket, mode %04o; see "
			 "agentXPerms in snmpd.conf(5)",
			 mode);
	else
		snprintf(why, size,
			 "permission denied, but not by the mode of the socket or of a directory "
			 "on its path");
}

/* For all errors except EACCES. */
static const char *
explain_error(int error)
{
	switch (error) {
	case 0:
	case EAGAIN: /* its queue of connections is full */
		return "it accepts the connection but does not answer";
	case ENOENT:
		return "no such socket: is snmpd running, with 'master agentx' in its "
		       "configuration?";
	case ECONNREFUSED:
		return "nothing is listening there: is snmpd running, with 'master agentx' in its "
		       "configuration?";
	default:
		return strerror(error);
	}
}

static void
explain_path(const char *path, char *why, size_t size)
{
	const int error = try_connect(path);

	if (error == EACCES)
		explain_denial(path, why, size);
	else
		snprintf(why, size, "%s", explain_error(error));
}

void
absence_explain(const char *address, int attempt, char *why, size_t size)
{
	const char *path = socket_path(address);

	if (path != NULL)
		explain_path(path, why, size);
	else if (attempt != 0)
		snprintf(why, size, "%s", strerror(attempt));
	else
		snprintf(why, size, "no connection, or no answer");
}
