/* SPDX-License-Identifier: BSD-2-Clause */
/* ids.h - how far ahead event ids are taken, so that none is given twice.
 *
 * Each save says that more ids are taken than are, and a start goes on after those.
 * Where that does not help, as saving failed or what was saved is lost, a start
 * goes on at a random distance: nobody can know then which ids were given.
 *
 * Pure.
 */
#ifndef IDS_H
#define IDS_H

#include <stdint.h>

#include "base/random.h"

/* The last of the ids that a save takes, when last_id was the last one given. */
uint32_t ids_reserve(uint32_t last_id);

/* An id beyond those that may have been given after last_id in some previous run: at
 * most 67 million farther.  4294967295 at most, after which ids start over. */
uint32_t ids_leap(uint32_t last_id, struct random *random);

#endif /* IDS_H */
