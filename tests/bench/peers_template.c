/* SPDX-License-Identifier: BSD-2-Clause */
#include "peers_template.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE (2 * PEERS_VALUE_MAX + 32)

/* Two digits each. */
static void
read_octets(struct peers_value *value, const char *text)
{
	for (value->len = 0; text[0] != '\0' && text[1] != '\0'; text += 2) {
		const char digits[] = {text[0], text[1], '\0'};

		if (value->len == PEERS_VALUE_MAX)
			errx(1, "too long a value in the template");
		value->octets[value->len++] = (uint8_t)strtoul(digits, NULL, 16);
	}
}

static void
read_line(struct peers_value *value, char *line)
{
	const char *kind = strtok(line, " \n"), *type = strtok(NULL, " \n");
	const char *text = strtok(NULL, " \n");

	if (kind == NULL || type == NULL)
		errx(1, "not a value in the template: %s", line);
	value->type = (uint8_t)strtoul(type, NULL, 10);
	value->is_number = strcmp(kind, "i") == 0;
	if (text == NULL)
		return; /* an empty string */
	if (value->is_number)
		value->number = strtol(text, NULL, 10);
	else
		read_octets(value, text);
}

unsigned int
peers_template_read(struct peers_value columns[PEERS_COLUMNS_MAX])
{
	char line[LINE_SIZE];
	unsigned int count = 0;

	memset(columns, 0, PEERS_COLUMNS_MAX * sizeof(*columns));
	while (count < PEERS_COLUMNS_MAX && fgets(line, sizeof(line), stdin) != NULL)
		read_line(&columns[count++], line);
	return count;
}
