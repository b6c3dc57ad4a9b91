/* SPDX-License-Identifier: BSD-2-Clause */
/* sim.h - a network in simulated time: managers that answer, links, and the
 * monitor under test.
 */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/access.h"
#include "core/discover.h"
#include "core/inventory.h"
#include "core/links.h"
#include "core/monitor.h"
#include "kept.h"

#define MAX_PEERS 64
#define MAX_ANSWERS 1024
#define MAX_LINKS 8

struct peer { /* a simulated manager, or another one that has its address */
	uint32_t addr;
	uint32_t source; /* where its answers come from */
	char link[LINK_NAME_LEN];
	char arrives[LINK_NAME_LEN]; /* where its answers come in; "": on link */
	bool silent;
	int64_t delay_us;
	unsigned int copies;
	int hears;         /* SENDER_FIXED or SENDER_EPHEMERAL only, or -1: both */
	unsigned int lose; /* number of the next answers */
	char hostname[64];
	uint16_t port;
};

struct answer {
	int64_t due_us;
	struct peer peer;
	unsigned int ifindex;
};

struct sim {
	const char *file;
	int line;
	int64_t now_us;
	int64_t began_us;                 /* the first life, if the daemon had run from then on */
	struct kept kept;                 /* for sim_restart() */
	struct monitor_settings settings; /* what a configuration file would say */
	struct monitor *monitor;
	const struct inventory *inv; /* the monitor's */
	struct discover *d;
	monitor_event_fn *on_event; /* NULL: they go to `events` */
	uint64_t seed;              /* of the last life */
	int64_t tick_us;
	struct peer peers[MAX_PEERS];
	unsigned int peer_count;
	struct answer answers[MAX_ANSWERS];
	unsigned int answer_count;
	char events[4096]; /* since the last check, "appeared 198.18.0.1, ..." */
	struct {
		char name[LINK_NAME_LEN];
		unsigned int ifindex;
		uint32_t addr;
		enum link_state state;
		bool deaf;
		int number; /* the discovery's */
		bool send_fails;
		int64_t send_takes_us;
	} links[MAX_LINKS];
	unsigned int link_count;
	struct access_list access;
	unsigned int failures;
};

extern struct sim sim;

/* End with the script's place and the message. */
void sim_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

struct moment sim_moment(void);
uint32_t sim_parse_address(const char *text);

/* The place of a link of that name, a new one if there is none. */
unsigned int sim_link(const char *name);

/* Tell the discovery which links there are, and how they are. */
void sim_report_links(void);

/* It is called otherwise now, as are the links that managers are on. */
void sim_rename(const char *name, const char *other);

/* Begin with the settings, or do so again; and be done with it. */
void sim_start(void);
void sim_end(void);

/* The settings have changed. */
void sim_configure(void);

/* A SET, all phases at once.  What is refused changes nothing. */
enum change_refusal sim_change(struct change change);

/* That which has a manager expected, or not, whether there is a row or not. */
struct change sim_expectation(uint32_t addr, bool expected);

/* The daemon ends, and starts again after this time with what it has saved. */
void sim_restart(int64_t after_us);

/* The parts of it: what is to be saved, for state_clear(); for how long the daemon has run
 * in all lives; and the next life with what is kept. */
void sim_export(enum monitor_scope scope, struct changes *changes);
int64_t sim_runtime_us(void);
void sim_live_again(const struct kept *kept, int64_t after_us);

/* Let everything happen that is due before then. */
void sim_advance(int64_t until_us);

/* Tick now, and send what is to be sent. */
void sim_tick(void);

/* Datagrams that come in now. */
void sim_receive_request(const char *link, uint32_t source, uint16_t port, bool local);
void sim_answer_unasked(const struct peer *peer);
void sim_flood(const char *link, unsigned int count);

#endif /* SIM_H */
