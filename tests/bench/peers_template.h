/* SPDX-License-Identifier: BSD-2-Clause */
/* peers_template.h - the row that the tables of tests/bench/peers show.
 *
 * Each of ROWS rows, at consecutive addresses, has the same values, those of a template: a
 * line for each column, "i TYPE NUMBER" or "s TYPE HEXADECIMAL-OCTETS", with the type's
 * number of RFC 2741, 5.4.
 */
#ifndef PEERS_TEMPLATE_H
#define PEERS_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEERS_FIRST_COLUMN 2
#define PEERS_FIRST_ROW UINT32_C(0xc6120001) /* 198.18.0.1 */
#define PEERS_COLUMNS_MAX 64
#define PEERS_VALUE_MAX 512

struct peers_value {
	uint8_t type;
	bool is_number;
	long number;
	uint8_t octets[PEERS_VALUE_MAX];
	size_t len;
};

/* Read a template from the standard input; returns the number of columns. */
unsigned int peers_template_read(struct peers_value columns[PEERS_COLUMNS_MAX]);

#endif /* PEERS_TEMPLATE_H */
