/* SPDX-License-Identifier: BSD-2-Clause */
/* persist.h - saves the monitor in the state file, and restores it.
 *
 * The file is used by a separate thread only, so that nothing else waits for a disk.
 * Without a state file these functions do nothing.  Called by the daemon's first thread,
 * except for persist_ask().
 */
#ifndef PERSIST_H
#define PERSIST_H

#include "base/shared.h"
#include "conf/conf.h"
#include "store/writer.h"

/* Start the thread, which locks the state file of the configuration and loads it; one that
 * is damaged is renamed.  To be called after privileges are dropped.  shared guards the
 * monitor, which is not used before persist_restore().  Returns 0, or -1 after the reason
 * was logged. */
int persist_start(const struct conf *config, struct shared *shared);

/* A descriptor that is readable once the state file is loaded, or -1 if there is none. */
int persist_loaded_fd(void);

/* Restore the monitor from what was loaded, and save its changes from now on; events are held
 * until they are saved.  To be called once persist_loaded_fd() is readable.  Returns 0, or -1 after
 * the reason was logged: the state file must not be used, for example because another
 * daemon uses it, or cannot be read. */
int persist_restore(const struct conf *config, struct shared *shared);

/* Request a save, as writer_ask() does. */
void persist_ask(enum writer_urgency urgency);

/* Log that the disk hangs, or no longer does.  To be called regularly. */
void persist_watch(void);

/* Save for the last time; waits at most timeout_ms. */
void persist_finish(int timeout_ms);

#endif /* PERSIST_H */
