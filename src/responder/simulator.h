/* SPDX-License-Identifier: BSD-2-Clause */
/* simulator.h - the managers, their answers, the network and the control socket,
 * wired together.
 */
#ifndef SIMULATOR_H
#define SIMULATOR_H

#include "responder/responder_options.h"

/* Answer as the options say, until a signal or a command ends it.  Returns the exit
 * status; the reason of a failure was logged. */
int simulator_run(const struct responder_options *options);

#endif /* SIMULATOR_H */
