/* SPDX-License-Identifier: BSD-2-Clause */
/* A database: if it is loaded, all values are valid: saved to another database and loaded
 * again, they are the same.  Otherwise it is renamed.
 *
 * The first octet of the input selects what the others are.  0: the file.  1: changes to a
 * valid file, each as a three-octet offset and an octet to combine (XOR) with the one there
 * (0: truncate the file at the offset).  Others: rows that are inserted into a valid file,
 * with any values in any columns.
 */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"

#define TEMPLATE_MAX 65536

static char directory[] = "/tmp/fuzz_store.XXXXXX";
static char path[64];
static uint8_t template[TEMPLATE_MAX];
static size_t template_len;

/* What is left of the input. */
struct input {
	const uint8_t *p;
	size_t left;
};

static uint8_t
take(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->p++;
}

static void
remove_files(void)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir != NULL)
		closedir(dir);
}

static void
remove_all(void)
{
	remove_files();
	rmdir(directory);
}

static void
write_file(const uint8_t *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	FUZZ_EXPECT(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	close(fd);
}

static struct store *
new_store(void)
{
	char error[PLACE_ERROR_LEN];
	struct store *store = NULL;

	FUZZ_EXPECT(store_new(&store, path, error) == PLACE_OK);
	return store;
}

/* One moment for everything, so that ages do not change. */
static const struct moment now = {.mono_us = US_PER_DAY, .wall_ms = INT64_C(1795000000000)};

static void
save_all(struct store *store, const struct state *state)
{
	const struct changes changes = {.state = *state, .all_managers = true};
	char error[PLACE_ERROR_LEN];

	FUZZ_EXPECT(store_save(store, &changes, true, now, error) == STORE_SAVED);
}

static enum store_loaded
load(struct store *store, struct state *state, char *error)
{
	const struct store_limits limits = {.managers = 100, .events = 10};
	size_t clamped;

	return store_load(store, &limits, now, state, &clamped, error);
}

/* A database with a row in each table. */
static void
make_template(void)
{
	struct link_record link = {.name = "eth0"};
	struct manager_record manager = {
	    .m = {.addr = 0xc0000201,
		  .source = 0xc0000201,
		  .port = WIRE_XMPP_PORT,
		  .hostname = "host",
		  .version = "3.6",
		  .first_seen.wall_ms = 1,
		  .last_seen = {.wall_ms = 2, .mono_us = -1}},
	    .link = "eth0",
	    .notified = {.announced = ANNOUNCED_UP, .description.port = WIRE_XMPP_PORT},
	};
	struct event_record event = {
	    .event = {.id = 7,
		      .type = EVENT_APPEARED,
		      .time.wall_ms = 1,
		      .addr = 0xc0000201,
		      .status = MANAGER_UP,
		      .name = "host",
		      .reason = "answered for the first time"},
	    .queued = true,
	};
	const struct state state = {
	    .last_id = UINT32_MAX,
	    .interval = {true, US_PER_S, US_PER_MIN},
	    .links = &link,
	    .link_count = 1,
	    .managers = &manager,
	    .manager_count = 1,
	    .events = &event,
	    .event_count = 1,
	};
	struct store *store = new_store();
	int fd;
	ssize_t len;

	save_all(store, &state);
	store_free(store);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd >= 0 ? read(fd, template, sizeof(template)) : -1;
	FUZZ_EXPECT(len > 0 && len < TEMPLATE_MAX);
	close(fd);
	template_len = (size_t)len;
}

static void
set_up(void)
{
	if (template_len > 0)
		return;
	FUZZ_EXPECT(mkdtemp(directory) != NULL);
	atexit(remove_all);
	snprintf(path, sizeof(path), "%s/state", directory);
	make_template();
}

static void
write_changed(struct input *in)
{
	static uint8_t copy[TEMPLATE_MAX];
	size_t len = template_len;

	memcpy(copy, template, len);
	while (in->left >= 4) {
		const uint32_t at = (uint32_t)(take(in) << 16 | take(in) << 8 | take(in));
		const uint8_t octet = take(in);

		if (octet == 0)
			len = at % (len + 1);
		else if (at < len)
			copy[at] ^= octet;
	}
	write_file(copy, len);
}

static void
bind_value(sqlite3_stmt *stmt, int column, struct input *in)
{
	const uint8_t kind = take(in), len = take(in);
	const size_t left = len < in->left ? len : in->left;
	int64_t number = len < 128 ? len : (int64_t)len - 256;
	double real;

	switch (kind % 5) {
	case 0:
		sqlite3_bind_null(stmt, column);
		return;
	case 1: /* of as many octets as kind says */
		for (int i = 0; i < kind / 5 % 8; i++)
			number = (int64_t)((uint64_t)number << 8 | take(in));
		sqlite3_bind_int64(stmt, column, number);
		return;
	case 2:
		sqlite3_bind_text(stmt, column, (const char *)in->p, (int)left, SQLITE_TRANSIENT);
		break;
	case 3:
		sqlite3_bind_blob(stmt, column, in->p, (int)left, SQLITE_TRANSIENT);
		break;
	default:
		for (int i = 0; i < 8; i++)
			number = (int64_t)((uint64_t)number << 8 | take(in));
		memcpy(&real, &number, sizeof(real));
		sqlite3_bind_double(stmt, column, real);
		return;
	}
	in->p += left;
	in->left -= left;
}

/* Change a column of a row, or insert a row. */
static void
put_row(sqlite3 *db, struct input *in)
{
	static const char *const tables[] = {"setting", "link", "manager", "event"};
	const uint8_t what = take(in), which = take(in);
	const char *table = tables[what % 4];
	sqlite3_stmt *stmt;
	char sql[200];
	int columns;

	snprintf(sql, sizeof(sql), "SELECT * FROM %s", table);
	FUZZ_EXPECT(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK);
	columns = sqlite3_column_count(stmt);
	if (what / 4 % 2 == 0)
		snprintf(sql, sizeof(sql), "UPDATE OR REPLACE %s SET %s = ?", table,
			 sqlite3_column_name(stmt, which % columns));
	else
		snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO %s VALUES (%.*s)", table,
			 2 * columns - 1,
			 "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?");
	sqlite3_finalize(stmt);
	FUZZ_EXPECT(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK);
	for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++)
		bind_value(stmt, i, in);
	/* It may violate a constraint. */
	sqlite3_step(stmt);
	sqlite3_finalize(stmt);
}

static void
write_rows(struct input *in)
{
	sqlite3 *db;

	write_file(template, template_len);
	FUZZ_EXPECT(sqlite3_open(path, &db) == SQLITE_OK);
	sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	for (int i = 0; in->left > 0 && i < 200; i++)
		put_row(db, in);
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	FUZZ_EXPECT(sqlite3_close(db) == SQLITE_OK);
}

static bool
same_setting(const struct setting_record *a, const struct setting_record *b)
{
	return a->set == b->set && a->value == b->value && a->over == b->over;
}

static void
expect_same(const struct state *a, const struct state *b)
{
	FUZZ_EXPECT(a->clean == b->clean && a->quiet == b->quiet && a->last_id == b->last_id);
	FUZZ_EXPECT(same_setting(&a->interval, &b->interval));
	FUZZ_EXPECT(same_setting(&a->notifications, &b->notifications));
	FUZZ_EXPECT(a->link_count == b->link_count && a->manager_count == b->manager_count &&
		    a->event_count == b->event_count);
	for (size_t i = 0; i < a->link_count; i++)
		FUZZ_EXPECT(strcmp(a->links[i].name, b->links[i].name) == 0);
	FUZZ_EXPECT(a->manager_count == 0 ||
		    memcmp(a->managers, b->managers, a->manager_count * sizeof(*a->managers)) == 0);
	FUZZ_EXPECT(a->event_count == 0 ||
		    memcmp(a->events, b->events, a->event_count * sizeof(*a->events)) == 0);
}

/* In another database, as nothing else is in that. */
static void
save_and_load_again(const struct state *state)
{
	char error[PLACE_ERROR_LEN];
	struct store *store;
	struct state again;

	remove_files();
	store = new_store();
	save_all(store, state);
	store_free(store);
	store = new_store();
	FUZZ_EXPECT(load(store, &again, error) == STORE_LOADED);
	expect_same(state, &again);
	state_clear(&again);
	store_free(store);
}

/* It can be saved to, or is renamed now. */
static void
save_over(struct store *store, enum store_loaded loaded)
{
	const struct changes nothing = {.state.last_id = UINT32_MAX};
	char error[PLACE_ERROR_LEN];
	enum store_saved saved = store_save(store, &nothing, loaded != STORE_LOADED, now, error);

	fuzz_expect_printable(error);
	if (saved == STORE_NEEDS_ALL)
		saved = store_save(store, &nothing, true, now, error);
	FUZZ_EXPECT(saved == STORE_SAVED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = {.p = data, .left = len};
	char error[PLACE_ERROR_LEN] = "";
	enum store_loaded loaded;
	struct store *store;
	struct state state;
	uint8_t kind;

	set_up();
	remove_files();
	kind = take(&in);
	if (kind == 0)
		write_file(in.p, in.left);
	else if (kind == 1)
		write_changed(&in);
	else
		write_rows(&in);
	store = new_store();
	loaded = load(store, &state, error);
	fuzz_expect_printable(error);
	FUZZ_EXPECT(loaded != STORE_UNREAD);
	save_over(store, loaded);
	store_free(store);
	if (loaded == STORE_LOADED)
		save_and_load_again(&state);
	state_clear(&state);
	return 0;
}
