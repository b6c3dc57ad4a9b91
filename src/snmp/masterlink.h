/* SPDX-License-Identifier: BSD-2-Clause */
/* masterlink.h - the link to the master agent: whether it is up, that is, a
 * session is open and all our objects are registered in it, and what the
 * operator is told about it.
 *
 * net-snmp itself connects, pings and reconnects; registration.c registers.  A
 * session whose registration fails is ended, and another one tried.  Only the
 * SNMP thread comes here.
 */
#ifndef MASTERLINK_H
#define MASTERLINK_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

/* Watch the link, from right before the library first connects. */
void masterlink_start(void);

/* Say why, as an error, if the first attempt has failed.  To be called once
 * it is over, that is after init_snmp(). */
void masterlink_report_absence(void);

/* To be called after each turn of the library's loop. */
void masterlink_run(void);

/* To be called before snmp_shutdown(), which closes the session without the
 * callback that tells of it, but calls those of requests that wait. */
void masterlink_stop(void);

/* The session while the link is up, or else NULL.  Not to be kept over any call
 * of the library. */
netsnmp_session *masterlink_session(void);

#endif /* MASTERLINK_H */
