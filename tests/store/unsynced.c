/* SPDX-License-Identifier: BSD-2-Clause */
#include "unsynced.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"

#define SECTOR 512
#define NAMES_MAX 64

struct text {
	unsigned char *octets;
	size_t len;
};

struct write {
	size_t at, len;
	unsigned char *octets; /* NULL: truncated to `at` */
};

struct unsynced_file {
	struct unsynced_file *next;
	struct text disk;
	struct write *writes; /* since the last sync */
	size_t count;
};

struct name {
	char name[NAME_MAX + 1];
	struct unsynced_file *file; /* NULL: removed */
};

/* Names and what they stand for. */
struct names {
	struct name names[NAMES_MAX];
	size_t count;
};

static struct {
	char directory[PATH_MAX];
	struct unsynced_file *files;
	struct names disk;    /* on disk */
	struct names now;     /* as everybody sees them */
	struct names changes; /* since the last sync, in order */
} unsynced;

static void
die(const char *what)
{
	perror(what);
	exit(99);
}

static void *
resize(void *memory, size_t size)
{
	memory = realloc(memory, size > 0 ? size : 1);
	if (memory == NULL)
		die("realloc");
	return memory;
}

/* Files. */

static struct unsynced_file *
new_file(void)
{
	struct unsynced_file *file = resize(NULL, sizeof(*file));

	*file = (struct unsynced_file){.next = unsynced.files};
	unsynced.files = file;
	return file;
}

static void
set_len(struct text *text, size_t len)
{
	text->octets = resize(text->octets, len);
	if (len > text->len)
		memset(text->octets + text->len, 0, len - text->len);
	text->len = len;
}

static void
apply(struct text *text, const struct write *write, size_t len)
{
	if (write->octets == NULL) {
		set_len(text, write->at);
		return;
	}
	if (len == 0) /* torn at its beginning */
		return;
	if (text->len < write->at + len)
		set_len(text, write->at + len);
	memcpy(text->octets + write->at, write->octets, len);
}

static void
forget_writes(struct unsynced_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		free(file->writes[i].octets);
	file->count = 0;
}

static struct write *
add_write(struct unsynced_file *file)
{
	file->writes = resize(file->writes, (file->count + 1) * sizeof(*file->writes));
	return &file->writes[file->count++];
}

void
unsynced_note_written(struct unsynced_file *file, const void *octets, size_t len, size_t at)
{
	if (file == NULL || len == 0)
		return;
	*add_write(file) =
	    (struct write){.at = at, .len = len, .octets = memcpy(resize(NULL, len), octets, len)};
}

void
unsynced_note_truncated(struct unsynced_file *file, size_t len)
{
	if (file != NULL)
		*add_write(file) = (struct write){.at = len};
}

void
unsynced_note_synced(struct unsynced_file *file)
{
	if (file == NULL)
		return;
	for (size_t i = 0; i < file->count; i++)
		apply(&file->disk, &file->writes[i], file->writes[i].len);
	forget_writes(file);
}

/* Names. */

static struct name *
find_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->names[i].name, name) == 0)
			return &names->names[i];
	return NULL;
}

static void
add_name(struct names *names, const char *name, struct unsynced_file *file)
{
	if (names->count == NAMES_MAX) {
		fputs("unsynced: too many names\n", stderr);
		exit(99);
	}
	names->names[names->count] = (struct name){.file = file};
	snprintf(names->names[names->count++].name, sizeof(names->names[0].name), "%s", name);
}

static void
set_name(struct names *names, const char *name, struct unsynced_file *file)
{
	struct name *found = find_name(names, name);

	if (found != NULL)
		found->file = file;
	else
		add_name(names, name, file);
}

static void
change_name(const char *name, struct unsynced_file *file)
{
	set_name(&unsynced.now, name, file);
	add_name(&unsynced.changes, name, file);
}

static bool
ends_with(const char *text, const char *end)
{
	const size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* The name in the directory, or NULL. */
static const char *
name_of(const char *path)
{
	const size_t len = strlen(unsynced.directory);
	const char *name = path + len + 1;

	if (len == 0 || strncmp(path, unsynced.directory, len) != 0 || path[len] != '/' ||
	    strchr(name, '/') != NULL || ends_with(name, "-shm") || ends_with(name, ".lock"))
		return NULL;
	return name;
}

static const char *
path_of(const char *name)
{
	static char path[PATH_MAX + NAME_MAX + 2];

	snprintf(path, sizeof(path), "%s/%s", unsynced.directory, name);
	return path;
}

static void
read_file(const char *path, struct text *text)
{
	FILE *in = fopen(path, "r");
	size_t got;

	if (in == NULL)
		return;
	do {
		const size_t len = text->len;

		set_len(text, len + BUFSIZ);
		got = fread(text->octets + len, 1, BUFSIZ, in);
		set_len(text, len + got);
	} while (got > 0);
	fclose(in);
}

static struct unsynced_file *
note_found(const char *name, const char *path)
{
	struct unsynced_file *file = new_file();
	struct text text = {0};

	change_name(name, file);
	read_file(path, &text);
	unsynced_note_written(file, text.octets, text.len, 0);
	free(text.octets);
	return file;
}

struct unsynced_file *
unsynced_find(const char *path)
{
	const char *name = path != NULL ? name_of(path) : NULL;
	const struct name *found;

	if (name == NULL)
		return NULL;
	found = find_name(&unsynced.now, name);
	return found != NULL && found->file != NULL ? found->file : note_found(name, path);
}

void
unsynced_note_removed(const char *path)
{
	const char *name = name_of(path);

	if (name != NULL && find_name(&unsynced.now, name) != NULL)
		change_name(name, NULL);
}

/* Two changes: a power cut between them leaves both names, as it does with some file
 * systems. */
void
unsynced_note_renamed(const char *from, const char *to)
{
	struct unsynced_file *file = unsynced_find(from);

	if (name_of(to) != NULL)
		change_name(name_of(to), file);
	unsynced_note_removed(from);
}

/* The directory. */

static void
for_each_file(void (*call)(const char *name))
{
	DIR *directory = opendir(unsynced.directory);
	const struct dirent *entry;

	if (directory == NULL)
		die(unsynced.directory);
	while ((entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.' && name_of(path_of(entry->d_name)) != NULL)
			call(entry->d_name);
	closedir(directory);
}

static void
find_file(const char *name)
{
	unsynced_find(path_of(name));
}

void
unsynced_note_directory_synced(void)
{
	for_each_file(find_file);
	unsynced.disk = unsynced.now;
	unsynced.changes.count = 0;
}

static void
note_on_disk(const char *name)
{
	struct unsynced_file *file = new_file();

	read_file(path_of(name), &file->disk);
	add_name(&unsynced.now, name, file);
}

static void
forget_all(void)
{
	while (unsynced.files != NULL) {
		struct unsynced_file *file = unsynced.files;

		unsynced.files = file->next;
		forget_writes(file);
		free(file->writes);
		free(file->disk.octets);
		free(file);
	}
	unsynced.disk.count = unsynced.now.count = unsynced.changes.count = 0;
}

void
unsynced_begin(const char *directory)
{
	forget_all();
	if (directory != unsynced.directory)
		snprintf(unsynced.directory, sizeof(unsynced.directory), "%s", directory);
	for_each_file(note_on_disk);
	unsynced_note_directory_synced();
}

void
unsynced_end(void)
{
	forget_all();
	unsynced.directory[0] = '\0';
}

/* The power cut. */

enum survivors { NONE, ALL, FIRST, SOME, KINDS };

/* Which of a number of operations survive. */
struct fate {
	struct random random;
	enum survivors survivors;
	size_t first; /* their number, for FIRST */
	unsigned int percent;
};

static struct fate
draw_fate(struct random *random, size_t count)
{
	return (struct fate){
	    .random.state = random_below(random, UINT32_MAX),
	    .survivors = (enum survivors)random_below(random, KINDS),
	    .first = (size_t)random_below(random, count + 1),
	    .percent = (unsigned int)random_below(random, 100),
	};
}

static bool
survives(struct fate *fate, size_t i)
{
	switch (fate->survivors) {
	case NONE:
		return false;
	case FIRST:
		return i < fate->first;
	case SOME:
		return random_below(&fate->random, 100) < fate->percent;
	default:
		return true;
	}
}

/* What is left of a write in which the power was cut: it ends where a sector does. */
static size_t
torn_len(const struct write *write, struct random *random)
{
	const size_t first = SECTOR - write->at % SECTOR;
	const size_t sectors = write->len > first ? (write->len - first) / SECTOR + 1 : 0;
	const size_t whole = (size_t)random_below(random, sectors + 1);

	return whole == 0 ? 0 : first + (whole - 1) * SECTOR;
}

static void
apply_survivor(struct text *text, const struct write *write, size_t len, struct random *junk)
{
	const size_t gap = text->len;

	apply(text, write, len);
	for (size_t i = gap; junk != NULL && i < write->at && i < text->len; i++)
		text->octets[i] = (unsigned char)random_below(junk, 256);
}

/* Leaves of the writes what survives, and forgets the others. */
static void
apply_survivors(struct unsynced_file *file, struct random *random)
{
	struct fate fate = draw_fate(random, file->count);
	struct random *junk = random_below(random, 2) == 0 ? random : NULL;
	const struct write *last = NULL;

	for (size_t i = 0; i < file->count; i++) {
		if (!survives(&fate, i))
			continue;
		if (last != NULL)
			apply_survivor(&file->disk, last, last->len, junk);
		last = &file->writes[i];
	}
	if (last != NULL)
		apply_survivor(&file->disk, last,
			       fate.survivors == ALL ? last->len : torn_len(last, random), junk);
	forget_writes(file);
}

void
unsynced_note_not_synced(struct unsynced_file *file, uint64_t seed)
{
	struct random random = {.state = seed};

	if (file != NULL)
		apply_survivors(file, &random);
}

static void
remove_file(const char *name)
{
	if (remove(path_of(name)) < 0)
		die(name);
}

static void
write_file(const char *name, const struct text *text)
{
	const int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text->octets, text->len) != (ssize_t)text->len || close(fd) < 0)
		die(name);
}

static void
remove_shared_memory(void)
{
	DIR *directory = opendir(unsynced.directory);
	const struct dirent *entry;

	if (directory == NULL)
		die(unsynced.directory);
	while ((entry = readdir(directory)) != NULL)
		if (ends_with(entry->d_name, "-shm"))
			remove_file(entry->d_name);
	closedir(directory);
}

void
unsynced_cut(uint64_t seed)
{
	struct random random = {.state = seed};
	struct fate fate = draw_fate(&random, unsynced.changes.count);
	struct names *names = &unsynced.disk;

	for (size_t i = 0; i < unsynced.changes.count; i++)
		if (survives(&fate, i))
			set_name(names, unsynced.changes.names[i].name,
				 unsynced.changes.names[i].file);
	for (struct unsynced_file *file = unsynced.files; file != NULL; file = file->next)
		apply_survivors(file, &random);
	for_each_file(remove_file);
	remove_shared_memory();
	for (size_t i = 0; i < names->count; i++)
		if (names->names[i].file != NULL)
			write_file(names->names[i].name, &names->names[i].file->disk);
	unsynced_begin(unsynced.directory);
}
