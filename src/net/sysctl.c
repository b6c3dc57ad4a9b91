/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sysctl.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_LEN 96
#define PATH_LEN (NAME_LEN + 32)

long
sysctl_file(const char *path, long otherwise)
{
	FILE *file = fopen(path, "re");
	char text[24], *end = text;
	long value = otherwise;

	if (file == NULL)
		return otherwise;
	if (fgets(text, sizeof(text), file) != NULL)
		value = strtol(text, &end, 10);
	fclose(file);
	return end != text ? value : otherwise;
}

long
sysctl_ipv4(const char *name, long otherwise)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	return sysctl_file(path, otherwise);
}

long
sysctl_ipv4_conf(const char *ifname, const char *name, long otherwise)
{
	char all[NAME_LEN], one[NAME_LEN];
	long of_all, of_one;

	snprintf(all, sizeof(all), "conf/all/%s", name);
	snprintf(one, sizeof(one), "conf/%s/%s", ifname, name);
	of_all = sysctl_ipv4(all, otherwise);
	of_one = sysctl_ipv4(one, otherwise);
	return of_all > of_one ? of_all : of_one;
}
