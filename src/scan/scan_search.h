/* SPDX-License-Identifier: BSD-2-Clause */
/* scan_search.h - the discovery of the scanner: the prober, its loop, and what it has found. */
#ifndef SCAN_SEARCH_H
#define SCAN_SEARCH_H

#include "base/loop.h"
#include "core/discover.h"
#include "core/inventory.h"
#include "core/monitor.h"
#include "scan/scan_options.h"

struct search;

struct search_client {
	void *ctx;
	monitor_event_fn *on_event; /* may be NULL */

	/* As in struct prober_client; may be NULL. */
	void (*received)(void *ctx, enum verdict verdict, const struct arrival *arrival,
			 const struct wire_response *resp, const char *reason);
};

/* Open the sockets.  options is borrowed, client is copied.  list_unused: search_discover()
 * has the interfaces that are not used, too.  On failure, reports the error and exits with
 * EXIT_TROUBLE. */
struct search *search_new(const struct scan_options *options, bool list_unused,
			  const struct search_client *client);
void search_free(struct search *search);

/* Search until enough managers are found, the window is over (not with options->live), or
 * SIGINT or SIGTERM is received. */
void search_run(struct search *search);

/* The number of interfaces that can be used now. */
unsigned int search_usable(const struct search *search);

/* Owned by the search. */
struct loop *search_loop(const struct search *search);
const struct inventory *search_inventory(const struct search *search);
const struct discover *search_discover(const struct search *search);

#endif /* SCAN_SEARCH_H */
