/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/progress.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define STEP_US (200 * US_PER_MS)

/* Replace the text on the screen.  The cursor stays at its beginning, so that a message is
 * printed over it. */
static void
show(struct progress *progress, const char *text)
{
	const int blanks = (int)strlen(progress->shown) - (int)strlen(text);

	if (strcmp(text, progress->shown) == 0)
		return;
	fprintf(stderr, "%s%*s\r", text, blanks > 0 ? blanks : 0, "");
	snprintf(progress->shown, sizeof(progress->shown), "%s", text);
}

static void
update(void *ctx)
{
	struct progress *progress = ctx;
	const int64_t now_us = clock_now().mono_us;
	const int64_t left_us = progress->end_us > now_us ? progress->end_us - now_us : 0;
	const unsigned long found = inventory_summary(progress->inventory).up;
	char text[PROGRESS_LEN];

	snprintf(text, sizeof(text), "%lu manager%s found, %ld s left", found,
		 found == 1 ? "" : "s", (long)((left_us + US_PER_S - 1) / US_PER_S));
	show(progress, text);
	loop_set_timer(progress->timer, now_us + STEP_US);
}

void
progress_begin(struct progress *progress, struct loop *loop, const struct inventory *inventory,
	       int64_t duration_us)
{
	*progress = (struct progress){
	    .inventory = inventory,
	    .timer = loop_add_timer(loop, update, progress),
	    .end_us = clock_now().mono_us + duration_us,
	};
	if (progress->timer != NULL)
		update(progress);
}

void
progress_end(struct progress *progress)
{
	if (progress->timer == NULL)
		return;
	loop_set_timer(progress->timer, LOOP_NEVER);
	show(progress, "");
}
