/* SPDX-License-Identifier: BSD-2-Clause */
#include "responder/simulator.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/inherited.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/text.h"
#include "responder/answers.h"
#include "responder/control.h"
#include "responder/fleet.h"
#include "responder/responder.h"

static void
stop(void *ctx, int signo)
{
	(void)signo;
	loop_stop(ctx);
}

static int
catch_signals(struct loop *loop)
{
	static const int signals[] = {SIGINT, SIGHUP};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (!inherited_ignores(signals[i]) &&
		    loop_add_signal(loop, signals[i], stop, loop) < 0)
			return -1;
	}
	return loop_add_signal(loop, SIGTERM, stop, loop);
}

static void
print_ready(const struct fleet *fleet, const struct responder *responder)
{
	char first[TEXT_ADDRESS_LEN], last[TEXT_ADDRESS_LEN];

	printf("ready: %zu managers, %s-%s, on ", fleet_count(fleet),
	       text_address(fleet_get(fleet, 0)->response.addr, first),
	       text_address(fleet_get(fleet, fleet_count(fleet) - 1)->response.addr, last));
	responder_print_interfaces(responder, stdout);
	putchar('\n');
}

int
simulator_run(const struct responder_options *options)
{
	char error[FLEET_ERROR_LEN];
	struct control *control = NULL;
	struct answers *answers = NULL;
	struct responder *responder = NULL;
	struct loop *loop = NULL;
	struct fleet *fleet;
	int rc = EXIT_WRONG;

	fleet = fleet_new(&options->fleet, error);
	if (fleet == NULL) {
		log_error("%s (-h for help)", error);
		return EXIT_WRONG;
	}
	answers =
	    answers_new(fleet, options->responder.group, options->responder.port, options->seed);
	loop = loop_new();
	if (answers == NULL || loop == NULL || catch_signals(loop) < 0) {
		log_error("cannot start: %s", strerror(errno));
		goto done;
	}
	answers_set_mode(answers, options->mode);
	answers_set_delay(answers, options->delay_min_ms, options->delay_max_ms);
	answers_set_loss(answers, options->loss_percent);
	responder = responder_new(loop, fleet, answers, &options->responder);
	if (responder == NULL)
		goto done;
	if (options->control != NULL) {
		control = control_open(options->control, loop, fleet, answers);
		if (control == NULL)
			goto done;
	}
	/* Write each line at once, even to a pipe. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	print_ready(fleet, responder);
	if (loop_run(loop) == 0)
		rc = EXIT_SUCCESS;
	else
		log_error("cannot wait for requests: %s", strerror(errno));
done:
	control_close(control);
	responder_free(responder);
	loop_free(loop);
	answers_free(answers);
	fleet_free(fleet);
	return rc;
}
