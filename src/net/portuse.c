/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/portuse.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The longest line of /proc/net/udp6 has 170 octets. */
#define LINE_LEN 256

/* The last of the four words of an address as the kernel prints it: the octets
 * in memory, that is, in network order, read as a number of this machine. */
static bool
takes_unicast(const uint32_t words[4], unsigned int count)
{
	static const uint8_t mapped[] = {0, 0, 0xff, 0xff};
	uint8_t octets[4];

	memcpy(octets, &words[count - 1], sizeof(octets));
	if (count == 4) {
		const bool any = words[0] == 0 && words[1] == 0 && words[2] == 0 && words[3] == 0;

		/* One bound to [::] has IPv4's datagrams, too, unless it asked not to,
		 * which is not told. */
		if (any)
			return true;
		if (words[0] != 0 || words[1] != 0 || memcmp(&words[2], mapped, 4) != 0)
			return false;
	}
	return octets[0] != 127 && (octets[0] & 0xf0) != 0xe0;
}

/* One line of /proc/net/udp or, with four words to an address, of udp6: number,
 * local address and port, seven columns that do not matter, inode. */
static bool
is_rival(const char *line, unsigned int words_count, uint16_t port, uint64_t own_inode)
{
	uint32_t words[4];
	unsigned int its_port;
	uint64_t inode;
	int len = 0;

	(void)sscanf(line, " %*u: %n", &len);
	if (len == 0)
		return false; /* the heading */
	line += len;
	for (unsigned int i = 0; i < words_count; i++, line += len)
		if (sscanf(line, "%8" SCNx32 "%n", &words[i], &len) != 1)
			return false;
	if (sscanf(line, ":%4x %*s %*s %*s %*s %*s %*s %*s %" SCNu64, &its_port, &inode) != 2)
		return false;
	return its_port == port && inode != own_inode && takes_unicast(words, words_count);
}

static bool
any_rival(const char *path, unsigned int words, uint16_t port, uint64_t own_inode)
{
	char line[LINE_LEN];
	FILE *file = fopen(path, "re");
	bool any = false;

	if (file == NULL)
		return false;
	while (!any && fgets(line, sizeof(line), file) != NULL)
		any = is_rival(line, words, port, own_inode);
	fclose(file);
	return any;
}

bool
portuse_by_others(uint16_t port, int own)
{
	struct stat status;
	const uint64_t inode = own >= 0 && fstat(own, &status) == 0 ? status.st_ino : 0;

	/* The process's own view: /proc/net itself is hidden where only processes
	 * are shown. */
	return any_rival("/proc/self/net/udp", 1, port, inode) ||
	       any_rival("/proc/self/net/udp6", 4, port, inode);
}
