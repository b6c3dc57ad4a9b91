/* SPDX-License-Identifier: BSD-2-Clause */
/* receiver.h - for life.c: the receiver of the notifications, which also
 * knows what really happened.  The properties that must hold are in life.h.
 */
#ifndef RECEIVER_H
#define RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

#define MANAGERS 6 /* and as many others that claim their addresses */
#define LINKS 2
#define FIRST_ADDR 0xc6120001 /* 198.18.0.1 */

/* An event, as it was given its id. */
struct fact {
	struct event event;
	unsigned int subject; /* a manager, or a link from MANAGERS on */
	bool notified;        /* or refused: then it is a cut */
	bool cut;
	bool traceless; /* of a life that left no trace: its id may be given again */
};

struct receiver_sums { /* over all scenarios: they are not empty */
	unsigned long events, notified, again, cuts;
};

/* Begin a scenario. */
void receiver_start(unsigned int seed);

/* Write a line of the trace; unless it holds, print the last ones and exit. */
void receiver_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void receiver_require(bool holds, const char *what);

/* This event has got its id; untaken, there is no notification. */
void receiver_note_given(const struct event *event, bool taken);

/* The event that was given that id, or NULL. */
const struct fact *receiver_find(uint32_t id);
size_t receiver_given(void);

/* The receiver is notified of it, or never is, because the master agent refused it. */
void receiver_tell(const struct event *event, bool refused);

/* The daemon is gone, and has kept no event after that one.  traceless: nor that it has
 * run at all. */
void receiver_crash(uint32_t saved_id, bool traceless);

/* Compare the notifications with the core: the first one after every change of the
 * rows, the second one when nothing is queued or owed, the third one when moreover
 * everything has worked for long. */
void receiver_note_rows(void);
void receiver_check(void);
void receiver_check_truth(void);

struct receiver_sums receiver_sums(void);

#endif /* RECEIVER_H */
