/* SPDX-License-Identifier: BSD-2-Clause */
/* check_ldm - a plugin for Nagios, Icinga and others that checks what ldm-agentx publishes. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "check/check_discovery.h"
#include "check/check_manager.h"
#include "check/check_managers.h"
#include "check/check_options.h"

static void
end_by_timeout(int signo)
{
	static const char text[] = "LDM UNKNOWN - no result within the time of option -t\n";

	(void)signo;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(REPORT_UNKNOWN);
	_exit(REPORT_UNKNOWN);
}

int
main(int argc, char **argv)
{
	struct check_options options;
	struct query *query;
	struct report *report;
	enum report_state state;

	check_options_parse(&options, argc, argv);
	/* The library gives up at the same time; one second more for its better message. */
	signal(SIGALRM, end_by_timeout);
	alarm(options.timeout_s + 1);
	query = query_new(&options.query);
	report = report_new(&options.limits);
	if (options.discovery)
		check_discovery(report, query);
	else if (options.manager != NULL)
		check_manager(report, query, options.manager);
	else
		check_managers(report, query, options.verbose);
	state = report_print(report, stdout);
	report_free(report);
	query_free(query);
	return (int)state;
}
