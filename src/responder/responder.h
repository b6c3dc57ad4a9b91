/* SPDX-License-Identifier: BSD-2-Clause */
/* responder.h - where the managers are heard: interfaces, requests in, answers out. */
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
	bool mac_traffic;   /* send MAC collision queries and answers as well */
	bool show_requests; /* a line on standard output for each request */
};

/* Listen on the interfaces, and in loop answer what is asked there.  settings
 * is copied; ifnames, and all else, must outlive it.  An interface that cannot
 * be used from the start is a failure: NULL, with the reason logged.  One that
 * is lost later is taken up again when it is back. */
struct responder *responder_new(struct loop *loop, const struct fleet *fleet,
				struct answers *answers, const struct responder_settings *settings);
void responder_free(struct responder *responder);

/* Print the names of the interfaces listened on, separated by commas. */
void responder_print_interfaces(const struct responder *responder, FILE *out);

#endif /* RESPONDER_H */
