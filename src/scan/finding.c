/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/finding.h"

#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define ADVICE_LEN 512
#define FOUND_LEN 512
#define NAME_LEN ((size_t)4 * IF_NAMESIZE)
#define ADVICE_INDENT 10
#define ADVICE_WIDTH 79

struct line { /* all printable */
	const char *result, *finding, *found;
	const char *ifname, *advice; /* NULL: none */
};

static const struct kind {
	const char *name;
	const char *advice; /* NULL: there is nothing to do */
} kinds[] = {
    [FINDING_ANSWERS] = {"answers", NULL},
    [FINDING_ARP_FLUX] =
	{"arpFlux", "So that answers arrive on the interface that they are addressed to: "
		    "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"},
    [FINDING_DOWN] = {"down", "Turn it on: ip link set dev NAME up"},
    [FINDING_EXCLUDED] = {"excluded", "Change the patterns of -i if it should be used."},
    [FINDING_FIREWALL_UNREAD] = {"firewallUnread", "Run ldm-scan --diagnose as root."},
    [FINDING_INPUT_POLICY] =
	{"inputPolicy",
	 "A rule must accept UDP to port 64535 and IGMP, and for answers to "
	 "another port all UDP of the managers' subnet: see ldm-agentx(8), NETWORK."},
    [FINDING_KERNEL_DROPS] =
	{"kernelDrops",
	 "If managers are missing, give the answers more room: run ldm-scan as root, "
	 "or sysctl -w net.core.rmem_max=16777216; see ldm-agentx(8), NETWORK."},
    [FINDING_MAC_TRAFFIC] = {"macTraffic", NULL},
    [FINDING_MEMBERSHIP_LIMIT] = {"membershipLimit",
				  "Raise it: sysctl -w net.ipv4.igmp_max_memberships=20"},
    [FINDING_NO_ADDRESS] = {"noAddress",
			    "Give it an IPv4 address; look for the DHCP client if it has one."},
    [FINDING_NO_ANSWERS] =
	{"noAnswers",
	 "If there is a problem above, solve it first.  Otherwise check that managers are in the "
	 "same subnet or VLAN, that ldmd is online there (svcs ldmd), and that no firewall on "
	 "their side drops UDP port 64535.  Behind routers, multicast routing is needed, option "
	 "-T, and on the managers the SMF property ldmd/hops."},
    [FINDING_NO_CARRIER] = {"noCarrier",
			    "Check the cable and the port of the switch; in a virtual machine, "
			    "the host's side of the interface."},
    [FINDING_NO_INTERFACE] = {"noInterface",
			      "Make one usable, or select another one with -i: see above."},
    [FINDING_NO_MATCH] = {"noMatch", "Correct the pattern of -i: ip link shows the names."},
    [FINDING_NO_MULTICAST] = {"noMulticast", "Turn it on: ip link set dev NAME multicast on"},
    [FINDING_NO_QUERIES] =
	{"noQueries",
	 "Queries come every two minutes: use -w 130s.  If there is none then, a switch with IGMP "
	 "snooping forgets this host: turn on the querier of one switch in this VLAN."},
    [FINDING_NOT_ANSWERING] =
	{"notAnswering",
	 "An ldmd runs there, and what it sends to the group arrives here.  Requests may not "
	 "reach it, or its answers not this host: check firewalls on both sides for UDP port "
	 "64535 and, if there is a router in between, option -T here and the SMF property "
	 "ldmd/hops there."},
    [FINDING_NOT_JOINED] = {"notJoined", "The request for membership failed with this error."},
    [FINDING_NOT_SENT] =
	{"notSent", "If the operation is not permitted, a firewall of this host drops it: accept "
		    "UDP to port 64535 of the group in its output chain; see ldm-agentx(8), "
		    "NETWORK.  Otherwise see the route: ip route get 239.129.9.27 oif NAME"},
    [FINDING_OTHER_DISCOVERER] = {"otherDiscoverer", NULL},
    [FINDING_OUTPUT_POLICY] = {"outputPolicy",
			       "A rule must accept UDP to port 64535 of the group, and IGMP: see "
			       "ldm-agentx(8), NETWORK."},
    [FINDING_PORT_HELD] =
	{"portHeld", "Answers to the group are not received.  End that program, or have it share "
		     "the port (SO_REUSEADDR)."},
    [FINDING_PORT_SHARED] =
	{"portShared", "Only one program receives unicast answers to the port.  Therefore only "
		       "another port is used now; a manager that answers to this one only is "
		       "not found.  To be sure, stop the other program and try again."},
    [FINDING_QUERIES] = {"queries", NULL},
    [FINDING_QUERIES_UNREAD] = {"queriesUnread", "Run ldm-scan --diagnose as root."},
    [FINDING_REFUSED] = {"refused",
			 "The sender does not speak the protocol as documented: look there for "
			 "the program that sends this.  Nothing is wrong on this host."},
    [FINDING_REQUEST_LOST] =
	{"requestLost",
	 "Most likely a firewall of this host drops UDP to port 64535, and with "
	 "it answers to the group: see nft list ruleset, and ldm-agentx(8), NETWORK."},
    [FINDING_REQUESTS] = {"requests", NULL},
    [FINDING_REVERSE_PATH] = {"reversePath",
			      "Answers that arrive on the other interface of this subnet are "
			      "dropped: sysctl -w net.ipv4.conf.NAME.rp_filter=2 for both."},
    [FINDING_SILENT_LINK] = {"silentLink",
			     "If managers should be there, check the VLAN of this interface."},
    [FINDING_SNOOPING] =
	{"snooping", "Turn it on, unless another device in this VLAN is the querier: ip link set "
		     "dev NAME type bridge mcast_querier 1"},
    [FINDING_UNSUITABLE] = {"unsuitable", "Select it with -i if it should be used."},
    [FINDING_USABLE] = {"usable", NULL},
    [FINDING_VRF] = {"vrf", "sysctl -w net.ipv4.udp_l3mdev_accept=1, or run ldm-scan in the VRF: "
			    "ip vrf exec VRF ldm-scan"},
};

/* Copy the advice, with the name of the interface in place of NAME.  Returns buf, or NULL if
 * there is no advice. */
static const char *
advice_about(const char *advice, const char *ifname, char buf[ADVICE_LEN])
{
	const char *place = advice != NULL ? strstr(advice, "NAME") : NULL;

	if (place == NULL || ifname == NULL)
		return advice;
	snprintf(buf, ADVICE_LEN, "%.*s%s%s", (int)(place - advice), advice, ifname,
		 place + strlen("NAME"));
	return buf;
}

static const char *
result_name(enum result result)
{
	static const char *const names[] = {
	    [RESULT_OK] = "ok",
	    [RESULT_NOTE] = "note",
	    [RESULT_UNKNOWN] = "unknown",
	    [RESULT_PROBLEM] = "problem",
	};

	return names[result];
}

/* Print the words, in lines that are indented and not too long. */
static void
print_advice(const char *words)
{
	int column = 0;

	while (*words != '\0') {
		const int len = (int)strcspn(words, " ");

		if (column == 0 || column + 1 + len > ADVICE_WIDTH) {
			printf("%s%*s", column > 0 ? "\n" : "", ADVICE_INDENT, "");
			column = ADVICE_INDENT;
		} else {
			putchar(' ');
			column++;
		}
		printf("%.*s", len, words);
		column += len;
		words += len;
		words += strspn(words, " ");
	}
	putchar('\n');
}

static void
print_text(const struct line *line)
{
	printf("%-8s  %s%s%s\n", line->result, line->ifname != NULL ? line->ifname : "",
	       line->ifname != NULL ? ": " : "", line->found);
	if (line->advice != NULL)
		print_advice(line->advice);
}

/* The text is printable: only these two have to be escaped. */
static void
print_string(const char *key, const char *text)
{
	printf(",\"%s\":", key);
	if (text == NULL) {
		printf("null");
		return;
	}
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

static void
print_json(const struct line *line)
{
	printf("{\"result\":\"%s\"", line->result);
	print_string("finding", line->finding);
	print_string("interface", line->ifname);
	print_string("found", line->found);
	print_string("advice", line->advice);
	printf("}\n");
}

void
finding_add(struct findings *findings, enum finding finding, enum result result, const char *ifname,
	    const char *format, ...)
{
	char found[FOUND_LEN], advice[ADVICE_LEN], shown[NAME_LEN];
	struct line line = {
	    .result = result_name(result),
	    .finding = kinds[finding].name,
	    .found = found,
	};
	va_list args;

	findings->problem |= result == RESULT_PROBLEM;
	if (findings->quiet)
		return;
	if (ifname != NULL)
		line.ifname = text_printable(ifname, strlen(ifname), shown, sizeof(shown));
	if (result != RESULT_OK)
		line.advice = advice_about(kinds[finding].advice, line.ifname, advice);
	va_start(args, format);
	vsnprintf(found, sizeof(found), format, args);
	va_end(args);
	if (findings->json)
		print_json(&line);
	else
		print_text(&line);
}
