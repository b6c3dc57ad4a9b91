/* SPDX-License-Identifier: BSD-2-Clause */
/* configfile.h - reads the configuration: default files, -c and options. */
#ifndef CONFIGFILE_H
#define CONFIGFILE_H

#include "agent/options.h"
#include "conf/conf.h"

/* Read ldm-agentx.conf in each directory of `path` (separated by colons; the file may
 * be missing), unless -C is given, then the file given by -c, then the options that
 * override tokens, and check the result.  Each error is logged with its file and line.
 * Returns 0, or -1 if there were errors.  In both cases conf_clear() must be called. */
int configfile_load(struct conf *config, const struct options *options, const char *path);

#endif /* CONFIGFILE_H */
