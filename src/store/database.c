/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/database.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define BUSY_TIMEOUT_MS 1000

/* No row of ours is longer than a few kilobytes, and no statement. */
#define LENGTH_MAX 65536

/* Nothing in the file may start anything, and nothing of ours may depend on $TMPDIR.
 * journal_size_limit: the size that -wal is cut to when it can start again at its beginning.
 * cache_size: kilobytes, negated. */
static const char settings[] = "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA mmap_size = 0;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA cache_size = -512;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA journal_size_limit = 4194304";

static int
configure(sqlite3 *db)
{
	static const struct {
		int option, value;
	} options[] = {
	    {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
	    {SQLITE_DBCONFIG_ENABLE_FKEY, 0},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
	};
	int code = SQLITE_OK;

	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]) && code == SQLITE_OK; i++)
		code = sqlite3_db_config(db, options[i].option, options[i].value, NULL);
	return code == SQLITE_OK ? sqlite3_exec(db, settings, NULL, NULL, NULL) : code;
}

int
database_open(sqlite3 **db, const char *path)
{
	int code = sqlite3_open_v2(
	    path, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, NULL);

	return code == SQLITE_OK ? configure(*db) : code;
}

static bool
has_file(const char *path, const char *suffix)
{
	char *name = sqlite3_mprintf("%s%s", path, suffix);
	const bool there = name == NULL || access(name, F_OK) == 0;

	sqlite3_free(name);
	return there;
}

/* NULL if there is no memory. */
static char *
uri_of(const char *path, const char *parameter)
{
	sqlite3_str *uri = sqlite3_str_new(NULL);

	sqlite3_str_appendall(uri, "file://");
	for (; *path != '\0'; path++)
		if (strchr("%?#", *path) != NULL)
			sqlite3_str_appendf(uri, "%%%02x", *path);
		else
			sqlite3_str_appendchar(uri, 1, *path);
	sqlite3_str_appendf(uri, "?%s=1", parameter);
	return sqlite3_str_finish(uri);
}

/* By default, even a reader creates -wal and -shm, and rebuilds the index in -shm. */
int
database_open_readonly(sqlite3 **db, const char *path, bool *locked)
{
	const bool has_wal = has_file(path, "-wal");
	const bool in_memory = has_wal && !has_file(path, "-shm");
	char *uri;
	int code;

	*db = NULL;
	*locked = !in_memory && (has_wal || has_file(path, "-journal"));
	uri = uri_of(path, *locked || in_memory ? "readonly_shm" : "immutable");
	if (uri == NULL)
		return SQLITE_NOMEM;
	/* Without -shm, the index is made in memory if no other program uses the database,
	 * which this VFS does not ask. */
	code =
	    sqlite3_open_v2(uri, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI,
			    in_memory ? "unix-none" : NULL);
	sqlite3_free(uri);
	if (code == SQLITE_OK)
		code = sqlite3_db_config(*db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (code == SQLITE_OK && in_memory)
		code = sqlite3_exec(*db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL);
	return code == SQLITE_OK ? configure(*db) : code;
}

int
database_use_wal(sqlite3 *db)
{
	/* A file system that cannot do that keeps the rollback journal, which will do. */
	return sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
}

/* Returns SQLITE_CORRUPT with *error if the check finds something. */
static int
check_once(sqlite3 *db, char *error, size_t size)
{
	sqlite3_stmt *stmt;
	int code = sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &stmt, NULL);
	const char *result;

	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(stmt);
	result = code == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
	if (result != NULL && strcmp(result, "ok") != 0) {
		text_printable(result, strlen(result), error, size);
		code = SQLITE_CORRUPT;
	}
	sqlite3_finalize(stmt);
	return code == SQLITE_ROW ? SQLITE_OK : code;
}

/* Read the file that SQLite has open, whatever is in it.  A descriptor of ours would drop
 * SQLite's locks when it is closed. */
static int
read_through(sqlite3 *db, int which)
{
	char buf[4096];
	sqlite3_file *file = NULL;
	sqlite3_int64 size = 0;
	int code = sqlite3_file_control(db, "main", which, &file);

	if (code != SQLITE_OK || file == NULL || file->pMethods == NULL)
		return code;
	code = file->pMethods->xFileSize(file, &size);
	for (sqlite3_int64 at = 0; at < size && code == SQLITE_OK; at += (int)sizeof(buf)) {
		code = file->pMethods->xRead(file, buf, sizeof(buf), at);
		if (code == SQLITE_IOERR_SHORT_READ)
			code = SQLITE_OK;
	}
	return code;
}

int
database_check(sqlite3 *db, char *error, size_t size)
{
	int code = check_once(db, error, size);

	if (code != SQLITE_CORRUPT)
		return code;
	/* It takes a page that cannot be read now for damage, too. */
	code = read_through(db, SQLITE_FCNTL_FILE_POINTER);
	if (code == SQLITE_OK)
		code = read_through(db, SQLITE_FCNTL_JOURNAL_POINTER);
	error[0] = '\0';
	return code == SQLITE_OK ? check_once(db, error, size) : code;
}

int
database_ask(sqlite3 *db, const char *sql, int64_t *answer)
{
	sqlite3_stmt *stmt = NULL;
	int code = sql != NULL ? sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) : SQLITE_NOMEM;

	if (code != SQLITE_OK)
		return code;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*answer = sqlite3_column_int64(stmt, 0);
	/* Returns the error of the step. */
	return sqlite3_finalize(stmt);
}

bool
database_is_damaged(sqlite3 *db, int code)
{
	switch (code & 0xff) {
	case SQLITE_CONSTRAINT: /* none of our rows violates one of ours */
	case SQLITE_CORRUPT:
	case SQLITE_ERROR: /* a statement of ours is wrong for it */
	case SQLITE_FORMAT:
	case SQLITE_MISMATCH:
	case SQLITE_NOTADB:
	case SQLITE_TOOBIG:
		return true;
	case SQLITE_READONLY: /* the file says so itself */
		return code == SQLITE_READONLY &&
		       access(sqlite3_db_filename(db, "main"), W_OK) == 0;
	default:
		return false;
	}
}

/* Why writes fail in a COMMIT is known only to the file, -wal in most cases. */
static int
system_errno(sqlite3 *db, int code)
{
	sqlite3_file *file = NULL;
	int number = 0;

	if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC) {
		sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
		if (file != NULL && file->pMethods != NULL)
			file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
		if (number == 0)
			sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &number);
	}
	return number != 0 ? number : sqlite3_system_errno(db);
}

bool
database_is_locked(int code)
{
	code &= 0xff;
	return code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_PROTOCOL;
}

const char *
database_reason(sqlite3 *db, int code, char *buf, size_t size)
{
	const bool known = db != NULL && sqlite3_extended_errcode(db) == code;
	const char *reason = known ? sqlite3_errmsg(db) : sqlite3_errstr(code);
	int number = 0;

	switch (code & 0xff) {
	case SQLITE_FULL:
		number = ENOSPC;
		break;
	case SQLITE_NOMEM:
		number = ENOMEM;
		break;
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		number = db != NULL ? system_errno(db, code) : 0;
		break;
	case SQLITE_READONLY:
		if (db != NULL && access(sqlite3_db_filename(db, "main"), W_OK) < 0)
			number = errno;
		break;
	default:
		break;
	}
	if (database_is_locked(code))
		reason = "another program has locked it";
	if (number != 0)
		reason = strerror(number);
	return text_printable(reason, strlen(reason), buf, size);
}
