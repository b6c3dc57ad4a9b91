/* SPDX-License-Identifier: BSD-2-Clause */
/* json.h - formats a manager or an event as JSON.
 *
 * Pure: writes into the caller's buffer only.
 */
#ifndef JSON_H
#define JSON_H

#include "core/manager.h"
#include "core/record.h"

#define JSON_MANAGER_LEN 2048 /* the longest line */
#define JSON_EVENT_LEN 8192

/* Write one JSON object, without a newline: address, status, version, hostname, port,
 * source, interface (the first 15 octets of ifname, which may be ""), firstSeen, lastSeen
 * (RFC 3339), responseTimeUs.  Port, source and times are null if the manager was never
 * heard.  Octets outside 0x20..0x7e are escaped as \u00XX.  Returns buf. */
char *json_manager(const struct manager *m, const char *ifname, char buf[JSON_MANAGER_LEN]);

/* Likewise: event, id, time, address, status, name, version, hostname, port, previousVersion,
 * previousHostname, previousPort, source, otherSource, otherHostname, otherPort, ifIndex, reason,
 * queued (the master agent has not accepted it), afterMs (after_ms: since the previous event of the
 * same manager; -1: unknown).  Numbers and addresses that are not known are null. */
char *json_event(const struct event_record *record, int64_t after_ms, char buf[JSON_EVENT_LEN]);

#endif /* JSON_H */
