/* SPDX-License-Identifier: BSD-2-Clause */
/* store_state.h - states to save, and what a store makes of them. */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/record.h"
#include "store/store.h"

#define ADDR(i) (0xc0000200u + (uint32_t)(i)) /* 192.0.2.0 + i */
#define WALL_MS INT64_C(1795000000000)        /* 2026-11-18T11:06:40Z */

/* On a clock that starts at 1000 s. */
struct moment at_s(int64_t s);

/* Managers 192.0.2.1 and so on, heard a second ago, and events with the ids from first_id
 * on; to be released with state_clear(&changes.state). */
struct changes make_changes(size_t managers, size_t events, uint32_t first_id);

/* Every member has a value of its own. */
void fill_in(struct changes *changes);

struct store *new_store(void);
void assert_saves(struct store *store, const struct changes *changes, bool all, int64_t now_s);
void assert_not_saved(struct store *store, enum store_saved how, bool all, const char *words);

/* With room for 1000 managers and events. */
enum store_loaded load_state(struct store *store, int64_t now_s, struct state *state, char *error);

/* The state that a new store loads from the file, as if an hour had passed. */
struct state loaded(void);
void assert_same_state(const struct state *a, const struct state *b);

/* Make a database with what fill_in() makes, close it, and carry out SQL in it. */
void make_database(const char *sql);
void run_sql(const char *sql);
int64_t ask_sql(const char *sql);

#endif /* STORE_STATE_H */
