/* SPDX-License-Identifier: BSD-2-Clause */
/* fleet.h - the managers that a responder simulates.
 *
 * Pure: no sockets, clock or logging.  The managers have consecutive addresses; a place is
 * the index of a manager, 0 for the first.
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

struct fleet_settings {         /* what the managers announce at first */
	uint32_t first_address; /* host byte order */
	size_t count;
	const char *hostname; /* template: %u or %0Nu is the place + 1, %% is a '%' */
	const char *version;
	uint16_t port;
	bool on_loopback; /* they may have loopback addresses */
};

/* A range of places, including first and last. */
struct fleet_range {
	size_t first, last;
};

/* All managers are on at first; settings are copied.  Returns NULL with *error if the
 * settings are invalid (an address that no receiver accepts, text that is too long or not
 * printable, port 0, an unknown conversion in the template), or if there is no memory. */
struct fleet *fleet_new(const struct fleet_settings *settings, char error[FLEET_ERROR_LEN]);
void fleet_free(struct fleet *fleet);

size_t fleet_count(const struct fleet *fleet);
size_t fleet_count_on(const struct fleet *fleet);
const struct fleet_manager *fleet_get(const struct fleet *fleet, size_t place);

/* Set *place to that of the manager with this address.  Returns false if there is none. */
bool fleet_find(const struct fleet *fleet, uint32_t addr, size_t *place);

/* Switch or change every manager in the range.  Hostname and version: returns 0, or -1 with
 * *error and nothing changed. */
void fleet_switch(struct fleet *fleet, struct fleet_range range, bool on);
int fleet_set_hostname(struct fleet *fleet, struct fleet_range range, const char *hostname,
		       char error[FLEET_ERROR_LEN]);
int fleet_set_version(struct fleet *fleet, struct fleet_range range, const char *version,
		      char error[FLEET_ERROR_LEN]);
void fleet_set_port(struct fleet *fleet, struct fleet_range range, uint16_t port);

#endif /* FLEET_H */
