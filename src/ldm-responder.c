/* SPDX-License-Identifier: BSD-2-Clause */
/* ldm-responder - simulates any number of Logical Domains Managers. */
#include "base/inherited.h"
#include "base/log.h"
#include "base/output.h"
#include "net/descriptors.h"
#include "responder/client.h"
#include "responder/responder_options.h"
#include "responder/simulator.h"

int
main(int argc, char **argv)
{
	struct responder_options options;
	int status;

	inherited_reset(EXIT_WRONG, DESCRIPTORS_WANTED);
	log_init("ldm-responder");
	output_check_at_exit(EXIT_WRONG);
	responder_options_parse(&options, argc, argv);
	log_set_level(options.responder.show_requests ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING);
	if (options.command_len > 0)
		status = (int)client_run(options.control, options.command, options.command_len);
	else
		status = simulator_run(&options);
	responder_options_clear(&options);
	return status;
}
