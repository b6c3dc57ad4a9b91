/* SPDX-License-Identifier: BSD-2-Clause */
/* statefile_fixture.h - a separate directory for each test of statefile.h, and
 * assertions about files.
 */
#ifndef STATEFILE_FIXTURE_H
#define STATEFILE_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "store/statefile.h"

#define NOBODY 65534
#define MAX 1000000

extern char top[];         /* everything is below */
extern char directory[64]; /* where the file is, made anew for each test */
extern char path[64], lock_path[64], new_path[64];
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
struct statefile *opened(void);
struct statefile *opened_degraded(const char *about, const char *words);
void assert_refused(const char *about, const char *words);
void replace(struct statefile *file, const char *text);
void assert_not_replaced(struct statefile *file, const char *about, const char *words);
void assert_reads(struct statefile *file, const char *wanted);
void assert_unreadable(struct statefile *file, size_t max, int error);
void make_symlink(const char *file);
void make_dangling_symlink(const char *file);
void make_directory(const char *file);

/* Kinds of files that are not regular. */
#define KINDS 5
extern const struct kind {
	void (*make)(const char *file);
	const char *words;
	int read_error;
} kinds[KINDS];

#endif /* STATEFILE_FIXTURE_H */
