/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/history.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/database.h"
#include "store/tables.h"
#include "store/schema.h"

#define PIECE 500 /* rows in a transaction, which takes milliseconds */

/* A daemon that starts or stops may be in the way for a moment. */
#define PATIENCE_US (3 * US_PER_S)
#define PAUSE_US 20000

/* Also those that SQLite opens beside the database. */
enum { DATABASE, WAL, INDEX, JOURNAL, FILES };
static const char *const suffixes[FILES] = {"", "-wal", "-shm", "-journal"};

/* The files at one moment; st_nlink is 0 of one that is not there. */
struct glimpse {
	struct stat files[FILES];
};

struct reader {
	const char *path;
	struct stat first; /* the database when reading began; see struct glimpse */
	int64_t last;      /* number of the last event that was read */
	char *error;
	size_t count;
	struct event_row piece[PIECE];
};

enum outcome {
	READ,
	TRY_AGAIN, /* error has the reason */
	FAILED,
};

/* With what would be right: the owner is not known if the directory is closed. */
static enum outcome
cannot_read(struct reader *reader, const char *path, int number)
{
	struct stat st;
	char owner[40] = "its owner";

	if (stat(path, &st) == 0)
		snprintf(owner, sizeof(owner), "user %u", (unsigned int)st.st_uid);
	if (number == EACCES || number == EPERM)
		place_say(reader->error, "cannot read %s: %s; expected to be run by %s or root",
			  path, strerror(number), owner);
	else if (number == ENOENT)
		place_say(reader->error,
			  "cannot read %s: %s; expected a database that a daemon has made", path,
			  strerror(number));
	else
		place_failed(reader->error, "read", path, number);
	return FAILED;
}

/* Whether it could be opened by SQLite, without what open(2) of a FIFO or a symbolic link
 * would do. */
static enum outcome
examine(struct reader *reader, const char *path, bool required, struct stat *st)
{
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	const int number = errno;
	bool regular;

	*st = (struct stat){0};
	if (fd < 0 && number == ENOENT && !required)
		return READ;
	if (fd < 0 && number != ELOOP)
		return cannot_read(reader, path, number);
	regular = fd >= 0 && fstat(fd, st) == 0 && S_ISREG(st->st_mode);
	if (fd >= 0)
		close(fd);
	if (regular)
		return READ;
	place_say(reader->error, "%s: is not a regular file; expected a database", path);
	return FAILED;
}

static enum outcome
look(struct reader *reader, struct glimpse *glimpse)
{
	enum outcome outcome = READ;

	for (int i = 0; i < FILES && outcome == READ; i++) {
		char name[PATH_MAX + 16];

		snprintf(name, sizeof(name), "%s%s", reader->path, suffixes[i]);
		outcome = examine(reader, name, i == DATABASE, &glimpse->files[i]);
	}
	return outcome;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool
is_unchanged(const struct stat *a, const struct stat *b)
{
	return is_same(a, b) && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Whether what was read between the two is what was in the database at one moment. */
static bool
is_valid(const struct glimpse *before, const struct glimpse *after)
{
	return is_unchanged(&before->files[DATABASE], &after->files[DATABASE]) &&
	       is_unchanged(&before->files[WAL], &after->files[WAL]) &&
	       is_unchanged(&before->files[JOURNAL], &after->files[JOURNAL]);
}

static enum outcome
fail(struct reader *reader, const char *what, const char *detail)
{
	place_say(reader->error, "%s: %s%s", reader->path, what, detail);
	return FAILED;
}

/* What an error of SQLite's means. */
static enum outcome
explain(struct reader *reader, sqlite3 *db, int code)
{
	char reason[PLACE_ERROR_LEN / 2];

	database_reason(db, code, reason, sizeof(reason));
	if (database_is_damaged(db, code))
		return fail(reader, "is damaged, or no database: ", reason);
	fail(reader, "cannot be read: ", reason);
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_PROTOCOL:
	case SQLITE_CANTOPEN: /* -wal was removed just now */
		return TRY_AGAIN;
	case SQLITE_READONLY:
		fail(reader,
		     "was not finished by a daemon that made or recovered it; expected one "
		     "to be started",
		     "");
		return TRY_AGAIN;
	default:
		return FAILED;
	}
}

static enum outcome
check_schema(struct reader *reader, sqlite3 *db)
{
	char error[PLACE_ERROR_LEN / 2];

	switch (schema_check(db, error, sizeof(error))) {
	case SCHEMA_OURS:
		return READ;
	case SCHEMA_EMPTY:
		return fail(reader, "is empty; expected a database of ldm-agentx", "");
	case SCHEMA_WRONG:
		return fail(reader, "is not a database of this ldm-agentx: ", error);
	case SCHEMA_UNKNOWN:
		break;
	}
	return explain(reader, db, sqlite3_extended_errcode(db));
}

static enum outcome
query(struct reader *reader, sqlite3 *db, int64_t until, int64_t *last)
{
	char error[PLACE_ERROR_LEN / 2] = "";
	struct rows rows = {
	    .table = &event_table,
	    .key = reader->last,
	    .error = error,
	    .error_size = sizeof(error),
	};

	rows.code = table_select(rows.table, "WHERE number > ? AND number <= ? ORDER BY 1 LIMIT ?",
				 db, &rows.stmt);
	sqlite3_bind_int64(rows.stmt, 1, reader->last);
	sqlite3_bind_int64(rows.stmt, 2, until);
	sqlite3_bind_int(rows.stmt, 3, PIECE);
	while (reader->count < PIECE && table_read(&rows, &reader->piece[reader->count]))
		*last = reader->piece[reader->count++].number;
	sqlite3_finalize(rows.stmt);
	if (error[0] != '\0')
		return fail(reader, "is damaged: ", error);
	return rows.code == SQLITE_OK ? READ : explain(reader, db, rows.code);
}

/* One transaction, so that the tables are those that were checked. */
static enum outcome
query_checked(struct reader *reader, sqlite3 *db, int64_t until, int64_t *last)
{
	enum outcome outcome;

	if (sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return explain(reader, db, sqlite3_extended_errcode(db));
	outcome = check_schema(reader, db);
	return outcome == READ ? query(reader, db, until, last) : outcome;
}

/* Read up to PIECE events after the last one.  The caller tries again in the end. */
static enum outcome
try_piece(struct reader *reader, int64_t until)
{
	struct glimpse before, after;
	int64_t last = reader->last;
	enum outcome outcome = look(reader, &before);
	sqlite3 *db;
	bool locked;
	int code;

	reader->count = 0;
	if (outcome != READ)
		return outcome;
	if (reader->first.st_nlink == 0)
		reader->first = before.files[DATABASE];
	if (!is_same(&reader->first, &before.files[DATABASE]))
		return fail(reader, "was replaced while it was read; expected to be read again",
			    "");
	if (before.files[DATABASE].st_size == 0)
		return fail(reader, "is empty; expected a database of ldm-agentx", "");
	code = database_open_readonly(&db, reader->path, &locked);
	outcome =
	    code == SQLITE_OK ? query_checked(reader, db, until, &last) : explain(reader, db, code);
	sqlite3_close(db);
	/* Then whatever was read, and also what was found wrong, means nothing. */
	if (look(reader, &after) != READ)
		return FAILED;
	if (!locked && !is_valid(&before, &after)) {
		fail(reader, "is being changed; expected to be read again", "");
		return TRY_AGAIN;
	}
	if (outcome == READ)
		reader->last = last;
	return outcome;
}

static enum outcome
read_piece(struct reader *reader, int64_t until)
{
	const int64_t deadline_us = clock_now().mono_us + PATIENCE_US;
	enum outcome outcome;

	while ((outcome = try_piece(reader, until)) == TRY_AGAIN &&
	       clock_now().mono_us < deadline_us)
		usleep(PAUSE_US);
	return outcome;
}

static enum outcome
read_all(struct reader *reader, int64_t until, history_fn *fn, void *ctx)
{
	enum outcome outcome;

	do {
		outcome = read_piece(reader, until);
		for (size_t i = 0; outcome == READ && i < reader->count; i++)
			if (!fn(ctx, &reader->piece[i].record))
				return READ;
	} while (outcome == READ && reader->count == PIECE);
	return outcome;
}

int
history_read(const char *path, int64_t *until, history_fn *fn, void *ctx,
	     char error[PLACE_ERROR_LEN])
{
	struct reader *reader = calloc(1, sizeof(*reader));
	enum outcome outcome;

	if (reader == NULL) {
		place_failed(error, "read", path, ENOMEM);
		return -1;
	}
	reader->path = path;
	reader->error = error;
	outcome = read_all(reader, *until, fn, ctx);
	if (outcome == READ)
		*until = reader->last;
	free(reader);
	return outcome == READ ? 0 : -1;
}
