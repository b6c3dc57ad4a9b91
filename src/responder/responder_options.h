/* SPDX-License-Identifier: BSD-2-Clause */
/* responder_options.h - the command line of ldm-responder. */
#ifndef RESPONDER_OPTIONS_H
#define RESPONDER_OPTIONS_H

#include <stdint.h>

#include "responder/answers.h"
#include "responder/fleet.h"
#include "responder/responder.h"

enum { EXIT_WRONG = 1 }; /* 2 is CLIENT_UNREACHABLE */

struct responder_options {
	struct fleet_settings fleet;
	struct responder_settings responder;
	char **ifnames; /* those of responder; owned */
	enum answer_mode mode;
	uint32_t delay_min_ms, delay_max_ms;
	unsigned int loss_percent;
	uint64_t seed;
	const char *control;
	char **command;  /* words of a command for the responder at control */
	int command_len; /* their number; 0: none, be a responder */
};

/* Parse the command line.  Strings are valid as long as argv.  --help and --version print
 * and exit; an error is logged, and the exit status is EXIT_WRONG. */
void responder_options_parse(struct responder_options *options, int argc, char **argv);
void responder_options_clear(struct responder_options *options);

#endif /* RESPONDER_OPTIONS_H */
