/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/oidindex.h"

/* A key is 32 bits, in one sub-identifier or in four. */
static unsigned int
bits_per_subid(const struct oidindex *index)
{
	return index->syntax == OIDINDEX_ADDRESS ? 8 : 32;
}

enum oidindex_match
oidindex_exact(const struct oidindex *index, const unsigned long *suffix, size_t len,
	       struct oidindex_position *pos)
{
	const unsigned int bits = bits_per_subid(index);
	uint64_t key = 0;

	if (len == 0 || suffix[0] < index->first_column || suffix[0] > index->last_column)
		return OIDINDEX_NO_OBJECT;
	if (len != 1 + 32 / bits)
		return OIDINDEX_NO_INSTANCE;
	for (size_t i = 1; i < len; i++) {
		if ((uint64_t)suffix[i] >> bits != 0)
			return OIDINDEX_NO_INSTANCE;
		key = key << bits | suffix[i];
	}
	pos->column = (uint32_t)suffix[0];
	pos->key = (uint32_t)key;
	return OIDINDEX_POSSIBLE;
}

/* The smallest key whose sub-identifiers are greater than those given;
 * 2^32: none. */
static uint64_t
key_after(unsigned int bits, const unsigned long *subids, size_t len)
{
	uint64_t key = 0;
	unsigned int left = 32;

	for (size_t i = 0; left > 0; i++) {
		if (i == len)
			return key << left; /* continuations of a prefix are greater than it */
		if ((uint64_t)subids[i] >> bits != 0)
			return (key + 1) << left; /* greater than all with this prefix */
		key = key << bits | subids[i];
		left -= bits;
	}
	return key + 1;
}

bool
oidindex_after(const struct oidindex *index, const unsigned long *suffix, size_t len,
	       struct oidindex_position *pos)
{
	uint64_t key;

	if (len == 0 || suffix[0] < index->first_column) {
		pos->column = index->first_column;
		pos->key = 0;
		return true;
	}
	if (suffix[0] > index->last_column)
		return false;
	pos->column = (uint32_t)suffix[0];
	key = key_after(bits_per_subid(index), suffix + 1, len - 1);
	if (key > UINT32_MAX)
		return oidindex_next_column(index, pos);
	pos->key = (uint32_t)key;
	return true;
}

bool
oidindex_next_column(const struct oidindex *index, struct oidindex_position *pos)
{
	if (pos->column >= index->last_column)
		return false;
	pos->column++;
	pos->key = 0;
	return true;
}

size_t
oidindex_write(const struct oidindex *index, const struct oidindex_position *pos,
	       unsigned long suffix[OIDINDEX_MAX_LEN])
{
	size_t len = 0;

	suffix[len++] = pos->column;
	if (index->syntax == OIDINDEX_ADDRESS) {
		for (unsigned int shift = 32; shift > 0; shift -= 8)
			suffix[len++] = pos->key >> (shift - 8) & 0xff;
	} else {
		suffix[len++] = pos->key;
	}
	return len;
}
