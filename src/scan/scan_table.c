/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/scan_table.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/wire.h"

/* In the order of the table; an escaped octet takes four. */
struct line {
	char address[TEXT_ADDRESS_LEN];
	char port[sizeof("65535")];
	char version[4 * WIRE_VERSION_LEN];
	char source[TEXT_ADDRESS_LEN];
	char interface[4 * IF_NAMESIZE];
	char time[sizeof("4294967.2ms")];
	char hostname[4 * WIRE_HOSTNAME_LEN];
};

struct widths {
	int address, port, version, source, interface, time;
};

const char *
scan_interface_name(unsigned int ifindex, char name[IF_NAMESIZE])
{
	if (if_indextoname(ifindex, name) == NULL)
		snprintf(name, IF_NAMESIZE, "%s", "?");
	return name;
}

static struct line
line_of(const struct manager *m)
{
	char ifname[IF_NAMESIZE];
	struct line line;

	text_address(m->addr, line.address);
	snprintf(line.port, sizeof(line.port), "%u", (unsigned int)m->port);
	text_word(m->version, line.version, sizeof(line.version));
	text_address(m->source, line.source);
	text_word(scan_interface_name(m->ifindex, ifname), line.interface, sizeof(line.interface));
	snprintf(line.time, sizeof(line.time), "%.1fms", m->response_time_us / 1000.0);
	text_word(m->hostname, line.hostname, sizeof(line.hostname));
	return line;
}

static void
widen(int *width, const char *text)
{
	const int len = (int)strlen(text);

	if (len > *width)
		*width = len;
}

static void
fit(struct widths *widths, const struct line *line)
{
	widen(&widths->address, line->address);
	widen(&widths->port, line->port);
	widen(&widths->version, line->version);
	widen(&widths->source, line->source);
	widen(&widths->interface, line->interface);
	widen(&widths->time, line->time);
}

static void
print_line(const struct widths *widths, const struct line *line)
{
	printf("%-*s  %*s  %-*s  %-*s  %-*s  %*s  %s\n", widths->address, line->address,
	       widths->port, line->port, widths->version, line->version, widths->source,
	       line->source, widths->interface, line->interface, widths->time, line->time,
	       line->hostname);
}

void
scan_table_print(const struct inventory *inventory)
{
	static const struct line header = {"ADDRESS",   "PORT", "VERSION", "SOURCE",
					   "INTERFACE", "TIME", "HOSTNAME"};
	const struct manager *const first = inventory_at_or_after(inventory, 0);
	const struct manager *m;
	struct widths widths = {0};
	struct line line;

	if (first == NULL)
		return;
	fit(&widths, &header);
	for (m = first; m != NULL; m = inventory_at_or_after(inventory, m->addr + 1)) {
		line = line_of(m);
		fit(&widths, &line);
	}
	print_line(&widths, &header);
	for (m = first; m != NULL; m = inventory_at_or_after(inventory, m->addr + 1)) {
		line = line_of(m);
		print_line(&widths, &line);
	}
}
