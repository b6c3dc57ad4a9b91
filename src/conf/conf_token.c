/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf_token.h"

#include <strings.h>

#include "base/clock.h"
#include "conf/settings.h"
#include "core/discover.h"
#include "core/wire.h"

#define TOKEN(name_, kind_, member)                                                \
	.name = (name_), .kind = (kind_), .offset = offsetof(struct conf, member), \
	.size = sizeof(((struct conf *)NULL)->member)

static const char *const no_yes[] = {"no", "yes", NULL};
static const char *const source_ports[] = {"auto", "fixed", "ephemeral", NULL};

_Static_assert(SOURCE_PORT_AUTO == 0 && SOURCE_PORT_FIXED == 1 && SOURCE_PORT_EPHEMERAL == 2,
	       "source_ports[] is in the order of enum source_port");

/* clang-format off */
static const struct conf_token tokens[] = {
    {TOKEN("interface", KIND_PATTERNS, interfaces)},
    {TOKEN("group", KIND_GROUP, monitor.discover.request.group), .fallback = WIRE_GROUP},
    {TOKEN("port", KIND_NUMBER, monitor.discover.request.port),
     .min = 1, .max = UINT16_MAX, .fallback = WIRE_PORT},
    {TOKEN("hops", KIND_NUMBER, monitor.discover.request.hops),
     .min = 1, .max = 255, .fallback = 1},
    {TOKEN("sourcePort", KIND_SOURCE_PORT, monitor.discover.request.source_port),
     .fallback = SOURCE_PORT_AUTO, .keywords = source_ports},
    {TOKEN("interval", KIND_DURATION, monitor.discover.interval_us),
     .min = DISCOVER_INTERVAL_MIN_US, .max = DISCOVER_INTERVAL_MAX_US,
     .fallback = 30 * US_PER_S},
    {TOKEN("window", KIND_DURATION, monitor.discover.window_us),
     .min = 50 * US_PER_MS, .max = 60 * US_PER_S, .fallback = 3 * US_PER_S},
    {TOKEN("probes", KIND_NUMBER, monitor.discover.probes), .min = 1, .max = 10, .fallback = 3},
    {TOKEN("misses", KIND_NUMBER, monitor.discover.misses), .min = 1, .max = 100, .fallback = 3},
    {TOKEN("retention", KIND_DURATION, monitor.inventory.retention_us),
     .min = US_PER_S, .max = 3650 * US_PER_DAY, .fallback = 7 * US_PER_DAY, .zero = "never"},
    {TOKEN("maxManagers", KIND_NUMBER, monitor.inventory.max_managers),
     .min = 1, .max = 1000000, .fallback = 10000},
    {TOKEN("accept", KIND_ACCEPT, access)},
    {TOKEN("deny", KIND_DENY, access)},
    {TOKEN("sourceMatch", KIND_KEYWORD, access.source_match), .keywords = no_yes},
    /* The size of the pointer is meant. NOLINTNEXTLINE(bugprone-sizeof-expression) */
    {TOKEN("expect", KIND_MANAGER, expected)},
    {TOKEN("notifications", KIND_KEYWORD, monitor.notifications),
     .fallback = true, .keywords = no_yes},
    {TOKEN("notificationRate", KIND_NUMBER, monitor.notification_rate),
     .min = 1, .max = 10000, .fallback = 200},
    {TOKEN("eventLog", KIND_NUMBER, monitor.event_log), .min = 1, .max = 100000, .fallback = 256},
    {TOKEN("queueLimit", KIND_NUMBER, monitor.queue_limit),
     .min = 1, .max = 1000000, .fallback = 10000},
    {TOKEN("announceFirst", KIND_KEYWORD, announce_first), .fallback = true, .keywords = no_yes},
    {TOKEN("stateFile", KIND_STATE_FILE, state_file), .at_restart = true},
    {TOKEN("context", KIND_CONTEXT, context), .max = 32, .at_restart = true},
    {TOKEN("agentXSocket", KIND_NETSNMP_ADDRESS, netsnmp), .at_restart = true},
    {TOKEN("agentXTimeout", KIND_NETSNMP_NUMBER, netsnmp), .min = 1,
     .max = 255, /* an octet of the Open PDU, RFC 2741, 6.2.1 */
     .at_restart = true},
    {TOKEN("agentXRetries", KIND_NETSNMP_NUMBER, netsnmp), .min = 0, .max = 100,
     .at_restart = true},
};
/* clang-format on */
#define TOKEN_COUNT (sizeof(tokens) / sizeof(tokens[0]))

const struct conf_token *
conf_token_at(size_t i)
{
	return i < TOKEN_COUNT ? &tokens[i] : NULL;
}

const struct conf_token *
conf_token_find(const char *name)
{
	for (size_t i = 0; i < TOKEN_COUNT; i++)
		if (strcasecmp(tokens[i].name, name) == 0)
			return &tokens[i];
	return NULL;
}
