/* SPDX-License-Identifier: BSD-2-Clause */
/* ids.h - reserves event ids, so that none is used twice.
 *
 * Each save reserves ids that may be used before the next one, and a start continues after
 * them.  If saving failed or the saved state is damaged, a start skips a random number of
 * ids, because the ids that were used are not known.
 *
 * Pure.
 */
#ifndef IDS_H
#define IDS_H

#include <stdint.h>

#include "base/random.h"

/* The last id that a save reserves if last_id was the last one used. */
uint32_t ids_reserve(uint32_t last_id);

/* An id after those that may have been used after last_id before a restart: at most 67
 * million after it, and at most 4294967295, after which ids start at 1 again. */
uint32_t ids_leap(uint32_t last_id, struct random *random);

#endif /* IDS_H */
