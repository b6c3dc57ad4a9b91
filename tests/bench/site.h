/* SPDX-License-Identifier: BSD-2-Clause */
/* site.h - a site with many managers in simulated time, and the daemon that watches it: the
 * monitor and the store, with the default settings, and what src/agent/ does with both.
 *
 * Each manager that is not silent answers the first request of a round at once, and the
 * master agent accepts a notification as soon as it is sent.  Saves take no time.
 */
#ifndef SITE_H
#define SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io_count.h"

struct site;

/* Why there was a save. */
enum site_save {
	SITE_EVENT,    /* something has to be on disk before it is announced */
	SITE_ACCEPTED, /* nothing waits for it: the master agent has accepted notifications */
	SITE_PERIODIC,
};

typedef void site_save_fn(void *ctx, enum site_save why, const struct io_count *io);

/* The database is path, which must be absolute.  What it has is restored, as after the end
 * of a daemon that ran until now. */
struct site *site_new(const char *path, unsigned int managers);

/* Call it after each save from now on. */
void site_watch(struct site *site, site_save_fn *on_save, void *ctx);

/* No periodic saves from now on. */
void site_stop_periodic(struct site *site);

/* The daemon ends when all its events are saved and announced.  The history has so many
 * more events then, if there was one. */
void site_free(struct site *site, unsigned int past_events);

/* For manager 0 and so on.  They are not silent at first. */
void site_silence(struct site *site, unsigned int manager, bool silent);

/* Let time pass. */
void site_run(struct site *site, int64_t time_us);

/* The manager answers now, during a round. */
void site_answer(struct site *site, unsigned int manager);

/* Save now; announce, and have accepted, what may be announced then. */
void site_save_now(struct site *site);
void site_announce(struct site *site);

/* Events of the daemon so far. */
unsigned int site_events(const struct site *site);

#endif /* SITE_H */
