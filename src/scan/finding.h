/* SPDX-License-Identifier: BSD-2-Clause */
/* finding.h - what --diagnose finds, in words: the table of all findings, and how they
 * are printed.  Each is described in ldm-scan(1), "FINDINGS".
 */
#ifndef FINDING_H
#define FINDING_H

#include <stdbool.h>

enum finding {
	FINDING_ANSWERS,
	FINDING_ARP_FLUX,
	FINDING_DOWN,
	FINDING_EXCLUDED,
	FINDING_FIREWALL_UNREAD,
	FINDING_INPUT_POLICY,
	FINDING_KERNEL_DROPS,
	FINDING_MAC_TRAFFIC,
	FINDING_MEMBERSHIP_LIMIT,
	FINDING_NO_ADDRESS,
	FINDING_NO_ANSWERS,
	FINDING_NO_CARRIER,
	FINDING_NO_INTERFACE,
	FINDING_NO_MATCH,
	FINDING_NO_MULTICAST,
	FINDING_NO_QUERIES,
	FINDING_NOT_ANSWERING,
	FINDING_NOT_JOINED,
	FINDING_NOT_SENT,
	FINDING_OTHER_DISCOVERER,
	FINDING_OUTPUT_POLICY,
	FINDING_PORT_HELD,
	FINDING_PORT_SHARED,
	FINDING_QUERIES,
	FINDING_QUERIES_UNREAD,
	FINDING_REFUSED,
	FINDING_REQUEST_LOST,
	FINDING_REQUESTS,
	FINDING_REVERSE_PATH,
	FINDING_SILENT_LINK,
	FINDING_SNOOPING,
	FINDING_UNSUITABLE,
	FINDING_USABLE,
	FINDING_VRF,
};

/* What a finding means for discovery. */
enum result {
	RESULT_OK,
	RESULT_NOTE,    /* worth knowing; it may explain a problem */
	RESULT_UNKNOWN, /* could not be found out */
	RESULT_PROBLEM,
};

struct findings {
	bool json, quiet;
	bool problem; /* there was one */
};

/* Print a finding about the interface of this name (NULL: about the host), which need not be
 * printable, and what to do, if anything.  The format, as of printf(3), describes what was
 * found; its arguments must be printable. */
void finding_add(struct findings *findings, enum finding finding, enum result result,
		 const char *ifname, const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif /* FINDING_H */
