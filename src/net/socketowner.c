/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/socketowner.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define PATH_LEN 320 /* a name of a directory has up to 255 octets */
#define TARGET_LEN 64

static bool
has_open(const char *descriptors, const char *wanted)
{
	DIR *dir = opendir(descriptors);
	const struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL) {
		char target[TARGET_LEN];
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (len < 0)
			continue;
		target[len] = '\0';
		found = strcmp(target, wanted) == 0;
	}
	closedir(dir);
	return found;
}

static void
read_name(const char *process, char name[SOCKETOWNER_NAME_LEN])
{
	char path[PATH_LEN], line[32] = "?";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/comm", process);
	file = fopen(path, "re");
	if (file != NULL) {
		if (fgets(line, sizeof(line), file) == NULL)
			strlcpy(line, "?", sizeof(line));
		fclose(file);
	}
	text_printable(line, strcspn(line, "\n"), name, SOCKETOWNER_NAME_LEN);
}

bool
socketowner_find(uint64_t inode, struct socketowner *owner)
{
	char wanted[TARGET_LEN], path[PATH_LEN];
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return false;
	snprintf(wanted, sizeof(wanted), "socket:[%" PRIu64 "]", inode);
	while (!found && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fd", entry->d_name);
		found = has_open(path, wanted);
		if (!found)
			continue;
		owner->pid = (pid_t)strtol(entry->d_name, NULL, 10);
		read_name(entry->d_name, owner->name);
	}
	closedir(dir);
	return found;
}
