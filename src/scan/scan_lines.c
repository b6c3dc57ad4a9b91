/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/scan_lines.h"

#include <err.h>
#include <net/if.h>
#include <stdio.h>

#include "base/duration.h"
#include "base/text.h"
#include "core/json.h"
#include "core/wire.h"
#include "net/ifaces.h"
#include "scan/scan_table.h"

#define HOSTNAME_WORD_LEN ((size_t)4 * WIRE_HOSTNAME_LEN)
#define MAX_NAMES 8 /* of interfaces on a line */
#define VERSION_WORD_LEN ((size_t)4 * WIRE_VERSION_LEN)

void
scan_lines_managers(const struct inventory *inventory)
{
	const struct manager *m = inventory_at_or_after(inventory, 0);
	char json[JSON_MANAGER_LEN], ifname[IF_NAMESIZE];

	for (; m != NULL; m = inventory_at_or_after(inventory, m->addr + 1))
		puts(json_manager(m, scan_interface_name(m->ifindex, ifname), json));
}

void
scan_lines_event_json(const struct inventory *inventory, const struct event *event)
{
	const struct manager *m = inventory_at_or_after(inventory, event->addr);
	char json[JSON_MANAGER_LEN], ifname[IF_NAMESIZE];

	printf("{\"event\":\"%s\",%s\n", event_type_name(event->type),
	       json_manager(m, scan_interface_name(m->ifindex, ifname), json) + 1);
}

void
scan_lines_event(const struct event *event)
{
	char time[TEXT_TIME_LEN], address[TEXT_ADDRESS_LEN];
	char version[VERSION_WORD_LEN], hostname[HOSTNAME_WORD_LEN];

	printf("%s  %-11s  %-15s %5u  %-10s  %s", text_time(event->time.wall_ms, time),
	       event_type_name(event->type), text_address(event->addr, address), event->port,
	       text_word(event->version, version, sizeof(version)),
	       text_word(event->hostname, hostname, sizeof(hostname)));
	if (event->type == EVENT_CHANGED)
		printf("  (was %u %s %s)", event->previous_port,
		       text_word(event->previous_version, version, sizeof(version)),
		       text_word(event->previous_hostname, hostname, sizeof(hostname)));
	putchar('\n');
}

void
scan_lines_conflict(const struct event *event)
{
	char addr[TEXT_ADDRESS_LEN], source[TEXT_ADDRESS_LEN], other[TEXT_ADDRESS_LEN];

	warnx("%s: %s and %s answer for it with different hostnames or ports; showing the first",
	      text_address(event->addr, addr), text_address(event->source, source),
	      text_address(event->other_source, other));
}

void
scan_lines_nobody(const struct discover *discover, int64_t window_us)
{
	char shown[IFACE_SHOWN_LEN], window[DURATION_LEN];
	unsigned int from = 0, count = 0;
	unsigned long long requests = 0;
	const struct link *link;
	uint32_t up;

	fputs("no managers answered on ", stderr);
	while ((link = discover_link_at_or_after(discover, from, &up)) != NULL) {
		from = link->ifindex + 1;
		if (link->requests == 0)
			continue;
		if (link->requests > requests)
			requests = link->requests;
		if (++count <= MAX_NAMES)
			fprintf(stderr, "%s%s", count > 1 ? ", " : "",
				iface_shown(link->name, shown));
	}
	if (count == 0)
		fputs("any interface", stderr);
	else if (count > MAX_NAMES)
		fprintf(stderr, " and %u others", count - MAX_NAMES);
	fprintf(stderr, " (%llu requests%s in %s); try --diagnose\n", requests,
		count > 1 ? " each" : "", duration_format(window_us, window));
}
