/* SPDX-License-Identifier: BSD-2-Clause */
/* facts.h - what the checks of --diagnose judge, once the search is over. */
#ifndef FACTS_H
#define FACTS_H

#include "core/discover.h"
#include "core/inventory.h"
#include "net/ifaces.h"
#include "net/portuse.h"
#include "scan/evidence.h"
#include "scan/scan_options.h"

struct facts {
	const struct scan_options *options;
	const struct ifaces *ifaces;
	const struct discover *discover;
	const struct inventory *inventory;
	struct evidence evidence;
	bool port_used;      /* by another program, when the search began */
	struct portuse port; /* a socket of it */
};

/* The next interface that is used, after *from, which is 0 at first; NULL: there is none. */
const struct link *facts_next_used(const struct facts *facts, unsigned int *from);

/* Whether any interface is used. */
bool facts_any_used(const struct facts *facts);

#endif /* FACTS_H */
