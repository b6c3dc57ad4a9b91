/* SPDX-License-Identifier: BSD-2-Clause */
/* history.h - reads the events in the database, whether or not a daemon uses it.
 *
 * No file is written, created or recovered, and a daemon is not delayed: the events are read
 * in short transactions, between which the database is closed.  Not thread-safe.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"
#include "store/place_check.h"

#define HISTORY_ALL INT64_MAX

/* Returns false to stop.  The database is closed during the call, which may take long. */
typedef bool history_fn(void *ctx, const struct event_record *record);

/* Call fn for each event in the database at `path`, which is absolute, from the oldest to
 * the one with the number *until (HISTORY_ALL: to the last one), and set *until to the
 * number of the last one read, so that a second call reads the same events, or fewer if the
 * oldest have been removed.  Every value is checked.
 *
 * Returns 0, also if fn stopped it, or -1 with the path and the reason in error; fn may have
 * been called in that case, too. */
int history_read(const char *path, int64_t *until, history_fn *fn, void *ctx,
		 char error[PLACE_ERROR_LEN]);

#endif /* HISTORY_H */
