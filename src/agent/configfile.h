/* SPDX-License-Identifier: BSD-2-Clause */
/* configfile.h - the configuration in force: default files, -c and options. */
#ifndef CONFIGFILE_H
#define CONFIGFILE_H

#include "agent/options.h"
#include "conf/conf.h"

/* Read ldm-agentx.conf from each directory of `path` (separated by colons; a
 * missing file is none) unless -C, then the file of -c, then the options that
 * override tokens, and check the whole.  Each mistake is logged with its place.
 * 0, or -1 if there was any.  In both cases conf_clear() is due. */
int configfile_load(struct conf *config, const struct options *options, const char *path);

#endif /* CONFIGFILE_H */
