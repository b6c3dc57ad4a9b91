/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/notified.h"

#define UP(port_, conflict_) \
	.announced = ANNOUNCED_UP, .description.port = (port_), .conflict = (conflict_)
#define DOWN(port_) .announced = ANNOUNCED_DOWN, .description.port = (port_)

/* The parts of which the receiver is notified, one after the other. */
static const struct {
	const char *name;
	struct notified notified, is;
	enum notified_part lack[4];
} cases[] = {
    {"nothing happened", {0}, {0}, {0}},
    {"it came", {0}, {UP(1, false)}, {NOTIFIED_STATE}},
    {"it came and contradicts", {0}, {UP(1, true)}, {NOTIFIED_STATE, NOTIFIED_CONFLICT}},
    {"it went, unheard", {UP(1, true)}, {DOWN(2)}, {NOTIFIED_STATE}},
    {"it went", {UP(1, false)}, {DOWN(1)}, {NOTIFIED_STATE}},
    {"it is down, whatever it says", {DOWN(1)}, {DOWN(2)}, {0}},
    {"it changed", {UP(1, false)}, {UP(2, false)}, {NOTIFIED_DESCRIPTION}},
    {"it changed and contradicts", {UP(1, false)}, {UP(2, true)}, {NOTIFIED_CONFLICT}},
    {"the conflict ended", {UP(1, true)}, {UP(1, false)}, {NOTIFIED_CONFLICT}},
    {"it went with its conflict", {UP(1, true)}, {DOWN(1)}, {NOTIFIED_STATE}},
    {"the conflict goes on", {UP(1, true)}, {UP(2, true)}, {NOTIFIED_DESCRIPTION}},
};

static void
test_lack(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct notified notified = cases[i].notified;

		for (int n = 0; n < 4; n++) {
			const enum notified_part part = notified_lack(&notified, &cases[i].is);

			if (part != cases[i].lack[n])
				fail_msg("%s: %d is lacking after %d, expected %d", cases[i].name,
					 (int)part, n, (int)cases[i].lack[n]);
			if (part != NOTIFIED_NOTHING)
				notified_note(&notified, &cases[i].is, part);
		}
	}
}

/* What returns does not contradict: nobody is to be told that. */
static void
test_conflict_goes_with_it(void **state)
{
	const struct notified gone = {DOWN(1)}, back = {UP(1, false)};
	struct notified notified = {UP(1, true)};

	(void)state;
	notified_note(&notified, &gone, NOTIFIED_STATE);
	notified_note(&notified, &back, NOTIFIED_STATE);
	assert_int_equal(notified_lack(&notified, &back), NOTIFIED_NOTHING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lack),
	    cmocka_unit_test(test_conflict_goes_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
