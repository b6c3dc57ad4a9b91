/* SPDX-License-Identifier: BSD-2-Clause */
/* simulator.h - runs a responder: managers, answers, network and control socket. */
#ifndef SIMULATOR_H
#define SIMULATOR_H

#include "responder/responder_options.h"

/* Answer requests as the options specify, until a signal or a command ends it.  Returns the
 * exit status; errors are logged. */
int simulator_run(const struct responder_options *options);

#endif /* SIMULATOR_H */
