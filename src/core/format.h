/* SPDX-License-Identifier: BSD-2-Clause */
/* format.h - managers as text and JSON; text from the network made printable.
 *
 * Pure: writes into the caller's buffers only.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "core/manager.h"

#define FORMAT_ADDRESS_LEN 16 /* "255.255.255.255" and its NUL */
#define FORMAT_TIME_LEN 25    /* "2026-11-22T13:02:12.345Z" and its NUL */
#define FORMAT_DATE_AND_TIME_LEN 11
#define FORMAT_JSON_LEN 2048 /* the longest JSON line */

/* Dotted decimal of addr (host byte order); returns buf. */
char *format_address(uint32_t addr, char buf[FORMAT_ADDRESS_LEN]);

/* RFC 3339 in UTC of milliseconds since 1970, limited to the years 1970 to
 * 9999; returns buf. */
char *format_time(int64_t wall_ms, char buf[FORMAT_TIME_LEN]);

/* DateAndTime (RFC 2579) in UTC of milliseconds since 1970; eight octets of zero
 * for 0, which is never, and for what it cannot express.  Returns the length. */
size_t format_date_and_time(int64_t wall_ms, uint8_t octets[FORMAT_DATE_AND_TIME_LEN]);

/* Copy text with each octet outside 0x20..0x7e, and each backslash, as \xHH
 * into size octets (at least 5), cut with "..." where it does not fit whole.
 * Returns buf. */
char *format_printable(const char *text, size_t len, char *buf, size_t size);

/* Likewise of a text that ends in a NUL, with blanks as \x20, "-" for an empty
 * text, and a text "-" as \x2d: one word for who splits a line into words. */
char *format_word(const char *text, char *buf, size_t size);

/* One JSON object, without a newline: address, status, version, hostname,
 * port, source, interface (ifname, may be ""; its first 15 octets), firstSeen,
 * lastSeen (RFC 3339), responseTimeUs.  What is only known of a manager that
 * was heard (port, source, the times) is null before; an octet outside
 * 0x20..0x7e is \u00XX.  Returns buf. */
char *format_json(const struct manager *m, const char *ifname, char buf[FORMAT_JSON_LEN]);

#endif /* FORMAT_H */
