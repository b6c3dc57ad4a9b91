/* SPDX-License-Identifier: BSD-2-Clause */
/* persist.h - keeps the registry in the state file. */
#ifndef PERSIST_H
#define PERSIST_H

#include "agent/registry.h"
#include "conf/conf.h"

/* Lock the state file of the configuration.  0, or -1 after the reason was
 * logged why it must not be used: another daemon does, say. */
int persist_open(const struct conf *config);

/* Load it into the registry; a file that cannot be used is put aside.  0, or -1
 * after the reason was logged. */
int persist_load(const struct conf *config, struct registry *registry);

/* Save now, and what changes from now on in a thread of its own; on_saved is
 * called then, whenever events may go out.  Does nothing without a state file.
 * 0, or -1 after the reason was logged. */
int persist_start(struct registry *registry, void (*on_saved)(void));

/* Log it when saving hangs, and when it is over.  To be called every now and then, by one
 * thread. */
void persist_watch(void);

/* Save a last time, which may take timeout_ms at most. */
void persist_finish(int timeout_ms);

#endif /* PERSIST_H */
