/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/unixsock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

#define TIMEOUT_S 10

int
unixsock_prepare(int fd, bool nonblocking)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return nonblocking ? fcntl(fd, F_SETFL, flags | O_NONBLOCK) : 0;
}

/* A socket and the address of path.  One that blocks has its time bounded, so
 * that a responder that was stopped does not hold up whoever asks it. */
static int
open_for(const char *path, bool nonblocking, struct sockaddr_un *sun)
{
	const struct timeval timeout = {.tv_sec = TIMEOUT_S};
	int fd;

	*sun = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (path[0] == '\0' ||
	    strlcpy(sun->sun_path, path, sizeof(sun->sun_path)) >= sizeof(sun->sun_path)) {
		errno = path[0] == '\0' ? ENOENT : ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd >= 0 && (unixsock_prepare(fd, nonblocking) < 0 ||
			setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
			setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
try_connect(const char *path, bool nonblocking)
{
	struct sockaddr_un sun;
	int fd = open_for(path, nonblocking, &sun);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) < 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* Remove the socket at path if it was left behind by a process that is gone. */
static int
remove_stale(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	fd = try_connect(path, true);
	if (fd >= 0) {
		close(fd);
		errno = EADDRINUSE;
		return -1;
	}
	/* Any other failure, EAGAIN of a full backlog say, does not prove that it is dead. */
	if (errno != ECONNREFUSED) {
		errno = EADDRINUSE;
		return -1;
	}
	return unlink(path);
}

static int
bind_private(int fd, const struct sockaddr_un *sun)
{
	/* Not a chmod(2) after the fact: it must not be open to others for a moment. */
	mode_t mask = umask(0177);
	int rc = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));

	umask(mask);
	return rc;
}

int
unixsock_listen(const char *path)
{
	struct sockaddr_un sun;
	int fd = open_for(path, true, &sun);

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
		  errno == EADDRINUSE ? "a running responder has it"
		  : errno == EEXIST   ? "there is a file that is not a socket"
				      : strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int
unixsock_connect(const char *path)
{
	int fd = try_connect(path, false);

	if (fd < 0)
		log_error("no responder at %s: %s", path, strerror(errno));
	return fd;
}
