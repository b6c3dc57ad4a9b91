/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/fleet.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct fleet {
	size_t count;
	size_t on;
	uint32_t first_address;
	struct fleet_manager managers[];
};

/* Check that text fits into a field of size octets, including its NUL, and is printable.
 * Returns 0, or -1 with *error. */
static int
check_text(const char *what, const char *text, size_t size, char error[FLEET_ERROR_LEN])
{
	size_t len = strlen(text);
	char shown[64];

	text_printable(text, len, shown, sizeof(shown));
	if (len >= size) {
		snprintf(error, FLEET_ERROR_LEN, "%s '%s' is longer than %zu octets", what, shown,
			 size - 1);
		return -1;
	}
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7e) {
			snprintf(error, FLEET_ERROR_LEN,
				 "%s '%s' contains an octet that is not printable ASCII", what,
				 shown);
			return -1;
		}
	}
	return 0;
}

/* Read the conversion that starts with the '%' at p.  Returns the text after it, or NULL if
 * it is invalid.  *width is 0 for "%%". */
static const char *
read_conversion(const char *p, int *width)
{
	p++;
	if (*p == '%') {
		*width = 0;
		return p + 1;
	}
	*width = 1;
	if (*p == '0') {
		char *end;
		unsigned long n = p[1] >= '1' && p[1] <= '9' ? strtoul(p + 1, &end, 10) : 0;

		if (n == 0 || n > WIRE_HOSTNAME_LEN)
			return NULL;
		*width = (int)n;
		p = end;
	}
	return *p == 'u' ? p + 1 : NULL;
}

/* The template is not passed to printf(3), because it is from the command line.  Returns 0,
 * or -1 with *error if it is invalid or the result is too long. */
static int
expand(const char *template, size_t number, char *buf, size_t size, char error[FLEET_ERROR_LEN])
{
	char shown[64];
	size_t used = 0;

	for (const char *p = template; *p != '\0' && used < size;) {
		int width;

		if (*p != '%') {
			buf[used++] = *p++;
			continue;
		}
		p = read_conversion(p, &width);
		if (p == NULL) {
			text_printable(template, strlen(template), shown, sizeof(shown));
			snprintf(error, FLEET_ERROR_LEN,
				 "hostname template '%s': only %%u, %%0Nu (N 1..%d) and %%%% are "
				 "accepted after a %%",
				 shown, WIRE_HOSTNAME_LEN);
			return -1;
		}
		if (width == 0)
			buf[used++] = '%';
		else
			used += (size_t)snprintf(buf + used, size - used, "%0*zu", width, number);
	}
	if (used >= size) {
		text_printable(template, strlen(template), shown, sizeof(shown));
		snprintf(error, FLEET_ERROR_LEN,
			 "hostname template '%s': the hostname of manager %zu is longer than %zu "
			 "octets",
			 shown, number, size - 1);
		return -1;
	}
	buf[used] = '\0';
	return 0;
}

/* No range can wrap around, because 240.0.0.0 is already refused. */
static int
check_addresses(const struct fleet_settings *settings, char error[FLEET_ERROR_LEN])
{
	char bad[TEXT_ADDRESS_LEN];

	for (size_t i = 0; i < settings->count; i++) {
		uint32_t addr = settings->first_address + (uint32_t)i;

		if (wire_valid_address(addr, settings->on_loopback))
			continue;
		snprintf(error, FLEET_ERROR_LEN,
			 "%s, the address of manager %zu, is not possible for a manager%s",
			 text_address(addr, bad), i + 1,
			 wire_valid_address(addr, true)
			     ? " unless only loopback interfaces are used"
			     : "");
		return -1;
	}
	return 0;
}

static int
check_settings(const struct fleet_settings *settings, char error[FLEET_ERROR_LEN])
{
	if (settings->count < 1 || settings->count > FLEET_MAX) {
		snprintf(error, FLEET_ERROR_LEN, "%zu managers: expected 1..%d", settings->count,
			 FLEET_MAX);
		return -1;
	}
	if (settings->port == 0) {
		snprintf(error, FLEET_ERROR_LEN, "port 0: expected 1..65535");
		return -1;
	}
	if (check_addresses(settings, error) < 0)
		return -1;
	return check_text("version", settings->version, WIRE_VERSION_LEN, error);
}

struct fleet *
fleet_new(const struct fleet_settings *settings, char error[FLEET_ERROR_LEN])
{
	struct fleet *fleet;

	if (check_settings(settings, error) < 0)
		return NULL;
	fleet = calloc(1, sizeof(*fleet) + settings->count * sizeof(fleet->managers[0]));
	if (fleet == NULL) {
		snprintf(error, FLEET_ERROR_LEN, "no memory for %zu managers", settings->count);
		return NULL;
	}
	fleet->count = fleet->on = settings->count;
	fleet->first_address = settings->first_address;
	for (size_t i = 0; i < settings->count; i++) {
		struct wire_response *response = &fleet->managers[i].response;

		if (expand(settings->hostname, i + 1, response->hostname, WIRE_HOSTNAME_LEN,
			   error) < 0 ||
		    check_text("hostname", response->hostname, WIRE_HOSTNAME_LEN, error) < 0) {
			fleet_free(fleet);
			return NULL;
		}
		strlcpy(response->version, settings->version, sizeof(response->version));
		response->addr = settings->first_address + (uint32_t)i;
		response->port = settings->port;
		fleet->managers[i].on = true;
	}
	return fleet;
}

void
fleet_free(struct fleet *fleet)
{
	free(fleet);
}

size_t
fleet_count(const struct fleet *fleet)
{
	return fleet->count;
}

size_t
fleet_count_on(const struct fleet *fleet)
{
	return fleet->on;
}

const struct fleet_manager *
fleet_get(const struct fleet *fleet, size_t place)
{
	assert(place < fleet->count);
	return &fleet->managers[place];
}

bool
fleet_find(const struct fleet *fleet, uint32_t addr, size_t *place)
{
	if (addr < fleet->first_address || addr - fleet->first_address >= fleet->count)
		return false;
	*place = addr - fleet->first_address;
	return true;
}

void
fleet_switch(struct fleet *fleet, struct fleet_range range, bool on)
{
	assert(range.first <= range.last && range.last < fleet->count);
	for (size_t i = range.first; i <= range.last; i++) {
		fleet->on -= fleet->managers[i].on;
		fleet->managers[i].on = on;
		fleet->on += on;
	}
}

int
fleet_set_hostname(struct fleet *fleet, struct fleet_range range, const char *hostname,
		   char error[FLEET_ERROR_LEN])
{
	assert(range.first <= range.last && range.last < fleet->count);
	if (check_text("hostname", hostname, WIRE_HOSTNAME_LEN, error) < 0)
		return -1;
	for (size_t i = range.first; i <= range.last; i++)
		strlcpy(fleet->managers[i].response.hostname, hostname, WIRE_HOSTNAME_LEN);
	return 0;
}

int
fleet_set_version(struct fleet *fleet, struct fleet_range range, const char *version,
		  char error[FLEET_ERROR_LEN])
{
	assert(range.first <= range.last && range.last < fleet->count);
	if (check_text("version", version, WIRE_VERSION_LEN, error) < 0)
		return -1;
	for (size_t i = range.first; i <= range.last; i++)
		strlcpy(fleet->managers[i].response.version, version, WIRE_VERSION_LEN);
	return 0;
}

void
fleet_set_port(struct fleet *fleet, struct fleet_range range, uint16_t port)
{
	assert(range.first <= range.last && range.last < fleet->count && port != 0);
	for (size_t i = range.first; i <= range.last; i++)
		fleet->managers[i].response.port = port;
}
