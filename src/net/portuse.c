/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/portuse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The longest line of /proc/net/udp6 has 170 octets. */
#define LINE_LEN 256

/* Whether a socket bound to this address, of 1 or 4 words, takes unicast datagrams of
 * the host.  The kernel prints the octets, which are in network order, as numbers of
 * this machine. */
static bool
takes_unicast(const uint32_t words[4], unsigned int count)
{
	static const uint8_t mapped[] = {0, 0, 0xff, 0xff};
	uint8_t octets[4];

	memcpy(octets, &words[count - 1], sizeof(octets));
	if (count == 4) {
		const bool any = words[0] == 0 && words[1] == 0 && words[2] == 0 && words[3] == 0;

		/* A socket bound to [::] also receives IPv4 datagrams, unless it has
		 * IPV6_V6ONLY set, which is not shown here. */
		if (any)
			return true;
		if (words[0] != 0 || words[1] != 0 || memcmp(&words[2], mapped, 4) != 0)
			return false;
	}
	return octets[0] != 127 && (octets[0] & 0xf0) != 0xe0;
}

/* Read this number of words of eight hexadecimal digits.  Returns the text after them,
 * or NULL. */
static const char *
read_address(const char *text, uint32_t words[], unsigned int count)
{
	for (unsigned int i = 0; i < count; i++, text += 8) {
		char word[9];
		char *end;

		strlcpy(word, text, sizeof(word));
		words[i] = (uint32_t)strtoul(word, &end, 16);
		if (end != word + 8)
			return NULL;
	}
	return text;
}

static const char *
after_columns(const char *text, unsigned int count)
{
	while (count-- > 0) {
		text += strspn(text, " ");
		text += strcspn(text, " ");
	}
	return text;
}

/* One line of /proc/net/udp or, with four words to an address, of udp6: number,
 * local address and port, five columns that do not matter, user, another one, inode. */
static bool
is_rival(const char *line, unsigned int words_count, uint16_t port, uint64_t own_inode,
	 struct portuse *use)
{
	uint32_t words[4];
	const char *text = strchr(line, ':');
	unsigned long its_port;
	char *end;

	if (text == NULL)
		return false; /* the header line */
	text = read_address(text + 1 + strspn(text + 1, " "), words, words_count);
	if (text == NULL || *text != ':')
		return false;
	its_port = strtoul(text + 1, &end, 16);
	use->uid = (uid_t)strtoul(after_columns(end, 5), NULL, 10);
	use->inode = strtoull(after_columns(end, 7), NULL, 10);
	return its_port == port && use->inode != own_inode && takes_unicast(words, words_count);
}

static bool
any_rival(const char *path, unsigned int words, uint16_t port, uint64_t own_inode,
	  struct portuse *use)
{
	char line[LINE_LEN];
	FILE *file = fopen(path, "re");
	bool any = false;

	if (file == NULL)
		return false;
	while (!any && fgets(line, sizeof(line), file) != NULL)
		any = is_rival(line, words, port, own_inode, use);
	fclose(file);
	return any;
}

bool
portuse_find(uint16_t port, int own, struct portuse *use)
{
	struct stat status;
	const uint64_t inode = own >= 0 && fstat(own, &status) == 0 ? status.st_ino : 0;

	/* The process's own directory, because /proc/net is hidden if /proc shows
	 * only processes. */
	return any_rival("/proc/self/net/udp", 1, port, inode, use) ||
	       any_rival("/proc/self/net/udp6", 4, port, inode, use);
}

bool
portuse_by_others(uint16_t port, int own)
{
	struct portuse use;

	return portuse_find(port, own, &use);
}
