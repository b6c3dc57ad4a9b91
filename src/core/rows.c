/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/rows.h"

#include <stdlib.h>
#include <string.h>

static int
row_cmp(const struct row *a, const struct row *b)
{
	return (a->m.addr > b->m.addr) - (a->m.addr < b->m.addr);
}

/* RB_GENERATE_STATIC of libbsd 0.11 uses a __unused that it does not define. */
RB_GENERATE_INTERNAL(row_tree, row, node, row_cmp, __attribute__((unused)) static)

void
rows_init(struct rows *rows)
{
	*rows = (struct rows){0};
	RB_INIT(&rows->tree);
	TAILQ_INIT(&rows->owed);
	TAILQ_INIT(&rows->unsaved);
}

void
rows_clear(struct rows *rows)
{
	struct row *row;

	while ((row = RB_ROOT(&rows->tree)) != NULL)
		rows_remove(rows, row, rows->last_change);
}

/* The tree macros do not use const, so a copy of the head is passed. */
struct row *
rows_find(const struct rows *rows, uint32_t addr)
{
	struct row key = {.m.addr = addr};
	struct row_tree tree = rows->tree;

	return RB_FIND(row_tree, &tree, &key);
}

struct row *
rows_at_or_after(const struct rows *rows, uint32_t from)
{
	struct row key = {.m.addr = from};
	struct row_tree tree = rows->tree;

	return RB_NFIND(row_tree, &tree, &key);
}

struct row *
rows_next(struct row *row)
{
	return RB_NEXT(row_tree, NULL, row);
}

static void
list_owed(struct rows *rows, struct row *row, bool owed)
{
	if (owed && !row->is_owed)
		TAILQ_INSERT_TAIL(&rows->owed, row, owed);
	else if (!owed && row->is_owed)
		TAILQ_REMOVE(&rows->owed, row, owed);
	row->is_owed = owed;
}

/* number: of the last change, or 0 if the row is saved as it is. */
static void
list_unsaved(struct rows *rows, struct row *row, uint64_t number)
{
	if (row->unsaved != 0) {
		TAILQ_REMOVE(&rows->unsaved, row, unsaved_link);
		rows->unsaved_count--;
	}
	if (number != 0) {
		TAILQ_INSERT_TAIL(&rows->unsaved, row, unsaved_link);
		rows->unsaved_count++;
	}
	row->unsaved = number;
}

/* Add a row to the sums (sign 1), or subtract it (-1). */
static void
add_to_sums(struct rows *rows, const struct row_counted *row, int sign)
{
	if (!row->counted)
		return;
	rows->by_status[row->status] += (size_t)sign;
	rows->expected += (size_t)(row->expected ? sign : 0);
	rows->conflicting += (size_t)(row->conflict ? sign : 0);
	if (row->link < 0 || row->link >= LINKS_MAX)
		return;
	rows->on_link[row->link].rows += (uint32_t)sign;
	rows->on_link[row->link].up += (uint32_t)(row->status == MANAGER_UP ? sign : 0);
}

void
rows_update(struct rows *rows, struct row *row)
{
	const struct manager *m = &row->m;

	add_to_sums(rows, &row->counted, -1);
	row->counted = (struct row_counted){
	    .counted = true,
	    .status = m->status,
	    .expected = manager_expected(m),
	    .conflict = row->conflict,
	    .link = m->link,
	};
	add_to_sums(rows, &row->counted, 1);
	list_owed(rows, row, row_is_owed(row));
	if (row->changed)
		list_unsaved(rows, row, ++rows->last_number);
	row->changed = false;
}

void
rows_take_owed(struct rows *rows, struct row *row)
{
	list_owed(rows, row, false);
}

struct row *
rows_add(struct rows *rows, const struct manager *m, struct moment now)
{
	struct row *row = calloc(1, sizeof(*row));

	if (row == NULL)
		return NULL;
	row->m = *m;
	row->m.waiting_us = now.mono_us;
	row->noted_link = m->link;
	RB_INSERT(row_tree, &rows->tree, row);
	rows->count++;
	rows->last_change = now;
	rows_update(rows, row);
	return row;
}

static void
note_removal(struct rows *rows, uint32_t addr)
{
	rows->last_number++;
	if (rows->removed_count == REMOVED_MAX) {
		rows->overflow = rows->last_number;
		return;
	}
	rows->removed[rows->removed_count].addr = addr;
	rows->removed[rows->removed_count++].number = rows->last_number;
}

void
rows_remove(struct rows *rows, struct row *row, struct moment now)
{
	RB_REMOVE(row_tree, &rows->tree, row);
	rows->count--;
	add_to_sums(rows, &row->counted, -1);
	list_owed(rows, row, false);
	list_unsaved(rows, row, 0);
	note_removal(rows, row->m.addr);
	rows->last_change = now;
	row_clear(row);
	free(row);
}

void
rows_note_renamed(struct rows *rows, int link)
{
	struct row *row;

	ROWS_FOREACH (row, rows) {
		row->changed |= row->noted_link == link;
		rows_update(rows, row);
	}
}

/* Whether all rows are exported, even if only those that changed are asked for. */
static bool
exports_all(const struct rows *rows, bool all)
{
	return all || rows->overflow != 0;
}

size_t
rows_export_count(const struct rows *rows, bool all)
{
	return exports_all(rows, all) ? rows->count : rows->unsaved_count;
}

static void
export_removed(const struct rows *rows, struct changes *changes)
{
	for (size_t i = 0; i < rows->removed_count; i++)
		changes->removed[i] = rows->removed[i].addr;
	changes->removed_count = rows->removed_count;
}

void
rows_export(const struct rows *rows, bool all, struct changes *changes, struct moment now)
{
	struct manager_record *out = changes->state.managers;
	struct row *row;

	changes->state.manager_count = rows_export_count(rows, all);
	changes->managers_until = rows->last_number;
	changes->removed_count = 0;
	changes->all_managers = exports_all(rows, all);
	if (changes->all_managers) {
		ROWS_FOREACH (row, rows)
			row_export(row, out++, now);
		return;
	}
	TAILQ_FOREACH (row, &rows->unsaved, unsaved_link)
		row_export(row, out++, now);
	export_removed(rows, changes);
}

static void
forget_removed(struct rows *rows, uint64_t until)
{
	size_t saved = 0;

	while (saved < rows->removed_count && rows->removed[saved].number <= until)
		saved++;
	rows->removed_count -= saved;
	memmove(rows->removed, rows->removed + saved, rows->removed_count * sizeof(*rows->removed));
	if (rows->overflow <= until)
		rows->overflow = 0;
}

void
rows_note_saved(struct rows *rows, const struct changes *changes)
{
	const uint64_t until = changes->managers_until;
	struct row *row;

	while ((row = TAILQ_FIRST(&rows->unsaved)) != NULL && row->unsaved <= until)
		list_unsaved(rows, row, 0);
	forget_removed(rows, until);
}
