/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/mib_value.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static uint64_t
load(const void *member, size_t size)
{
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (size) {
	case sizeof(u8):
		memcpy(&u8, member, size);
		return u8;
	case sizeof(u16):
		memcpy(&u16, member, size);
		return u16;
	case sizeof(u32):
		memcpy(&u32, member, size);
		return u32;
	}
	assert(size == sizeof(u64));
	memcpy(&u64, member, sizeof(u64));
	return u64;
}

/* The library keeps 32-bit values in a long, whatever its width. */
static int
set_integer(netsnmp_variable_list *vb, u_char type, long value)
{
	return snmp_set_var_typed_integer(vb, type, value) == 0 ? 0 : -1;
}

static int
set_octets(netsnmp_variable_list *vb, u_char type, const void *octets, size_t len)
{
	return snmp_set_var_typed_value(vb, type, octets, len) == 0 ? 0 : -1;
}

int
mib_text(netsnmp_variable_list *vb, const void *member, size_t size)
{
	return set_octets(vb, ASN_OCTET_STR, member, strnlen(member, size));
}

int
mib_address(netsnmp_variable_list *vb, const void *member, size_t size)
{
	const uint64_t addr = load(member, size);
	const u_char octets[] = {
	    (u_char)(addr >> 24),
	    (u_char)(addr >> 16),
	    (u_char)(addr >> 8),
	    (u_char)addr,
	};

	return set_octets(vb, ASN_IPADDRESS, octets, sizeof(octets));
}

int
mib_integer(netsnmp_variable_list *vb, const void *member, size_t size)
{
	return set_integer(vb, ASN_INTEGER, (int32_t)load(member, size));
}

int
mib_unsigned(netsnmp_variable_list *vb, const void *member, size_t size)
{
	const uint64_t value = load(member, size);

	return set_integer(vb, ASN_UNSIGNED, (long)(value < UINT32_MAX ? value : UINT32_MAX));
}

int
mib_counter(netsnmp_variable_list *vb, const void *member, size_t size)
{
	return set_integer(vb, ASN_COUNTER, (long)(uint32_t)load(member, size));
}

int
mib_truth(netsnmp_variable_list *vb, const void *member, size_t size)
{
	return set_integer(vb, ASN_INTEGER, load(member, size) != 0 ? 1 : 2);
}

int
mib_date_and_time(netsnmp_variable_list *vb, const void *member, size_t size)
{
	const struct moment *moment = member;
	uint8_t octets[TEXT_DATE_AND_TIME_LEN];

	assert(size == sizeof(*moment));
	(void)size;
	return set_octets(vb, ASN_OCTET_STR, octets, text_date_and_time(moment->wall_ms, octets));
}

static int
set_duration(netsnmp_variable_list *vb, int64_t us, int64_t unit_us)
{
	const int64_t units = us > 0 ? us / unit_us + (us % unit_us > 0) : 0;

	return mib_unsigned(vb, &units, sizeof(units));
}

int
mib_milliseconds(netsnmp_variable_list *vb, const void *member, size_t size)
{
	return set_duration(vb, (int64_t)load(member, size), 1000);
}

int
mib_seconds(netsnmp_variable_list *vb, const void *member, size_t size)
{
	return set_duration(vb, (int64_t)load(member, size), US_PER_S);
}

int
mib_age(netsnmp_variable_list *vb, const void *member, size_t size)
{
	const struct moment *since = member;
	const int64_t age_us = clock_now().mono_us - since->mono_us;
	const int64_t age_s = age_us > 0 ? age_us / US_PER_S : 0;

	assert(size == sizeof(*since));
	(void)size;
	return mib_unsigned(vb, &age_s, sizeof(age_s));
}
