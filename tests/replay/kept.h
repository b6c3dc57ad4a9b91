/* SPDX-License-Identifier: BSD-2-Clause */
/* kept.h - what survives a restart, in memory: in place of a disk, for the replays and the
 * model.
 */
#ifndef KEPT_H
#define KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"

/* Zero-initialised: nothing saved. */
struct kept {
	struct state state; /* monotonic times are on the clock of runtime_us */
	int64_t runtime_us; /* for how long the daemon had run, in all lives, at the last save */
};

void kept_clear(struct kept *kept);

/* Save changes exported at runtime_us.  all: they replace everything. */
void kept_apply(struct kept *kept, const struct changes *changes, bool all, int64_t runtime_us);

/* Whether everything that must not be lost is kept: exported with MONITOR_ALL at runtime_us,
 * when the last save was exported, too. */
bool kept_has(const struct kept *kept, const struct changes *whole, int64_t runtime_us);

/* Copy what was saved, for state_clear(). */
void kept_read(const struct kept *kept, struct state *out);

#endif /* KEPT_H */
