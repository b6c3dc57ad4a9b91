/* SPDX-License-Identifier: BSD-2-Clause */
/* parse.h - converts text to numbers and addresses.
 *
 * Pure, and independent of the locale.  The whole text must match.  Each function
 * returns 0, or -1 with its outputs unchanged.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdint.h>

/* A decimal number in min..max, without a sign. */
int parse_unsigned(const char *text, unsigned long min, unsigned long max, unsigned long *out);

/* An IPv4 address in dotted decimal, to host byte order. */
int parse_address(const char *text, uint32_t *out);

/* ADDRESS[/PREFIX]; the prefix is 32 without one, and bits beyond it may be set. */
int parse_subnet(const char *text, uint32_t *addr, unsigned int *prefix_len);

#endif /* BASE_PARSE_H */
