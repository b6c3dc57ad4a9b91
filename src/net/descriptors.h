/* SPDX-License-Identifier: BSD-2-Clause */
/* descriptors.h - the number of descriptors that interfaces may use.
 *
 * A host may have more interfaces than a process may have descriptors.  Some must
 * remain for the link to the master agent, the log and the state file.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>

#include "core/links.h"

/* The limit that a process should have: a listener for each link, and as many again
 * for everything else. */
#define DESCRIPTORS_WANTED (2 * LINKS_MAX)

/* The number reserved.  When the interfaces are read for the first time, the daemon
 * has not yet opened about twelve: log, locks, state, pipes, the AgentX session.
 * Later some are open for a short time: a second session, directories, the kernel's list
 * of interfaces. */
#define DESCRIPTORS_KEPT 24

/* Whether one more can be opened and DESCRIPTORS_KEPT remain. */
bool descriptors_to_spare(void);

#endif /* DESCRIPTORS_H */
