/* SPDX-License-Identifier: BSD-2-Clause */
/* persist.h - keeps the monitor in the state file. */
#ifndef PERSIST_H
#define PERSIST_H

#include "base/shared.h"
#include "conf/conf.h"
#include "store/writer.h"

/* Lock the state file of the configuration.  Returns 0, or -1 after logging why it must
 * not be used, for example because another daemon uses it. */
int persist_open(const struct conf *config);

/* Load it into the monitor, which shared guards; a file that cannot be used is put aside.  0, or -1
 * after the reason was logged. */
int persist_load(const struct conf *config, struct shared *shared);

/* Save now, and from now on when asked to, in a thread of its own; events wait for
 * that.  Does nothing without a state file.  0, or -1 after the reason was logged. */
int persist_start(struct shared *shared);

/* There is something to save, or nothing without a state file.  As writer_ask(). */
void persist_ask(enum writer_urgency urgency);

/* Log it when saving hangs, and when it is over.  To be called every now and then, by one
 * thread. */
void persist_watch(void);

/* Save a last time, which may take timeout_ms at most. */
void persist_finish(int timeout_ms);

#endif /* PERSIST_H */
