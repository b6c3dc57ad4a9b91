/* SPDX-License-Identifier: BSD-2-Clause */
/* rmem_max.c - with LDM_RMEM_MAX in the environment, limits receive buffers as Linux does for
 * a process without CAP_NET_ADMIN if net.core.rmem_max has that value.
 *
 * The real limit is that of the whole machine.  To be linked with a program, whose
 * setsockopt() it replaces.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef int function(int, int, int, const void *, socklen_t);

static int
call(int fd, int level, int option, const void *value, socklen_t len)
{
	static function *real;
	void *found;

	if (real == NULL) {
		found = dlsym(RTLD_NEXT, "setsockopt");
		if (found == NULL)
			abort();
		memcpy(&real, &found, sizeof(real));
	}
	return real(fd, level, option, value, len);
}

int
setsockopt(int fd, int level, int option, const void *value, socklen_t len)
{
	const char *text = getenv("LDM_RMEM_MAX");
	int limit, wanted;

	if (text == NULL || level != SOL_SOCKET || len < sizeof(wanted))
		return call(fd, level, option, value, len);
#ifdef SO_RCVBUFFORCE
	if (option == SO_RCVBUFFORCE) {
		errno = EPERM;
		return -1;
	}
#endif
	memcpy(&wanted, value, sizeof(wanted));
	limit = (int)strtol(text, NULL, 10);
	if (option == SO_RCVBUF && wanted > limit)
		return call(fd, level, option, &limit, sizeof(limit));
	return call(fd, level, option, value, len);
}
