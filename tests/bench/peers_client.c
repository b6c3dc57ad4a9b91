/* SPDX-License-Identifier: BSD-2-Clause */
/* peers_client - ask an SNMP agent for a table, as fast as it answers.
 *
 *	peers_client PEER bulk|next|get PROCESSES SECONDS ROOT COLUMNS ROWS
 *
 * bulk and next walk the table below ROOT, from the column that the second sets, and begin
 * again at its end; get asks for all columns of one row, another one each time.  The table
 * is as in peers_template.h.  Prints how many values PROCESSES together got, and the seconds
 * that this took.
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "peers_template.h"

#define REPETITIONS 50
#define STRIDE 7919 /* a prime number */
#define PROCESSES_MAX 64

static struct order {
	char *peer;
	int command; /* a PDU type */
	unsigned int processes, columns, rows;
	double seconds;
	oid root[MAX_OID_LEN];
	size_t root_len;
} order;

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void *
open_session(void)
{
	static u_char community[] = "public";
	netsnmp_session session;
	void *opened;

	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.peername = order.peer;
	session.community = community;
	session.community_len = sizeof(community) - 1;
	session.retries = 0;
	session.timeout = 10000000;
	opened = snmp_sess_open(&session);
	if (opened == NULL)
		errx(1, "cannot open a session with %s", order.peer);
	return opened;
}

static void
add_name(netsnmp_pdu *pdu, const oid *name, size_t len)
{
	if (snmp_add_null_var(pdu, name, len) == NULL)
		errx(1, "out of memory");
}

static void
add_row(netsnmp_pdu *pdu, unsigned int row)
{
	const uint32_t address = PEERS_FIRST_ROW + row;
	oid name[MAX_OID_LEN + 5];

	memcpy(name, order.root, order.root_len * sizeof(*name));
	for (unsigned int i = 0; i < 4; i++)
		name[order.root_len + 1 + i] = address >> (24 - 8 * i) & 0xff;
	for (unsigned int i = 0; i < order.columns; i++) {
		name[order.root_len] = PEERS_FIRST_COLUMN + i;
		add_name(pdu, name, order.root_len + 5);
	}
}

/* Returns the number of values below the root, and sets name to the last one's; if there is
 * none, the walk begins again at the root. */
static unsigned int
take(const netsnmp_pdu *answer, oid *name, size_t *len)
{
	unsigned int count = 0;

	for (const netsnmp_variable_list *vb = answer->variables; vb != NULL;
	     vb = vb->next_variable) {
		if (vb->type == SNMP_ENDOFMIBVIEW || vb->type == SNMP_NOSUCHINSTANCE ||
		    vb->type == SNMP_NOSUCHOBJECT ||
		    snmp_oidtree_compare(vb->name, vb->name_length, order.root, order.root_len) !=
			0) {
			*len = order.root_len;
			return count;
		}
		count++;
		*len = vb->name_length;
		memcpy(name, vb->name, *len * sizeof(*name));
	}
	return count;
}

static netsnmp_pdu *
next_request(unsigned int number, const oid *name, size_t len)
{
	netsnmp_pdu *pdu = snmp_pdu_create(order.command);

	if (pdu == NULL)
		errx(1, "out of memory");
	if (order.command == SNMP_MSG_GET) {
		add_row(pdu, number * STRIDE % order.rows);
		return pdu;
	}
	if (order.command == SNMP_MSG_GETBULK) {
		pdu->non_repeaters = 0;
		pdu->max_repetitions = REPETITIONS;
	}
	add_name(pdu, name, len);
	return pdu;
}

/* Returns the number of values until the deadline. */
static uint64_t
ask(unsigned int process, double deadline)
{
	void *session = open_session();
	oid name[MAX_OID_LEN];
	size_t len = order.root_len;
	unsigned int number = process;
	uint64_t count = 0;

	memcpy(name, order.root, sizeof(name));
	name[len++] = PEERS_FIRST_COLUMN + ((unsigned int)deadline + process) % order.columns;
	do {
		netsnmp_pdu *answer = NULL;
		unsigned int got;

		if (snmp_sess_synch_response(session, next_request(number++, name, len), &answer) !=
			STAT_SUCCESS ||
		    answer->errstat != SNMP_ERR_NOERROR)
			errx(1, "no answer from %s, or an error", order.peer);
		got = take(answer, name, &len);
		if (order.command == SNMP_MSG_GET && got != order.columns)
			errx(1, "%s has not all columns of a row", order.peer);
		count += got;
		snmp_free_pdu(answer);
	} while (now() < deadline);
	snmp_sess_close(session);
	return count;
}

static int
command_of(const char *word)
{
	if (strcmp(word, "bulk") == 0)
		return SNMP_MSG_GETBULK;
	return strcmp(word, "next") == 0 ? SNMP_MSG_GETNEXT : SNMP_MSG_GET;
}

static void
run(uint64_t *counts)
{
	const double start = now();

	for (unsigned int i = 0; i < order.processes; i++) {
		const pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0) {
			counts[i] = ask(i, start + order.seconds);
			_exit(0);
		}
	}
	for (unsigned int i = 0; i < order.processes; i++) {
		int status;

		if (wait(&status) < 0 || status != 0)
			errx(1, "a process failed");
		if (i > 0)
			counts[0] += counts[i];
	}
}

int
main(int argc, char *argv[])
{
	uint64_t *counts = mmap(NULL, PROCESSES_MAX * sizeof(*counts), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double start;

	if (argc != 8)
		errx(1, "usage: peers_client PEER bulk|next|get PROCESSES SECONDS ROOT COLUMNS "
			"ROWS");
	if (counts == MAP_FAILED)
		err(1, "mmap");
	order.peer = argv[1];
	order.command = command_of(argv[2]);
	order.processes = (unsigned int)strtoul(argv[3], NULL, 10);
	order.seconds = strtod(argv[4], NULL);
	order.columns = (unsigned int)strtoul(argv[6], NULL, 10);
	order.rows = (unsigned int)strtoul(argv[7], NULL, 10);
	order.root_len = MAX_OID_LEN - 5;
	setenv("MIBS", "", 1);
	init_snmp("peers_client");
	if (!read_objid(argv[5], order.root, &order.root_len) || order.processes == 0 ||
	    order.processes > PROCESSES_MAX || order.columns == 0 || order.rows == 0)
		errx(1, "wrong arguments");
	start = now();
	run(counts);
	printf("%" PRIu64 " %.6f\n", counts[0], now() - start);
	return 0;
}
