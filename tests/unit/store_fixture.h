/* SPDX-License-Identifier: BSD-2-Clause */
/* store_fixture.h - a separate directory for each test of the store's files, and
 * assertions about files.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "store/place.h"

#define NOBODY 65534

extern char top[];         /* everything is below */
extern char directory[64]; /* of the file, a new one for each test */
extern char path[64], lock_path[64], wal_path[64], shm_path[64], journal_path[64];
extern char other[64]; /* beside the directory */

/* For the group, and for each test. */
int set_up_all(void **state);
int set_up(void **state);
void remove_all(const char *where);
int tear_down(void **state);
int tear_down_all(void **state);
void mount_or_skip(const char *options);
void remount(bool read_only, const char *options);
void give_away_or_skip(const char *file);
void create(const char *file, const char *text);
void assert_content(const char *file, const char *wanted);
bool is_there(const char *file);
void assert_mode(const char *file, unsigned int wanted);
void assert_says(const char *error, const char *file, const char *words);
struct place *opened(void);
struct place *opened_degraded(const char *about, const char *words);
void assert_refused(const char *about, const char *words);
void assert_renews(struct place *place);
void assert_does_not_renew(struct place *place, const char *about, const char *words);
size_t open_descriptors(void);
void make_symlink(const char *file);
void make_dangling_symlink(const char *file);
void make_directory(const char *file);

/* Kinds of files that are not regular. */
#define KINDS 5
extern const struct kind {
	void (*make)(const char *file);
	const char *words;
} kinds[KINDS];

#endif /* STORE_FIXTURE_H */
