/* SPDX-License-Identifier: BSD-2-Clause */
/* text.h - formats values, and escapes text from the network.
 *
 * Pure: writes only to buffers of the caller.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_ADDRESS_LEN 16    /* "255.255.255.255" and its NUL */
#define TEXT_TIME_LEN 25       /* "2026-11-22T13:02:12.345Z" and its NUL */
#define TEXT_LOCAL_TIME_LEN 32 /* "2026-11-22 14:02:12+0100" and its NUL, with room to spare */
#define TEXT_DATE_AND_TIME_LEN 11

struct text_list { /* of strings, in the order given; owned */
	char **items;
	size_t count;
};

/* Dotted decimal of addr (host byte order); returns buf. */
char *text_address(uint32_t addr, char buf[TEXT_ADDRESS_LEN]);

/* RFC 3339 in UTC of milliseconds since 1970, limited to the years 1970 to
 * 9999; returns buf. */
char *text_time(int64_t wall_ms, char buf[TEXT_TIME_LEN]);

/* The same in the local time zone, with its offset, in seconds, as the log has it;
 * returns buf. */
char *text_local_time(int64_t wall_ms, char buf[TEXT_LOCAL_TIME_LEN]);

/* DateAndTime (RFC 2579) in UTC of milliseconds since 1970; eight zero octets for 0
 * (never) and for times that it cannot express.  Returns the length. */
size_t text_date_and_time(int64_t wall_ms, uint8_t octets[TEXT_DATE_AND_TIME_LEN]);

/* Copy text to buf of size octets (at least 5), with octets outside 0x20..0x7e and
 * backslashes escaped as \xHH.  If it does not fit, it is truncated and ends with
 * "...".  Returns buf. */
char *text_printable(const char *text, size_t len, char *buf, size_t size);

/* Likewise for a text that ends with a NUL, as one word of a line: blanks are escaped
 * as \x20, an empty text is "-", and the text "-" is escaped as \x2d. */
char *text_word(const char *text, char *buf, size_t size);

/* Whether c is in 0x20..0x7e; isprint(3) would depend on the locale. */
bool text_is_printable(char c);

#endif /* TEXT_H */
