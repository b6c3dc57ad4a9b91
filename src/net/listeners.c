/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/listeners.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/format.h"
#include "log.h"
#include "net/mcast.h"

static void
close_listener(struct listeners *listeners, struct listener *l)
{
	if (l->fd < 0)
		return;
	loop_remove_fd(listeners->loop, l->fd);
	close(l->fd);
	l->fd = -1;
	l->drops = 0;
}

void
listeners_close(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++)
		close_listener(listeners, &listeners->list[i]);
	listeners->count = 0;
}

static void
open_listener(struct listeners *listeners, struct listener *l)
{
	bool bound = false;
	int fd = mcast_open_listener(listeners->group, listeners->port, l->ifindex, &bound);

	if (fd >= 0 &&
	    loop_add_fd(listeners->loop, fd, listeners->on_readable, listeners->ctx) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		fd = -1;
	}
	l->fd = fd;
	l->join_error = fd < 0 ? errno : 0;
	/* Held by somebody, or not ours to have (below 1024): the answers that
	 * come to the senders are none the worse for it. */
	l->port_taken = fd < 0 && !bound && (errno == EADDRINUSE || errno == EACCES);
}

/* The port is the host's, so its word covers every interface. */
static void
log_port(struct listeners *listeners)
{
	const struct listener *taken = NULL;

	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->list[i].port_taken)
			taken = &listeners->list[i];
	if (taken != NULL && !listeners->port_taken_logged)
		log_warning(
		    "cannot listen on port %u (%s): answers sent to the group are not heard",
		    listeners->port, strerror(taken->join_error));
	else if (taken == NULL && listeners->port_taken_logged)
		log_notice("listening on port %u again", listeners->port);
	listeners->port_taken_logged = taken != NULL;
}

static void
log_state(const struct listeners *listeners, const struct listener *l, bool was_used)
{
	char group[FORMAT_ADDRESS_LEN];
	const char *text = link_state_text(l->state);

	if (l->state == LINK_USABLE)
		log_notice("%s: used", l->name);
	else if (l->state == LINK_NOT_JOINED)
		log_warning("%s: not used: cannot join %s: %s", l->name,
			    format_address(listeners->group, group), strerror(l->join_error));
	else if (l->state == LINK_EXCLUDED || l->state == LINK_UNSUITABLE)
		log_line(was_used ? LOG_LEVEL_NOTICE : LOG_LEVEL_DEBUG, "%s: not used: %s", l->name,
			 text);
	else
		log_notice("%s: not used: %s", l->name, text);
}

static enum link_state
state_of(const struct iface *iface, const struct listener *l)
{
	if (!iface->up)
		return LINK_DOWN;
	if (!iface->running)
		return LINK_NO_CARRIER;
	if (iface->addr == 0)
		return LINK_NO_ADDRESS;
	return l->fd < 0 && !l->port_taken ? LINK_NOT_JOINED : LINK_USABLE;
}

static void
set_state(const struct listeners *listeners, struct listener *l, enum link_state state)
{
	const bool news = !l->known || l->state != state;
	const bool was_used = l->known && l->state != LINK_EXCLUDED && l->state != LINK_UNSUITABLE;

	l->state = state;
	l->known = true;
	if (news)
		log_state(listeners, l, was_used);
}

static struct listener *
by_name(struct listeners *listeners, const char *name)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (strcmp(listeners->list[i].name, name) == 0)
			return &listeners->list[i];
	return NULL;
}

static struct listener *
add(struct listeners *listeners, const char *name)
{
	struct listener *l;

	if (listeners->count == LINKS_MAX) {
		if (!listeners->too_many_logged)
			log_warning("%s and others are not used: more than %d interfaces", name,
				    LINKS_MAX);
		listeners->too_many_logged = true;
		return NULL;
	}
	l = &listeners->list[listeners->count++];
	memset(l, 0, sizeof(*l));
	strlcpy(l->name, name, sizeof(l->name));
	l->link = LINK_NONE;
	l->state = LINK_GONE;
	l->fd = -1;
	return l;
}

/* Under another name it is the same interface (see links_update()), and its socket
 * misses nothing.  Names are exchanged, so that no two are the same. */
static void
note_name(struct listeners *listeners, const struct iface *iface)
{
	struct listener *l = listeners_by_index(listeners, iface->index);
	struct listener *other = by_name(listeners, iface->name);

	if (l == NULL || l == other)
		return;
	log_notice("%s: is called %s now", l->name, iface->name);
	if (other != NULL)
		strlcpy(other->name, l->name, sizeof(other->name));
	strlcpy(l->name, iface->name, sizeof(l->name));
}

/* why_not: LINK_USABLE for an interface that is to be used. */
static void
update_one(struct listeners *listeners, const struct iface *iface, enum link_state why_not)
{
	struct listener *l = by_name(listeners, iface->name);

	if (l == NULL)
		l = add(listeners, iface->name);
	if (l == NULL)
		return;
	l->present = true;
	/* Made anew under the same name: the membership went with the old one. */
	if (l->ifindex != iface->index || why_not != LINK_USABLE)
		close_listener(listeners, l);
	l->ifindex = iface->index;
	l->addr = iface->addr;
	l->loopback = iface->loopback;
	if (why_not != LINK_USABLE) {
		l->port_taken = false;
		set_state(listeners, l, why_not);
		return;
	}
	if (l->fd < 0)
		open_listener(listeners, l);
	set_state(listeners, l, state_of(iface, l));
}

void
listeners_update(struct listeners *listeners, const struct ifaces *ifaces,
		 bool (*admits)(void *ctx, const char *ifname, bool *by_name), void *ctx)
{
	for (size_t i = 0; i < listeners->count; i++)
		listeners->list[i].present = false;
	for (size_t i = 0; i < ifaces->count; i++)
		note_name(listeners, &ifaces->list[i]);
	/* First those to be used, so that the others do not take their places. */
	for (int unused = 0; unused <= (listeners->list_unused ? 1 : 0); unused++) {
		for (size_t i = 0; i < ifaces->count; i++) {
			const struct iface *iface = &ifaces->list[i];
			enum link_state why_not = LINK_USABLE;
			bool named = false;

			if (!admits(ctx, iface->name, &named))
				why_not = LINK_EXCLUDED;
			else if (!iface_suits(iface, named))
				why_not = LINK_UNSUITABLE;
			if ((why_not != LINK_USABLE) == unused)
				update_one(listeners, iface, why_not);
		}
	}
	for (size_t i = 0; i < listeners->count; i++) {
		struct listener *l = &listeners->list[i];

		if (l->present)
			continue;
		close_listener(listeners, l);
		l->port_taken = false;
		set_state(listeners, l, LINK_GONE);
	}
	log_port(listeners);
}

void
listeners_readdress(struct listeners *listeners, uint32_t group, uint16_t port)
{
	for (size_t i = 0; i < listeners->count; i++) {
		close_listener(listeners, &listeners->list[i]);
		if (listeners->list[i].state == LINK_USABLE)
			listeners->list[i].state = LINK_NOT_JOINED;
	}
	listeners->group = group;
	listeners->port = port;
}

void
listeners_sweep(struct listeners *listeners)
{
	size_t kept = 0;

	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->list[i].state != LINK_GONE)
			listeners->list[kept++] = listeners->list[i];
	listeners->count = kept;
}

struct listener *
listeners_by_fd(struct listeners *listeners, int fd)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->list[i].fd == fd)
			return &listeners->list[i];
	return NULL;
}

struct listener *
listeners_by_index(struct listeners *listeners, unsigned int ifindex)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->list[i].ifindex == ifindex)
			return &listeners->list[i];
	return NULL;
}
