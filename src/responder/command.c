/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/command.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

struct context {
	struct fleet *fleet;
	struct answers *answers;
	FILE *out;
	bool quit;
};

struct verb {
	const char *name;
	const char *usage; /* the syntax of its arguments; NULL: it has none */
	/* args: the text after the verb and a blank, or NULL. */
	void (*run)(struct context *ctx, const char *args);
};

static void reply(struct context *ctx, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
reply(struct context *ctx, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(ctx->out, format, args);
	va_end(args);
	fputc('\n', ctx->out);
}

/* Text of the client, printable, for a reply. */
struct shown {
	char text[80];
};

static struct shown
show(const char *text)
{
	struct shown shown;

	text_printable(text, strlen(text), shown.text, sizeof(shown.text));
	return shown;
}

/* Copy the word at *text, and set *text to the position after the blank that ends it, or to
 * NULL at the end of the line.  Returns false if there is no word, or it is too long. */
static bool
next_word(const char **text, char *word, size_t size)
{
	size_t len;

	if (*text == NULL)
		return false;
	len = strcspn(*text, " ");
	if (len == 0 || len >= size)
		return false;
	memcpy(word, *text, len);
	word[len] = '\0';
	*text = (*text)[len] == ' ' ? *text + len + 1 : NULL;
	return true;
}

static bool
find_manager(struct context *ctx, const char *text, size_t *place)
{
	uint32_t addr;

	if (parse_address(text, &addr) < 0) {
		reply(ctx, "error: '%s': expected ADDRESS, ADDRESS-ADDRESS or all",
		      show(text).text);
		return false;
	}
	if (!fleet_find(ctx->fleet, addr, place)) {
		reply(ctx, "error: %s is not one of the simulated managers", show(text).text);
		return false;
	}
	return true;
}

/* Read WHO, the first word of *args, which selects managers. */
static bool
read_who(struct context *ctx, const char **args, struct fleet_range *range)
{
	char who[2 * TEXT_ADDRESS_LEN];
	char *dash;

	if (!next_word(args, who, sizeof(who))) {
		reply(ctx, "error: expected ADDRESS, ADDRESS-ADDRESS or all");
		return false;
	}
	if (strcmp(who, "all") == 0) {
		*range = (struct fleet_range){0, fleet_count(ctx->fleet) - 1};
		return true;
	}
	dash = strchr(who, '-');
	if (dash != NULL)
		*dash++ = '\0';
	if (!find_manager(ctx, who, &range->first) ||
	    !find_manager(ctx, dash != NULL ? dash : who, &range->last))
		return false;
	if (range->last < range->first) {
		reply(ctx, "error: %s-%s: the range ends before it begins", who,
		      dash != NULL ? dash : who);
		return false;
	}
	return true;
}

static void
reply_done(struct context *ctx, struct fleet_range range)
{
	reply(ctx, "ok %zu", range.last - range.first + 1);
}

static void
run_switch(struct context *ctx, const char *args, bool on)
{
	struct fleet_range range;

	if (!read_who(ctx, &args, &range))
		return;
	if (args != NULL) {
		reply(ctx, "error: unexpected '%s'", show(args).text);
	} else {
		fleet_switch(ctx->fleet, range, on);
		reply_done(ctx, range);
	}
}

static void
run_on(struct context *ctx, const char *args)
{
	run_switch(ctx, args, true);
}

static void
run_off(struct context *ctx, const char *args)
{
	run_switch(ctx, args, false);
}

/* The value is the rest of the line: it may contain blanks, or be empty if the line ends
 * with a blank. */
static void
run_set(struct context *ctx, const char *args)
{
	struct fleet_range range;
	char what[16], error[FLEET_ERROR_LEN];
	unsigned long port;

	if (!read_who(ctx, &args, &range))
		return;
	if (!next_word(&args, what, sizeof(what)) ||
	    (strcmp(what, "hostname") != 0 && strcmp(what, "version") != 0 &&
	     strcmp(what, "port") != 0)) {
		reply(ctx, "error: expected hostname, version or port after WHO");
		return;
	}
	if (args == NULL) {
		reply(ctx, "error: %s: a value is missing", what);
		return;
	}
	if (strcmp(what, "port") == 0) {
		if (parse_unsigned(args, 1, 65535, &port) < 0) {
			reply(ctx, "error: port '%s': expected 1..65535", show(args).text);
			return;
		}
		fleet_set_port(ctx->fleet, range, (uint16_t)port);
	} else if ((what[0] == 'h' ? fleet_set_hostname : fleet_set_version)(ctx->fleet, range,
									     args, error) < 0) {
		reply(ctx, "error: %s", error);
		return;
	}
	reply_done(ctx, range);
}

static void
run_loss(struct context *ctx, const char *args)
{
	unsigned long percent;

	if (parse_unsigned(args, 0, 100, &percent) < 0) {
		reply(ctx, "error: loss: expected a percentage, 0..100");
		return;
	}
	answers_set_loss(ctx->answers, (unsigned int)percent);
	reply(ctx, "ok");
}

static void
run_delay(struct context *ctx, const char *args)
{
	uint32_t min_ms, max_ms;

	if (answers_parse_delay(args, &min_ms, &max_ms) < 0) {
		reply(ctx, "error: delay: expected " ANSWERS_DELAY_SYNTAX);
		return;
	}
	answers_set_delay(ctx->answers, min_ms, max_ms);
	reply(ctx, "ok");
}

static void
run_mode(struct context *ctx, const char *args)
{
	enum answer_mode mode;

	if (answers_parse_mode(args, &mode) < 0) {
		reply(ctx, "error: mode: expected " ANSWERS_MODE_SYNTAX);
		return;
	}
	answers_set_mode(ctx->answers, mode);
	reply(ctx, "ok");
}

static void
run_stats(struct context *ctx, const char *args)
{
	struct answers_stats stats = answers_stats(ctx->answers);

	(void)args;
	reply(ctx,
	      "ok managers=%zu on=%zu requests=%" PRIu64 " refused=%" PRIu64 " limited=%" PRIu64
	      " sent=%" PRIu64 " pending=%zu lost=%" PRIu64 " dropped=%" PRIu64
	      " cancelled=%" PRIu64 " failed=%" PRIu64,
	      fleet_count(ctx->fleet), fleet_count_on(ctx->fleet), stats.requests, stats.refused,
	      stats.limited, stats.sent, stats.pending, stats.lost, stats.dropped, stats.cancelled,
	      stats.failed);
}

/* Tabs separate the fields; hostname and version cannot contain any. */
static void
run_list(struct context *ctx, const char *args)
{
	char addr[TEXT_ADDRESS_LEN];

	(void)args;
	for (size_t i = 0; i < fleet_count(ctx->fleet); i++) {
		const struct fleet_manager *m = fleet_get(ctx->fleet, i);

		reply(ctx, "%s\t%s\t%u\t%s\t%s", text_address(m->response.addr, addr),
		      m->on ? "on" : "off", m->response.port, m->response.version,
		      m->response.hostname);
	}
	reply(ctx, "ok %zu", fleet_count(ctx->fleet));
}

static void
run_quit(struct context *ctx, const char *args)
{
	(void)args;
	reply(ctx, "ok");
	ctx->quit = true;
}

static const struct verb verbs[] = {
    {"off", " WHO", run_off},
    {"on", " WHO", run_on},
    {"set", " WHO hostname|version|port VALUE", run_set},
    {"loss", " PERCENT", run_loss},
    {"delay", " [MIN:]MAX", run_delay},
    {"mode", " MODE", run_mode},
    {"stats", NULL, run_stats},
    {"list", NULL, run_list},
    {"quit", NULL, run_quit},
};

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
	return NULL;
}

bool
command_run(const char *line, struct fleet *fleet, struct answers *answers, FILE *out)
{
	struct context ctx = {.fleet = fleet, .answers = answers, .out = out};
	const char *args = line;
	char name[16];
	const struct verb *verb = next_word(&args, name, sizeof(name)) ? find_verb(name) : NULL;

	if (verb == NULL)
		reply(&ctx,
		      "error: '%s': expected off, on, set, loss, delay, mode, stats, list or quit",
		      show(line).text);
	else if ((args != NULL) != (verb->usage != NULL))
		reply(&ctx, "error: usage: %s%s", name,
		      verb->usage != NULL ? verb->usage : " (without arguments)");
	else
		verb->run(&ctx, args);
	return !ctx.quit;
}
