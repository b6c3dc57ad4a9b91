/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/scan_table.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/wire.h"

/* In the order of the table. */
enum column {
	COLUMN_ADDRESS,
	COLUMN_PORT,
	COLUMN_VERSION,
	COLUMN_SOURCE,
	COLUMN_INTERFACE,
	COLUMN_TIME,
	COLUMN_HOSTNAME,
};
#define COLUMN_COUNT (COLUMN_HOSTNAME + 1)

#define GAP 2                                    /* blanks between two columns */
#define CELL_LEN ((size_t)4 * WIRE_HOSTNAME_LEN) /* an escaped octet takes four */
#define HOSTNAME_MIN 12                          /* room for it on a narrow terminal */

struct line {
	char cell[COLUMN_COUNT][CELL_LEN];
};

struct layout {
	size_t width[COLUMN_COUNT]; /* 0: not shown */
};

static const struct line header = {
    {"ADDRESS", "PORT", "VERSION", "SOURCE", "INTERFACE", "TIME", "HOSTNAME"}};

const char *
scan_interface_name(unsigned int ifindex, char name[IF_NAMESIZE])
{
	if (if_indextoname(ifindex, name) == NULL)
		snprintf(name, IF_NAMESIZE, "%s", "?");
	return name;
}

/* hostname_len: the room for the hostname, including its NUL. */
static void
fill(struct line *line, const struct manager *m, size_t hostname_len)
{
	char ifname[IF_NAMESIZE];

	text_address(m->addr, line->cell[COLUMN_ADDRESS]);
	snprintf(line->cell[COLUMN_PORT], CELL_LEN, "%u", (unsigned int)m->port);
	text_word(m->version, line->cell[COLUMN_VERSION], CELL_LEN);
	text_address(m->source, line->cell[COLUMN_SOURCE]);
	text_word(scan_interface_name(m->ifindex, ifname), line->cell[COLUMN_INTERFACE], CELL_LEN);
	snprintf(line->cell[COLUMN_TIME], CELL_LEN, "%.1fms", m->response_time_us / 1000.0);
	text_word(m->hostname, line->cell[COLUMN_HOSTNAME], hostname_len);
}

static void
widen(struct layout *layout, const struct line *line)
{
	for (int i = 0; i < COLUMN_COUNT; i++) {
		const size_t len = strlen(line->cell[i]);

		if (len > layout->width[i])
			layout->width[i] = len;
	}
}

static size_t
total(const struct layout *layout)
{
	size_t sum = 0;

	for (int i = 0; i < COLUMN_COUNT; i++)
		if (layout->width[i] > 0)
			sum += layout->width[i] + (i == COLUMN_HOSTNAME ? 0 : GAP);
	return sum;
}

/* Leave out columns, the least important one first, and cut hostnames after that. */
static void
shrink(struct layout *layout, size_t room)
{
	static const enum column dispensable[] = {COLUMN_TIME, COLUMN_SOURCE, COLUMN_INTERFACE};
	size_t *const hostname = &layout->width[COLUMN_HOSTNAME];
	size_t others;

	for (size_t i = 0; i < sizeof(dispensable) / sizeof(dispensable[0]); i++)
		if (total(layout) > room)
			layout->width[dispensable[i]] = 0;
	if (total(layout) <= room)
		return;
	others = total(layout) - *hostname;
	if (*hostname > HOSTNAME_MIN)
		*hostname = room > others + HOSTNAME_MIN ? room - others : HOSTNAME_MIN;
}

static void
print_line(const struct layout *layout, const struct line *line)
{
	for (int i = 0; i < COLUMN_HOSTNAME; i++) {
		const int width = (int)layout->width[i];
		const bool number = i == COLUMN_PORT || i == COLUMN_TIME;

		if (width > 0)
			printf("%*s%*s", number ? width : -width, line->cell[i], GAP, "");
	}
	puts(line->cell[COLUMN_HOSTNAME]);
}

void
scan_table_print(const struct inventory *inventory, unsigned int columns)
{
	const struct manager *const first = inventory_at_or_after(inventory, 0);
	const struct manager *m;
	struct layout layout = {{0}};
	struct line line;

	if (first == NULL)
		return;
	widen(&layout, &header);
	for (m = first; m != NULL; m = inventory_at_or_after(inventory, m->addr + 1)) {
		fill(&line, m, CELL_LEN);
		widen(&layout, &line);
	}
	if (columns > 0)
		shrink(&layout, columns);
	print_line(&layout, &header);
	for (m = first; m != NULL; m = inventory_at_or_after(inventory, m->addr + 1)) {
		fill(&line, m, layout.width[COLUMN_HOSTNAME] + 1);
		print_line(&layout, &line);
	}
}
