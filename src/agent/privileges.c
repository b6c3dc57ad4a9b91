/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/parse.h"

/* The highest id is (uid_t)-1, "no change" to the system calls. */
#define HIGHEST_ID 0xfffffffeul

struct identity {
	uid_t uid;
	gid_t gid;
	const char *name; /* for initgroups(); NULL: the user has no entry */
	bool has_gid;
};

/* who->name points to a buffer of libc that the next look-up overwrites. */
static int
find_user(const char *user, struct identity *who)
{
	unsigned long number;
	struct passwd *entry = getpwnam(user);

	if (entry == NULL && parse_unsigned(user, 0, HIGHEST_ID, &number) == 0) {
		entry = getpwuid((uid_t)number);
		if (entry == NULL) {
			who->uid = (uid_t)number;
			return 0;
		}
	}
	if (entry == NULL) {
		log_error("cannot run as user '%s': there is no such user", user);
		return -1;
	}
	who->uid = entry->pw_uid;
	who->gid = entry->pw_gid;
	who->has_gid = true;
	who->name = entry->pw_name;
	return 0;
}

static int
find_group(const char *group, struct identity *who)
{
	unsigned long number;
	const struct group *entry = getgrnam(group);

	if (entry != NULL) {
		who->gid = entry->gr_gid;
	} else if (parse_unsigned(group, 0, HIGHEST_ID, &number) == 0) {
		who->gid = (gid_t)number;
	} else {
		log_error("cannot run as group '%s': there is no such group", group);
		return -1;
	}
	who->has_gid = true;
	return 0;
}

static int
change_groups(const struct identity *who)
{
	if (who->name != NULL ? initgroups(who->name, who->gid) < 0 : setgroups(1, &who->gid) < 0)
		return -1;
	return setgid(who->gid);
}

/* Whether the change was complete and is permanent, which capabilities may prevent. */
static bool
is_final(const struct identity *who)
{
	if (getuid() != who->uid || geteuid() != who->uid || getgid() != who->gid ||
	    getegid() != who->gid)
		return false;
	return who->uid == 0 || (setuid(0) < 0 && seteuid(0) < 0);
}

int
privileges_drop(const char *user, const char *group)
{
	struct identity who = {.uid = getuid(), .gid = getgid()};

	if (user == NULL && group == NULL)
		return 0;
	if (user != NULL && find_user(user, &who) < 0)
		return -1;
	if (group != NULL && find_group(group, &who) < 0)
		return -1;
	if (!who.has_gid) {
		log_error(
		    "cannot run as user '%s': it has no passwd entry, so a group must be given",
		    user);
		return -1;
	}
	if (getuid() == who.uid && geteuid() == who.uid && getgid() == who.gid &&
	    getegid() == who.gid && who.uid != 0)
		return 0;
	if (change_groups(&who) < 0) {
		log_error("cannot change to group %s%s: %s", group != NULL ? group : "of user ",
			  group != NULL ? "" : user, strerror(errno));
		return -1;
	}
	if (setuid(who.uid) < 0) {
		log_error("cannot change to user %s: %s", user, strerror(errno));
		return -1;
	}
	if (!is_final(&who)) {
		log_error("changing to user %s and group %s did not take full effect",
			  user != NULL ? user : "(same)", group != NULL ? group : "(the user's)");
		return -1;
	}
	return 0;
}
