/* SPDX-License-Identifier: BSD-2-Clause */
/* persist.h - keeps the monitor in the state file.
 *
 * Opened, loaded and saved by a thread of its own, so that nothing else waits for a disk.
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

/* Restore the monitor from what was loaded, and save it from now on when asked to; events
 * wait for that.  To be called once persist_loaded_fd() is readable.  Returns 0, or -1 after
 * the reason was logged: the state file must not be used, for example because another
 * daemon uses it, or cannot be read. */
int persist_restore(const struct conf *config, struct shared *shared);

/* There is something to save.  As writer_ask(). */
void persist_ask(enum writer_urgency urgency);

/* Log that the disk hangs, or no longer does.  To be called regularly. */
void persist_watch(void);

/* Save for the last time, which may take timeout_ms at most. */
void persist_finish(int timeout_ms);

#endif /* PERSIST_H */
