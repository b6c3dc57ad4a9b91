/* SPDX-License-Identifier: BSD-2-Clause */
/* masterlink.h - the link to the master agent, and the messages about it.  The link is
 * up while a session is open in which all objects are registered.
 *
 * net-snmp connects, pings and reconnects; registration.c registers.  A session whose
 * registration fails is closed, and another one is opened.  Used by the SNMP thread only.
 */
#ifndef MASTERLINK_H
#define MASTERLINK_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

/* To be called right before the library connects for the first time. */
void masterlink_start(void);

/* Log an error with the reason if the first attempt has failed.  To be called after
 * init_snmp(). */
void masterlink_report_absence(void);

/* To be called after each turn of the library's loop. */
void masterlink_run(void);

/* To be called before snmp_shutdown(), which closes the session without its callback,
 * but calls the callbacks of pending requests. */
void masterlink_stop(void);

/* The session, or NULL if the link is not up.  Valid only until the next call of the
 * library. */
netsnmp_session *masterlink_session(void);

#endif /* MASTERLINK_H */
