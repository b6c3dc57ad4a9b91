/* SPDX-License-Identifier: BSD-2-Clause */
/* rows.h - the rows of the inventory by address, their sums, and the lists of those with
 * an event owed and of those that are not saved as they are.
 *
 * Pure.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/tree.h>

#include "base/clock.h"
#include "core/links.h"
#include "core/manager.h"
#include "core/record.h"
#include "core/row.h"

RB_HEAD(row_tree, row);
TAILQ_HEAD(row_list, row);

struct rows {
	/* To be read elsewhere: */
	size_t count, expected, conflicting;
	size_t by_status[MANAGER_STATUSES]; /* [0] is unused */
	struct {
		uint32_t rows, up;
	} on_link[LINKS_MAX];
	struct moment last_change; /* of the set of rows */
	struct row_list owed;      /* rows for which row_is_owed(), the longest waiting first */

	struct row_tree tree;
	uint64_t last_number;    /* of the changes to be saved */
	struct row_list unsaved; /* by row->unsaved, ascending */
	size_t unsaved_count;
	struct {
		uint32_t addr;
		uint64_t number;
	} removed[REMOVED_MAX]; /* likewise */
	size_t removed_count;
	uint64_t overflow; /* of the last removal for which there was no room there; 0: none */
};

void rows_init(struct rows *rows);

/* Free all rows. */
void rows_clear(struct rows *rows);

/* The row with this address, or with the smallest one >= from, or the next one after row;
 * or NULL. */
struct row *rows_find(const struct rows *rows, uint32_t addr);
struct row *rows_at_or_after(const struct rows *rows, uint32_t from);
struct row *rows_next(struct row *row);

#define ROWS_FOREACH(row, rows) \
	for ((row) = rows_at_or_after(rows, 0); (row) != NULL; (row) = rows_next(row))

/* Add a row with a copy of *m, of which there must be none; NULL if there is no memory. */
struct row *rows_add(struct rows *rows, const struct manager *m, struct moment now);

/* Remove a row, and free it. */
void rows_remove(struct rows *rows, struct row *row, struct moment now);

/* Update the sums and lists for a row that may have changed.  If row->changed, which this
 * resets, the row has to be saved. */
void rows_update(struct rows *rows, struct row *row);

/* Take a row from the list of those owed; rows_update() appends it if it is still owed. */
void rows_take_owed(struct rows *rows, struct row *row);

/* The interface has another name: its managers have to be saved. */
void rows_note_renamed(struct rows *rows, int link);

/* The number of records that rows_export() makes. */
size_t rows_export_count(const struct rows *rows, bool all);

/* Copy all rows, or those that changed since the last save (and those removed), to
 * *changes, as monitor_export(), except for the names of links: m.link of each record is
 * the number.  changes->state.managers has room for rows_export_count() records. */
void rows_export(const struct rows *rows, bool all, struct changes *changes, struct moment now);

/* As monitor_note_saved(). */
void rows_note_saved(struct rows *rows, const struct changes *changes);

#endif /* ROWS_H */
