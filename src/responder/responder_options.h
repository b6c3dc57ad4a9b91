/* SPDX-License-Identifier: BSD-2-Clause */
/* responder_options.h - the command line of ldm-responder. */
#ifndef RESPONDER_OPTIONS_H
#define RESPONDER_OPTIONS_H

#include <stdint.h>

#include "responder/answers.h"
#include "responder/fleet.h"
#include "responder/responder.h"

enum { EXIT_WRONG = 1 }; /* 2 is the client's "unreachable" */

struct responder_options {
	struct fleet_settings fleet;
	struct responder_settings responder;
	char **ifnames; /* those of responder; owned, room for all of argv */
	enum answer_mode mode;
	uint32_t delay_min_ms, delay_max_ms;
	unsigned int loss_percent;
	uint64_t seed;
	const char *control;
	char **command;  /* for the responder at control */
	int command_len; /* words; 0: this is to be a responder itself */
};

/* Fill in *options, whose strings are those of argv.  --help and --version print and
 * exit; a mistake is logged and exits with EXIT_WRONG. */
void responder_options_parse(struct responder_options *options, int argc, char **argv);
void responder_options_clear(struct responder_options *options);

#endif /* RESPONDER_OPTIONS_H */
