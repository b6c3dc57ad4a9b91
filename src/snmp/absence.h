/* SPDX-License-Identifier: BSD-2-Clause */
/* absence.h - finds out why the master agent cannot be reached, because the library
 * does not report errno.
 *
 * Does not use net-snmp.
 */
#ifndef ABSENCE_H
#define ABSENCE_H

#include <stddef.h>

/* Write the reason why the master agent at this address, in net-snmp's notation, does
 * not answer to why, truncated to size octets.  For a path, connects once without
 * waiting; if permission is denied, the text names the directory or socket that denies
 * it.  For other addresses, the text is that of `attempt`, the errno of the last attempt
 * to connect, or 0. */
void absence_explain(const char *address, int attempt, char *why, size_t size);

#endif /* ABSENCE_H */
