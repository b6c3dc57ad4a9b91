/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/unixsock.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

#define TIMEOUT_S 10

/* Set *sun to the address of path.  Returns a socket of this type, or -1 with errno. */
static int
open_for(const char *path, int type, struct sockaddr_un *sun)
{
	*sun = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (path[0] == '\0' ||
	    strlcpy(sun->sun_path, path, sizeof(sun->sun_path)) >= sizeof(sun->sun_path)) {
		errno = path[0] == '\0' ? ENOENT : ENAMETOOLONG;
		return -1;
	}
	return socket(AF_UNIX, type, 0);
}

/* Whether a process has bound the socket.  If only its backlog is full, connect(2) fails
 * with another error. */
static bool
is_alive(const char *path)
{
	struct sockaddr_un sun;
	int fd = open_for(path, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, &sun);
	bool alive = fd < 0 || connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0 ||
		     errno != ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return alive;
}

/* Remove the socket at path if the process that bound it has ended. */
static int
remove_stale(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	if (is_alive(path)) {
		errno = EADDRINUSE;
		return -1;
	}
	return unlink(path);
}

static int
bind_private(int fd, const struct sockaddr_un *sun)
{
	/* Not by a later chmod(2), because others must not have access even briefly. */
	mode_t mask = umask(0177);
	int rc = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));

	umask(mask);
	return rc;
}

int
unixsock_listen(const char *path)
{
	struct sockaddr_un sun;
	int fd = open_for(path, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, &sun);

	if (fd < 0)
		goto fail;
	if (bind_private(fd, &sun) < 0 &&
	    (errno != EADDRINUSE || remove_stale(path) < 0 || bind_private(fd, &sun) < 0))
		goto fail;
	if (listen(fd, 16) < 0) {
		int saved = errno;

		unlink(path);
		errno = saved;
		goto fail;
	}
	return fd;
fail:
	log_error("control socket %s: %s", path,
		  errno == EADDRINUSE ? "in use by a running responder"
		  : errno == EEXIST   ? "the file exists and is not a socket"
				      : strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int
unixsock_connect(const char *path)
{
	const struct timeval timeout = {.tv_sec = TIMEOUT_S};
	struct sockaddr_un sun;
	int fd = open_for(path, SOCK_STREAM | SOCK_CLOEXEC, &sun);

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) == 0 &&
	    connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	log_error("no responder at %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}
