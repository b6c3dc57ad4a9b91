/* SPDX-License-Identifier: BSD-2-Clause */
/* fleet.h - the managers that a responder simulates.
 *
 * Pure: no sockets, clock or logging.  The managers have consecutive
 * addresses; a place is a manager's number in them, 0 for the first.
 */
#ifndef FLEET_H
#define FLEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire.h"

#define FLEET_MAX 100000    /* managers; 300 octets each */
#define FLEET_ERROR_LEN 512 /* an error message with its NUL */

struct fleet;

struct fleet_manager {
	struct wire_response response;
	bool on; /* it answers */
};

struct fleet_settings {         /* what the managers report at first */
	uint32_t first_address; /* host byte order */
	size_t count;
	const char *hostname; /* template: %u or %0Nu is the place counted from 1, %% a '%' */
	const char *version;
	uint16_t port;
	bool on_loopback; /* they may have loopback addresses */
};

/* A range of places, first and last included. */
struct fleet_range {
	size_t first, last;
};

/* A fleet with copies of these settings, all managers on.  NULL with error
 * filled in when no manager can have them (an address that no receiver accepts,
 * text that is too long or not printable, port 0), when the template has an
 * unknown conversion, or without memory. */
struct fleet *fleet_new(const struct fleet_settings *settings, char error[FLEET_ERROR_LEN]);
void fleet_free(struct fleet *fleet);

size_t fleet_count(const struct fleet *fleet);
size_t fleet_count_on(const struct fleet *fleet);
const struct fleet_manager *fleet_get(const struct fleet *fleet, size_t place);

/* The place of the manager that has the address, or false. */
bool fleet_find(const struct fleet *fleet, uint32_t addr, size_t *place);

/* Switch or change every manager of the range.  The setters return 0, or -1
 * with error filled in and nothing changed. */
void fleet_switch(struct fleet *fleet, struct fleet_range range, bool on);
int fleet_set_hostname(struct fleet *fleet, struct fleet_range range, const char *hostname,
		       char error[FLEET_ERROR_LEN]);
int fleet_set_version(struct fleet *fleet, struct fleet_range range, const char *version,
		      char error[FLEET_ERROR_LEN]);
void fleet_set_port(struct fleet *fleet, struct fleet_range range, uint16_t port);

#endif /* FLEET_H */
