/* SPDX-License-Identifier: BSD-2-Clause */
/* mib_value.h - converts a member of a row to the value of an object.
 *
 * Each setter sets the value of vb from a member of this size, and returns 0, or -1 if
 * there is no memory.  An integer may have any width.
 */
#ifndef MIB_VALUE_H
#define MIB_VALUE_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <stddef.h>

typedef int mib_setter(netsnmp_variable_list *vb, const void *member, size_t size);

mib_setter mib_text;     /* char[], up to the first NUL if there is one */
mib_setter mib_address;  /* uint32_t, host byte order */
mib_setter mib_integer;  /* also for enumerations */
mib_setter mib_unsigned; /* Unsigned32 and Gauge32; larger values become 4294967295 */
mib_setter mib_counter;  /* Counter32: the lower 32 bits */
mib_setter mib_truth;    /* bool */

/* struct moment, as DateAndTime (RFC 2579) in UTC; eight zero octets if its
 * wall_ms is 0, "never". */
mib_setter mib_date_and_time;

/* int64_t, microseconds, as Unsigned32 in these units, rounded up, so that only 0 becomes
 * 0. */
mib_setter mib_milliseconds;
mib_setter mib_seconds;

/* struct moment, as Gauge32: the whole seconds since then; 0 if it is in the future. */
mib_setter mib_age;

#endif /* MIB_VALUE_H */
