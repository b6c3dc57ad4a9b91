/* SPDX-License-Identifier: BSD-2-Clause */
/* scan/diagnose_interfaces.c with states that cannot be provoked on every kernel. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "net/igmp.h"
#include "scan/diagnose_interfaces.h"

#define IFINDEX 7

static const struct discover_settings settings = {
    .interval_us = 10 * US_PER_S,
    .window_us = US_PER_S,
    .probes = 3,
    .misses = 3,
};

static bool listed;     /* the kernel lists the membership */
static bool unreadable; /* its list cannot be read */

/* The findings so far, except for those that are ok. */
static struct {
	enum finding finding;
	enum result result;
	char ifname[IF_NAMESIZE];
} found[8];
static unsigned int found_count;

/* In place of that of the library. */
void
finding_add(struct findings *findings, enum finding finding, enum result result, const char *ifname,
	    const char *format, ...)
{
	(void)findings;
	assert_non_null(format);
	if (result == RESULT_OK)
		return;
	assert_true(found_count < sizeof(found) / sizeof(found[0]));
	found[found_count].finding = finding;
	found[found_count].result = result;
	snprintf(found[found_count].ifname, IF_NAMESIZE, "%s", ifname != NULL ? ifname : "");
	found_count++;
}

/* Likewise. */
bool
igmp_is_member(unsigned int ifindex, uint32_t group, bool *known)
{
	(void)group;
	assert_int_equal(ifindex, IFINDEX);
	*known = !unreadable;
	return listed;
}

/* Check the interface eth0, with this state and detail. */
static void
check(struct iface iface, enum link_state state, const char *detail)
{
	struct inventory_settings inventory = {.max_managers = 10, .misses = 3, .confirmations = 1};
	struct link_report report = {.name = "eth0", .ifindex = IFINDEX, .addr = 0xc6120001};
	struct scan_options options = {0};
	struct ifaces ifaces = {.list = &iface, .count = 1};
	struct inventory *inv = inventory_new(&inventory, 1, NULL, NULL);
	struct moment now = {.mono_us = US_PER_S, .wall_ms = 1};
	struct discover *discover = discover_new(&settings, inv, now, NULL, NULL);
	struct facts facts = {.options = &options, .ifaces = &ifaces, .discover = discover};
	struct findings findings = {0};

	strcpy(iface.name, "eth0");
	iface.index = IFINDEX;
	report.state = state;
	report.detail = detail;
	discover_set_links(discover, &report, 1);
	found_count = 0;
	diagnose_interfaces(&facts, &findings);
	discover_free(discover);
	inventory_free(inv);
}

static void
vrf_is_a_problem(void **unused)
{
	const struct iface iface = {.up = true, .running = true, .multicast = true, .deaf = true};

	(void)unused;
	check(iface, LINK_UNSUITABLE, iface_unsuitable(&iface, false));
	assert_int_equal(found_count, 2);
	assert_int_equal(found[0].finding, FINDING_VRF);
	assert_int_equal(found[0].result, RESULT_PROBLEM);
	assert_string_equal(found[0].ifname, "eth0");
	assert_int_equal(found[1].finding, FINDING_NO_INTERFACE);
}

static void
membership_that_the_kernel_does_not_list_is_a_problem(void **unused)
{
	const struct iface iface = {.up = true, .running = true, .multicast = true};

	(void)unused;
	listed = true;
	check(iface, LINK_USABLE, NULL);
	assert_int_equal(found_count, 0);
	listed = false;
	check(iface, LINK_USABLE, NULL);
	assert_int_equal(found_count, 1);
	assert_int_equal(found[0].finding, FINDING_NOT_JOINED);
	assert_int_equal(found[0].result, RESULT_PROBLEM);
	unreadable = true;
	check(iface, LINK_USABLE, NULL);
	assert_int_equal(found_count, 0);
	unreadable = false;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vrf_is_a_problem),
	    cmocka_unit_test(membership_that_the_kernel_does_not_list_is_a_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
