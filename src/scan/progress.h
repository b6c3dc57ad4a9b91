/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.h - shows on a terminal that a search is running: the time that is left, and the
 * number of managers found.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdint.h>

#include "base/loop.h"
#include "core/inventory.h"

#define PROGRESS_LEN 64

struct progress {
	const struct inventory *inventory;
	struct loop_timer *timer; /* NULL: nothing is shown */
	int64_t end_us;
	char shown[PROGRESS_LEN]; /* the text that is on the screen, or "" */
};

/* Show the progress of a search that takes duration_us, on standard error, until
 * progress_end() removes it.  The struct must not be moved. */
void progress_begin(struct progress *progress, struct loop *loop, const struct inventory *inventory,
		    int64_t duration_us);

/* Does nothing if the struct is zeroed. */
void progress_end(struct progress *progress);

#endif /* PROGRESS_H */
