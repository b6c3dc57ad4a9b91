/* SPDX-License-Identifier: BSD-2-Clause */
/* ldm-scan - runs the discovery of ldm-agentx from a terminal or a script. */
#include "base/inherited.h"
#include "base/log.h"
#include "base/output.h"
#include "conf/conf.h"
#include "net/descriptors.h"
#include "scan/diagnose.h"
#include "scan/scan.h"
#include "scan/scan_options.h"

/* The findings of a diagnosis include what would be a warning. */
static enum log_level
level_of(const struct scan_options *options)
{
	if (options->verbose)
		return LOG_LEVEL_INFO;
	return options->diagnose ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING;
}

int
main(int argc, char **argv)
{
	struct scan_options options;
	int status;

	inherited_reset(EXIT_TROUBLE, DESCRIPTORS_WANTED);
	log_init("ldm-scan");
	output_check_at_exit(EXIT_TROUBLE);
	scan_options_parse(&options, argc, argv);
	log_set_level(level_of(&options));
	status = options.diagnose ? diagnose_run(&options) : scan_run(&options);
	conf_clear(&options.config);
	return status;
}
