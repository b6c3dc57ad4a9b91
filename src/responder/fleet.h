/* SPDX-License-Identifier: BSD-2-Clause */
/* fleet.h - the managers that a responder plays.
 *
 * Pure: no sockets, clock or logging.  The managers have consecutive
 * addresses; each is told apart by its place (0 for the first) in them.
 */
#ifndef FLEET_H
#define FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire.h"

#define CAST_MAX 100000    /* managers; 300 octets each */
#define CAST_ERROR_LEN 512 /* what is wrong, for people, with its NUL */

struct cast;

struct cast_manager {
	struct wire_response says;
	bool on; /* answers at all */
};

struct cast_script {            /* what the managers say at first */
	uint32_t first_address; /* host byte order */
	size_t count;
	const char *hostname; /* template: %u or %0Nu is the place counted from 1, %% a '%' */
	const char *version;
	uint16_t port;
	bool on_loopback; /* they may have loopback addresses */
};

/* A range of places, first and last included. */
struct cast_range {
	size_t first, last;
};

/* The managers of the script, all on; nothing of it is kept by reference.
 * NULL, and error filled in, when it has what no manager can say: an address
 * that no receiver accepts, text that does not fit its field or cannot be
 * printed, another conversion in the template, port 0; or without memory. */
struct cast *cast_new(const struct cast_script *script, char error[CAST_ERROR_LEN]);
void cast_free(struct cast *cast);

size_t cast_count(const struct cast *cast);
size_t cast_count_on(const struct cast *cast);
const struct cast_manager *cast_get(const struct cast *cast, size_t place);

/* The place of the manager that has the address, or false. */
bool cast_find(const struct cast *cast, uint32_t addr, size_t *place);

/* Switch or change every manager of the range.  The setters return 0, or -1
 * with error filled in and nothing changed. */
void cast_switch(struct cast *cast, struct cast_range range, bool on);
int cast_set_hostname(struct cast *cast, struct cast_range range, const char *hostname,
		      char error[CAST_ERROR_LEN]);
int cast_set_version(struct cast *cast, struct cast_range range, const char *version,
		     char error[CAST_ERROR_LEN]);
void cast_set_port(struct cast *cast, struct cast_range range, uint16_t port);

#endif /* FLEET_H */
