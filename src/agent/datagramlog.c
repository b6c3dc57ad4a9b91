/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/datagramlog.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define TEXT_LEN 320
#define NAME_LEN ((size_t)4 * IF_NAMESIZE) /* each octet as \xHH, by text_printable() */

/* A host that is refused usually continues to be, so that a line an hour is enough. */
static const struct log_limit_rule rule = {1, US_PER_MIN, 60 * US_PER_MIN};

/* Whether the operator should know of it: the sender is not understood, or is refused by
 * the configuration. */
static bool
is_refusal(enum verdict verdict)
{
	return verdict == VERDICT_SHORT || verdict == VERDICT_BAD_MAGIC ||
	       verdict == VERDICT_BAD_VERSION || verdict == VERDICT_UNKNOWN_TYPE ||
	       verdict == VERDICT_MALFORMED || verdict == VERDICT_DENIED;
}

/* A denied datagram is not a problem, because the configuration asks for it. */
static enum log_level
level(enum verdict verdict)
{
	return verdict == VERDICT_DENIED ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING;
}

static const char *
interface_name(unsigned int ifindex, char printable[NAME_LEN])
{
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name) != NULL)
		return text_printable(name, strlen(name), printable, NAME_LEN);
	snprintf(printable, NAME_LEN, "interface %u", ifindex);
	return printable;
}

/* "from 198.18.0.77:64535 on eth0: denied, it announces 198.18.0.1: ..." */
static const char *
describe(enum verdict verdict, const struct datagram *datagram, char text[TEXT_LEN])
{
	char source[TEXT_ADDRESS_LEN], announced[TEXT_ADDRESS_LEN], ifname[NAME_LEN];
	const bool answer = datagram->announced != 0;

	snprintf(text, TEXT_LEN, "from %s:%u on %s: %s%s%s%s%s",
		 text_address(datagram->arrival.source, source), datagram->arrival.source_port,
		 interface_name(datagram->arrival.ifindex, ifname), wire_verdict_name(verdict),
		 answer ? ", it announces " : "",
		 answer ? text_address(datagram->announced, announced) : "",
		 datagram->reason != NULL ? ": " : "",
		 datagram->reason != NULL ? datagram->reason : "");
	return text;
}

static void
sum_up(struct datagramlog *log, enum verdict verdict, int64_t now_us)
{
	const unsigned int more = log_limit_sum(&log->kinds[verdict].limit, &rule, now_us);
	char text[TEXT_LEN];

	if (more > 0)
		log_line(level(verdict), "%u more datagram%s refused, the last one %s", more,
			 more > 1 ? "s" : "", describe(verdict, &log->kinds[verdict].last, text));
}

void
datagramlog_put(struct datagramlog *log, enum verdict verdict, const struct arrival *arrival,
		const struct wire_response *resp, const char *reason, int64_t now_us)
{
	const bool answer = verdict >= VERDICT_DENIED;
	const struct datagram datagram = {*arrival, answer ? resp->addr : 0, reason};
	char text[TEXT_LEN];

	if (log_has_level(LOG_LEVEL_DEBUG))
		log_debug("datagram %s", describe(verdict, &datagram, text));
	if (!is_refusal(verdict))
		return;
	sum_up(log, verdict, now_us);
	log->kinds[verdict].last = datagram;
	if (log_limit_take(&log->kinds[verdict].limit, &rule, now_us))
		log_line(level(verdict), "datagram refused: %s",
			 describe(verdict, &datagram, text));
}

void
datagramlog_sum_up(struct datagramlog *log, int64_t now_us)
{
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
		sum_up(log, (enum verdict)verdict, now_us);
}
