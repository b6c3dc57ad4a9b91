/* SPDX-License-Identifier: BSD-2-Clause */
/* responder.h - receives requests on the interfaces, and passes them to answers.h. */
#ifndef RESPONDER_H
#define RESPONDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "responder/answers.h"
#include "responder/fleet.h"

struct loop;
struct responder;

struct responder_settings {
	char *const *ifnames; /* none: every usable multicast interface */
	size_t ifname_count;
	uint32_t group; /* host byte order */
	uint16_t port;
	unsigned int hops;
	bool mac_traffic;   /* also send MAC collision queries and answers */
	bool show_requests; /* print a line on standard output for each request */
};

/* Listen on the interfaces, and answer requests in loop.  settings is copied; its ifnames and
 * all other pointers must be valid as long as the result.  Returns NULL after logging the
 * reason, also if one of the interfaces cannot be used.  An interface that disappears later
 * is used again when it returns. */
struct responder *responder_new(struct loop *loop, const struct fleet *fleet,
				struct answers *answers, const struct responder_settings *settings);
void responder_free(struct responder *responder);

/* Print the names of the interfaces in use, separated by commas. */
void responder_print_interfaces(const struct responder *responder, FILE *out);

#endif /* RESPONDER_H */
