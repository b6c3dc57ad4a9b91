/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "net/filterpolicy.h"

#include <errno.h>

#ifdef HAVE_LINUX_RTNETLINK_H
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "net/netlink.h"

struct visitor {
	void (*found)(void *ctx, const struct filter_chain *chain);
	void *ctx;
};

static uint32_t
number(const struct netlink_octets *payload)
{
	uint32_t value = 0;

	if (payload->left >= sizeof(value))
		memcpy(&value, payload->at, sizeof(value));
	return ntohl(value);
}

/* The number of the hook, or NF_INET_NUMHOOKS. */
static uint32_t
hook_of(struct netlink_octets hook)
{
	struct netlink_octets payload;
	unsigned int type;

	while (netlink_attribute(&hook, &type, &payload))
		if (type == NFTA_HOOK_HOOKNUM)
			return number(&payload);
	return NF_INET_NUMHOOKS;
}

static bool
has_ipv4(uint8_t family)
{
	return family == NFPROTO_IPV4 || family == NFPROTO_INET;
}

static void
read_chain(void *ctx, unsigned int message_type, struct netlink_octets message)
{
	const struct visitor *visitor = ctx;
	struct filter_chain chain = {.table = "", .name = ""};
	uint32_t hook = NF_INET_NUMHOOKS, policy = NF_ACCEPT;
	struct netlink_octets payload;
	struct nfgenmsg header;
	unsigned int type;

	if (message_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN) ||
	    message.left < sizeof(header))
		return;
	memcpy(&header, message.at, sizeof(header));
	if (!has_ipv4(header.nfgen_family) || !netlink_skip(&message, sizeof(header)))
		return;
	while (netlink_attribute(&message, &type, &payload)) {
		if (type == NFTA_CHAIN_TABLE)
			chain.table = netlink_text(&payload);
		else if (type == NFTA_CHAIN_NAME)
			chain.name = netlink_text(&payload);
		else if (type == NFTA_CHAIN_HOOK)
			hook = hook_of(payload);
		else if (type == NFTA_CHAIN_POLICY)
			policy = number(&payload);
	}
	chain.input = hook == NF_INET_LOCAL_IN || hook == NF_INET_PRE_ROUTING;
	if (policy == NF_DROP &&
	    (chain.input || hook == NF_INET_LOCAL_OUT || hook == NF_INET_POST_ROUTING))
		visitor->found(visitor->ctx, &chain);
}

int
filterpolicy_read(void (*found)(void *ctx, const struct filter_chain *chain), void *ctx)
{
	struct visitor visitor = {.found = found, .ctx = ctx};
	struct {
		struct nlmsghdr header;
		struct nfgenmsg chains;
	} request;

	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN;
	request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request.chains.nfgen_family = NFPROTO_UNSPEC;
	request.chains.version = NFNETLINK_V0;
	return netlink_dump(NETLINK_NETFILTER, &request, sizeof(request), read_chain, &visitor);
}

#else

int
filterpolicy_read(void (*found)(void *ctx, const struct filter_chain *chain), void *ctx)
{
	(void)found;
	(void)ctx;
	errno = ENOSYS;
	return -1;
}

#endif
