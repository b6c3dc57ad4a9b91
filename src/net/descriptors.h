/* SPDX-License-Identifier: BSD-2-Clause */
/* descriptors.h - how many descriptors interfaces may need, and must leave to the rest.
 *
 * A host may have more interfaces than a process may have descriptors.  The link
 * to the master agent, the log and the state file need some at any time.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>

#include "core/links.h"

/* What a process should be allowed: a listener for each link, and as many again for
 * all the rest. */
#define DESCRIPTORS_WANTED (2 * LINKS_MAX)

/* How many are kept.  At the start, when the interfaces are looked at first, the
 * daemon has yet to open some twelve: log, locks, state, pipes, the AgentX session;
 * later on some are open for a moment: a second session, the next state file, the
 * kernel's list of interfaces. */
#define DESCRIPTORS_KEPT 24

/* Whether one more can be opened so that DESCRIPTORS_KEPT remain. */
bool descriptors_to_spare(void);

#endif /* DESCRIPTORS_H */
