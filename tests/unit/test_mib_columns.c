/* SPDX-License-Identifier: BSD-2-Clause */
/* The columns of our tables against the text of the MIB: none is forgotten,
 * misnumbered or settable by mistake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "snmp/mib_tables.h"

#define WORD_LEN 64

struct object {
	char name[WORD_LEN], access[WORD_LEN], parent[WORD_LEN];
	unsigned long number;
};

static FILE *
open_mib(void)
{
	const char *builddir = getenv("LDM_BUILDDIR");
	char path[4096];
	FILE *mib;

	snprintf(path, sizeof(path), "%s/mibs/LDM-DISCOVERY-MIB.txt",
		 builddir != NULL ? builddir : ".");
	mib = fopen(path, "r");
	if (mib == NULL)
		fail_msg("cannot read %s", path);
	return mib;
}

/* The next object that can be read, or false. */
static bool
next_object(FILE *mib, struct object *out)
{
	char line[256];

	*out = (struct object){0};
	while (fgets(line, sizeof(line), mib) != NULL) {
		char kind[WORD_LEN], word[WORD_LEN];
		const bool placed = sscanf(line, " ::= { %63s %63s }", out->parent, word) == 2 &&
				    parse_unsigned(word, 1, UINT32_MAX, &out->number) == 0;

		if (sscanf(line, "%63s %63s", word, kind) == 2 && strcmp(kind, "OBJECT-TYPE") == 0)
			memcpy(out->name, word, sizeof(out->name));
		(void)sscanf(line, " MAX-ACCESS %63s", out->access);
		if (!placed)
			continue;
		if (out->access[0] != '\0' && strcmp(out->access, "not-accessible") != 0)
			return true;
		*out = (struct object){0};
	}
	return false;
}

/* Whether the object's parent is that of the table's columns: of ldmManagerTable,
 * ldmManagerEntry. */
static bool
is_of_table(const struct object *object, const struct mib_table *table)
{
	const size_t len = strlen(table->name) - (table->scalars ? 0 : strlen("Table"));

	return strncmp(object->parent, table->name, len) == 0 &&
	       strcmp(object->parent + len, table->scalars ? "" : "Entry") == 0;
}

static const struct mib_column *
column_of(const struct object *object)
{
	for (size_t i = 0; i < MIB_TABLE_COUNT; i++)
		if (is_of_table(object, mib_tables[i]))
			return mib_table_column(mib_tables[i], object->number);
	return NULL;
}

static bool
has_object(const struct mib_column *column)
{
	FILE *mib = open_mib();
	struct object object;
	bool found = false;

	while (!found && next_object(mib, &object))
		found = column_of(&object) == column;
	fclose(mib);
	return found;
}

static void
test_every_object_has_its_column(void **state)
{
	FILE *mib = open_mib();
	struct object object;

	(void)state;
	while (next_object(mib, &object)) {
		const struct mib_column *column = column_of(&object);

		if (column == NULL)
			fail_msg("%s, { %s %lu }, has no column", object.name, object.parent,
				 object.number);
		else if (column->number != object.number)
			fail_msg("%s is not in its place: { %s %lu }", column->name, object.parent,
				 object.number);
		assert_string_equal(column->name, object.name);
		if ((column->settable != 0) != (strcmp(object.access, "read-only") != 0))
			fail_msg("%s is %s", object.name, object.access);
	}
	fclose(mib);
}

static void
test_every_column_has_its_object(void **state)
{
	(void)state;
	for (size_t i = 0; i < MIB_TABLE_COUNT; i++)
		for (size_t c = 0; c < mib_tables[i]->column_count; c++)
			if (!has_object(&mib_tables[i]->columns[c]))
				fail_msg("%s is not in the MIB", mib_tables[i]->columns[c].name);
}

/* A setter would read a member of another type wrongly, or beyond its end. */
static void
test_members_suit_their_setters(void **state)
{
	(void)state;
	for (size_t i = 0; i < MIB_TABLE_COUNT; i++) {
		for (size_t c = 0; c < mib_tables[i]->column_count; c++) {
			const struct mib_column *column = &mib_tables[i]->columns[c];
			mib_setter *const set = column->set;
			const size_t size = column->size;
			bool suits = column->offset + size <= sizeof(union mib_row);

			if (set == mib_date_and_time)
				suits = suits && size == sizeof(struct moment);
			else if (set == mib_milliseconds || set == mib_seconds)
				suits = suits && size == sizeof(int64_t);
			else if (set == mib_address || set == mib_integer)
				suits = suits && size == sizeof(uint32_t);
			else if (set == mib_truth)
				suits = suits && size == sizeof(bool);
			else if (set == mib_unsigned || set == mib_counter)
				suits = suits && (size == 2 || size == 4 || size == 8);
			if (!suits)
				fail_msg("%s takes a member of %zu octets", column->name, size);
		}
	}
}

/* A walk of the counters of events does not fetch the events. */
static void
test_no_table_is_within_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < MIB_TABLE_COUNT; i++) {
		for (size_t k = 0; k < MIB_TABLE_COUNT; k++) {
			const struct mib_table *outer = mib_tables[i], *inner = mib_tables[k];

			if (i != k && inner->root_len >= outer->root_len &&
			    snmp_oidtree_compare(inner->root, outer->root_len, outer->root,
						 outer->root_len) == 0)
				fail_msg("%s is within %s", inner->name, outer->name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_object_has_its_column),
	    cmocka_unit_test(test_every_column_has_its_object),
	    cmocka_unit_test(test_members_suit_their_setters),
	    cmocka_unit_test(test_no_table_is_within_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
