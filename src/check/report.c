/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "check/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char *const state_names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

enum part { CRITICALS, WARNINGS, UNKNOWNS, SUMMARY, PERFDATA, LINES, PARTS };

struct report {
	const struct thresholds *limits;
	FILE *streams[PARTS];
	char *texts[PARTS];
	size_t sizes[PARTS];
	bool has_metric;
};

struct report *
report_new(const struct thresholds *limits)
{
	struct report *report = calloc(1, sizeof(*report));

	if (report == NULL)
		report_unknown("out of memory");
	report->limits = limits;
	for (int i = 0; i < PARTS; i++) {
		report->streams[i] = open_memstream(&report->texts[i], &report->sizes[i]);
		if (report->streams[i] == NULL)
			report_unknown("out of memory");
	}
	return report;
}

void
report_free(struct report *report)
{
	if (report == NULL)
		return;
	for (int i = 0; i < PARTS; i++) {
		fclose(report->streams[i]);
		free(report->texts[i]);
	}
	free(report);
}

void
report_check_limits(const struct report *report, const struct metric *metrics, size_t count)
{
	for (size_t i = 0; i < report->limits->count; i++) {
		const char *name = report->limits->items[i].metric;
		char shown[sizeof(report->limits->items[i].metric) * 4];
		bool found = name[0] == '\0';

		for (size_t j = 0; j < count; j++)
			found = found || strcmp(name, metrics[j].label) == 0;
		if (!found)
			report_unknown("there is no metric '%s' in this mode",
				       report_text(name, strlen(name), shown, sizeof(shown)));
	}
}

static const char *
text_of(struct report *report, enum part part)
{
	if (fflush(report->streams[part]) != 0)
		report_unknown("out of memory");
	return report->texts[part];
}

static void __attribute__((format(printf, 3, 0)))
add_reason(struct report *report, enum report_state state, const char *format, va_list values)
{
	static const enum part parts[] = {
	    [REPORT_OK] = SUMMARY,
	    [REPORT_WARNING] = WARNINGS,
	    [REPORT_CRITICAL] = CRITICALS,
	    [REPORT_UNKNOWN] = UNKNOWNS,
	};
	FILE *stream = report->streams[parts[state]];

	if (text_of(report, parts[state])[0] != '\0')
		fputs(", ", stream);
	vfprintf(stream, format, values);
}

void
report_problem(struct report *report, enum report_state state, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	add_reason(report, state, format, values);
	va_end(values);
}

void
report_summary(struct report *report, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	add_reason(report, REPORT_OK, format, values);
	va_end(values);
}

void
report_line(struct report *report, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vfprintf(report->streams[LINES], format, values);
	va_end(values);
	fputc('\n', report->streams[LINES]);
}

/* The range in force for a metric; false if there is none. */
static bool
limit_of(const struct report *report, const struct metric *metric, bool critical,
	 struct threshold *out)
{
	const struct threshold *given =
	    thresholds_find(report->limits, metric->label, !report->has_metric, critical);
	const char *usual = critical ? metric->critical : metric->warning;

	if (given != NULL) {
		*out = *given;
		return true;
	}
	if (usual == NULL || range_parse(usual, &out->range) < 0)
		return false;
	snprintf(out->text, sizeof(out->text), "%s", usual);
	return true;
}

void
report_metric(struct report *report, const struct metric *metric, uint64_t value,
	      const char *detail)
{
	FILE *perfdata = report->streams[PERFDATA];
	struct threshold warning = {0}, critical = {0};
	bool warns = limit_of(report, metric, false, &warning) &&
		     range_alerts(&warning.range, (double)value);
	bool is_critical = limit_of(report, metric, true, &critical) &&
			   range_alerts(&critical.range, (double)value);

	/* The minimum is 0, because nothing here is negative. */
	fprintf(perfdata, "%s%s=%" PRIu64 "%s;%s;%s;0", report->has_metric ? " " : "",
		metric->label, value, metric->unit, warning.text, critical.text);
	report->has_metric = true;
	if (warns || is_critical)
		report_problem(report, is_critical ? REPORT_CRITICAL : REPORT_WARNING,
			       "%s: %" PRIu64 "%s%s%s%s%s", metric->meaning, value,
			       metric->unit[0] == 'c'    ? ""
			       : metric->unit[0] != '\0' ? " "
							 : "",
			       metric->unit[0] == 'c' ? "" : metric->unit,
			       detail[0] != '\0' ? " (" : "", detail, detail[0] != '\0' ? ")" : "");
}

enum report_state
report_print(struct report *report, FILE *out)
{
	const char *criticals = text_of(report, CRITICALS), *warnings = text_of(report, WARNINGS);
	const char *unknowns = text_of(report, UNKNOWNS);
	enum report_state state = criticals[0] != '\0'  ? REPORT_CRITICAL
				  : warnings[0] != '\0' ? REPORT_WARNING
				  : unknowns[0] != '\0' ? REPORT_UNKNOWN
							: REPORT_OK;
	const char *reasons[] = {criticals, warnings, unknowns};
	const char *separator = "";

	fprintf(out, "LDM %s - ", state_names[state]);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i][0] != '\0') {
			fprintf(out, "%s%s", separator, reasons[i]);
			separator = ", ";
		}
	}
	if (state == REPORT_OK)
		fputs(text_of(report, SUMMARY), out);
	if (report->has_metric)
		fprintf(out, " | %s", text_of(report, PERFDATA));
	fprintf(out, "\n%s", text_of(report, LINES));
	return fflush(out) == 0 ? state : REPORT_UNKNOWN;
}

void
report_end(enum report_state state, const char *format, ...)
{
	va_list values;

	printf("LDM %s - ", state_names[state]);
	va_start(values, format);
	vprintf(format, values);
	va_end(values);
	fputc('\n', stdout);
	exit((int)state);
}

char *
report_text(const char *text, size_t len, char *buf, size_t size)
{
	text_printable(text, len, buf, size);
	for (char *c = buf; (c = strchr(c, '|')) != NULL;)
		*c = '!';
	return buf;
}
