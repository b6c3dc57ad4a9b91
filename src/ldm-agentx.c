/* SPDX-License-Identifier: BSD-2-Clause */
/* ldm-agentx - publishes Logical Domains Managers under an SNMP master agent. */
#include <stdlib.h>

#include "agent/daemon.h"
#include "agent/heap.h"
#include "agent/options.h"
#include "base/inherited.h"
#include "base/log.h"
#include "base/output.h"
#include "net/descriptors.h"

int
main(int argc, char **argv)
{
	static struct options options; /* used by the daemon until the process ends */
	static struct daemon *daemon;  /* never freed; see daemon.h */

	inherited_reset(EXIT_FAILURE, DESCRIPTORS_WANTED);
	heap_init();
	log_init("ldm-agentx");
	output_check_at_exit(EXIT_FAILURE);
	options_parse(&options, argc, argv);
	if (options.debug)
		log_set_level(LOG_LEVEL_DEBUG);
	daemon = daemon_new(&options);
	if (daemon == NULL)
		return EXIT_FAILURE;
	if (options.test)
		return daemon_check(daemon) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	if (daemon_start(daemon) < 0)
		return EXIT_FAILURE;
	daemon_run(daemon);
}
