/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/configfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define FILE_NAME "ldm-agentx.conf"
#define MAX_FILE_LEN ((size_t)1024 * 1024)

static void
report(void *ctx, const struct conf_error *error)
{
	(void)ctx;
	log_error("%s", error->text);
}

/* Read the whole file into *text, which the caller frees.  Returns 0, or -1 with errno. */
static int
read_file(const char *name, char **text, size_t *len)
{
	FILE *f = fopen(name, "re");
	char *buf;
	size_t got;

	if (f == NULL)
		return -1;
	buf = malloc(MAX_FILE_LEN + 1);
	if (buf == NULL) {
		fclose(f);
		return -1;
	}
	errno = 0;
	got = fread(buf, 1, MAX_FILE_LEN + 1, f);
	if (ferror(f) || got > MAX_FILE_LEN) {
		const int error = ferror(f) && errno != 0 ? errno : EFBIG;

		free(buf);
		fclose(f);
		errno = error;
		return -1;
	}
	fclose(f);
	*text = buf;
	*len = got;
	return 0;
}

static int
load_file(struct conf *config, const char *name, bool required)
{
	unsigned int errors;
	char *text;
	size_t len;

	if (read_file(name, &text, &len) < 0) {
		if (!required && (errno == ENOENT || errno == ENOTDIR))
			return 0;
		log_error("%s: cannot read the configuration: %s", name, strerror(errno));
		return -1;
	}
	log_debug("%s: reading", name);
	errors = conf_read(config, name, text, len, report, NULL);
	free(text);
	return errors == 0 ? 0 : -1;
}

static int
load_defaults(struct conf *config, const char *path)
{
	char *dirs = strdup(path), *rest = dirs, *dir, *name;
	int status = 0;

	if (dirs == NULL) {
		log_error("%s", strerror(errno));
		return -1;
	}
	while ((dir = strsep(&rest, ":")) != NULL) {
		if (*dir == '\0')
			continue;
		if (asprintf(&name, "%s/" FILE_NAME, dir) < 0) {
			log_error("%s", strerror(errno));
			status = -1;
			break;
		}
		if (load_file(config, name, false) < 0)
			status = -1;
		free(name);
	}
	free(dirs);
	return status;
}

static int
apply_interfaces(struct conf *config, const struct options *options)
{
	struct conf_error error;

	if (options->interface_count > 0)
		conf_clear_list(&config->interfaces);
	for (size_t i = 0; i < options->interface_count; i++) {
		if (conf_set(config, "option -i", "interface", options->interfaces[i], &error) <
		    0) {
			log_error("%s", error.text);
			return -1;
		}
	}
	return 0;
}

int
configfile_load(struct conf *config, const struct options *options, const char *path)
{
	const char *last = options->config_file != NULL ? options->config_file : FILE_NAME;
	struct conf_error error;
	int status = 0;

	conf_init(config);
	if (!options->no_default_config && load_defaults(config, path) < 0)
		status = -1;
	if (options->config_file != NULL && load_file(config, options->config_file, true) < 0)
		status = -1;
	if (apply_interfaces(config, options) < 0)
		status = -1;
	if (status == 0 && conf_check(config, last, &error) < 0) {
		log_error("%s", error.text);
		status = -1;
	}
	return status;
}
