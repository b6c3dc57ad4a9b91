/* SPDX-License-Identifier: BSD-2-Clause */
/* absence.h - why there is no master agent: what the library, which keeps
 * errno to itself, does not say.
 *
 * Does without net-snmp.
 */
#ifndef ABSENCE_H
#define ABSENCE_H

#include <stddef.h>

/* Write why nobody answers at a master agent's address, which is in net-snmp's
 * notation, to why, which has room for size octets; what does not fit is cut
 * off.  Connects to a path once, without waiting; where permission is denied,
 * names the directory that denies it, or the socket.  Of any other address it
 * knows the errno of the last attempt to connect, or 0. */
void absence_explain(const char *address, int attempt, char *why, size_t size);

#endif /* ABSENCE_H */
