/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/listeners.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "net/descriptors.h"
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

/* The interface is not to be used at present. */
static void
stop_listening(struct listeners *listeners, struct listener *l)
{
	close_listener(listeners, l);
	l->join_error = 0;
	l->port_taken = false;
}

void
listeners_close(struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++)
		close_listener(listeners, &listeners->list[i]);
	listeners->count = 0;
}

/* Record the result of an attempt to listen; error is an errno or 0. */
static void
note_attempt(struct listener *l, int error, bool bound)
{
	l->join_error = error;
	/* Bound by another program, or not allowed (below 1024): the senders still
	 * receive unicast answers. */
	l->port_taken = !bound && (error == EADDRINUSE || error == EACCES);
}

static void
open_listener(struct listeners *listeners, struct listener *l)
{
	bool bound = false;
	int fd;

	listeners->exhausted = listeners->exhausted || !descriptors_to_spare();
	if (listeners->exhausted) {
		note_attempt(l, EMFILE, false);
		return;
	}
	fd = mcast_open_listener(listeners->group, listeners->port, l->ifindex, &bound);
	if (fd < 0) {
		note_attempt(l, errno, bound);
		return;
	}
	if (loop_add_fd(listeners->loop, fd, listeners->on_readable, listeners->ctx) < 0) {
		note_attempt(l, errno, true);
		close(fd);
		return;
	}
	l->fd = fd;
	note_attempt(l, 0, true);
	listeners->opened = true;
}

/* The port is the same for all interfaces, so this is logged once. */
static void
log_port(struct listeners *listeners)
{
	const struct listener *taken = NULL, *open = NULL;

	for (size_t i = 0; i < listeners->count; i++) {
		if (listeners->list[i].port_taken)
			taken = &listeners->list[i];
		if (listeners->list[i].fd >= 0)
			open = &listeners->list[i];
	}
	if (taken != NULL && !listeners->port_taken_logged)
		log_warning(
		    "cannot listen on port %u (%s): answers sent to the group are not heard",
		    listeners->port, strerror(taken->join_error));
	else if (taken == NULL && open != NULL && listeners->port_taken_logged)
		log_notice("listening on port %u again", listeners->port);
	if (taken != NULL || open != NULL)
		listeners->port_taken_logged = taken != NULL;
}

static void
log_join_error(const struct listeners *listeners, const struct listener *l)
{
	char group[TEXT_ADDRESS_LEN];

	if (l->detail != NULL)
		log_warning("%s: not used: %s", l->shown, l->detail);
	else
		log_warning("%s: not used: cannot join %s: %s", l->shown,
			    text_address(listeners->group, group), strerror(l->join_error));
}

/* The reason is of interest if the interface was used before, or has an address. */
static enum log_level
level_of(const struct listener *l, bool was_used)
{
	const bool puzzling = l->state == LINK_UNSUITABLE && l->addr != 0 && !l->loopback;

	if ((l->state == LINK_EXCLUDED || l->state == LINK_UNSUITABLE) && !was_used && !puzzling)
		return LOG_LEVEL_DEBUG;
	return LOG_LEVEL_NOTICE;
}

static void
log_state(const struct listeners *listeners, const struct listener *l, bool was_used)
{
	if (l->state == LINK_USABLE && l->detail != NULL)
		log_warning("%s: used, but %s", l->shown, l->detail);
	else if (l->state == LINK_USABLE)
		log_notice("%s: used", l->shown);
	else if (l->state == LINK_NOT_JOINED)
		log_join_error(listeners, l);
	else
		log_line(level_of(l, was_used), "%s: not used: %s", l->shown,
			 l->detail != NULL ? l->detail : link_state_text(l->state));
}

/* The state, not considering the group. */
static enum link_state
state_of(const struct iface *iface)
{
	if (!iface->up)
		return LINK_DOWN;
	if (!iface->running)
		return LINK_NO_CARRIER;
	return iface->addr == 0 ? LINK_NO_ADDRESS : LINK_USABLE;
}

static const char *
join_detail(const struct listener *l)
{
	switch (l->join_error) {
	case EMFILE:
		return "too few file descriptors are left (see ulimit -n)";
	case ENOBUFS:
		return "the multicast group could not be joined: net.ipv4.igmp_max_memberships "
		       "does not permit it";
	}
	return NULL;
}

static const char *
port_detail(const struct listener *l)
{
	return l->join_error == EACCES
		   ? "answers to the group cannot be heard: the port needs privileges"
		   : "answers to the group cannot be heard: another program has bound the port";
}

static void
set_state(const struct listeners *listeners, struct listener *l, enum link_state state,
	  const char *detail)
{
	const bool news = !l->known || l->state != state || l->detail != detail;
	const bool was_used = l->known && l->state != LINK_EXCLUDED && l->state != LINK_UNSUITABLE;

	l->state = state;
	l->detail = detail;
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

static void
set_name(struct listener *l, const char *name)
{
	strlcpy(l->name, name, sizeof(l->name));
	iface_shown(l->name, l->shown);
}

static struct listener *
add(struct listeners *listeners, const char *name)
{
	char shown[IFACE_SHOWN_LEN];
	struct listener *l;

	if (listeners->count == LINKS_MAX) {
		if (!listeners->too_many_logged)
			log_warning("%s and others are not used: more than %d interfaces",
				    iface_shown(name, shown), LINKS_MAX);
		listeners->too_many_logged = true;
		return NULL;
	}
	l = &listeners->list[listeners->count++];
	memset(l, 0, sizeof(*l));
	set_name(l, name);
	l->link = LINK_NONE;
	l->state = LINK_GONE;
	l->fd = -1;
	return l;
}

/* Keep the listener and socket of a renamed interface (see links_update()).  Names are
 * exchanged, so that no two are equal. */
static void
note_name(struct listeners *listeners, const struct iface *iface)
{
	struct listener *l = listeners_by_index(listeners, iface->index);
	struct listener *other = by_name(listeners, iface->name);
	char shown[IFACE_SHOWN_LEN];

	if (l == NULL || l == other)
		return;
	log_notice("%s: renamed to %s", l->shown, iface_shown(iface->name, shown));
	if (other != NULL)
		set_name(other, l->name);
	set_name(l, iface->name);
}

static void
use(struct listeners *listeners, struct listener *l, enum link_state state)
{
	const bool listens =
	    state == LINK_USABLE || (state == LINK_NO_CARRIER && listeners->carrier_optional);

	/* Without carrier, a switch may forget the membership: join again afterwards. */
	if (!listens)
		stop_listening(listeners, l);
	else if (l->fd < 0)
		open_listener(listeners, l);
	if (state != LINK_USABLE || l->fd >= 0)
		set_state(listeners, l, state, NULL);
	else if (l->port_taken)
		set_state(listeners, l, LINK_USABLE, port_detail(l));
	else
		set_state(listeners, l, LINK_NOT_JOINED, join_detail(l));
}

/* why_not is LINK_USABLE if the configuration selects the interface. */
static void
update_one(struct listeners *listeners, const struct iface *iface, enum link_state why_not,
	   const char *detail)
{
	struct listener *l = by_name(listeners, iface->name);

	if (l == NULL)
		l = add(listeners, iface->name);
	if (l == NULL)
		return;
	l->present = true;
	/* Created again with the same name: the membership is lost. */
	if (l->ifindex != iface->index)
		close_listener(listeners, l);
	l->ifindex = iface->index;
	l->addr = iface->addr;
	l->loopback = iface->loopback;
	if (why_not == LINK_USABLE) {
		use(listeners, l, state_of(iface));
		return;
	}
	stop_listening(listeners, l);
	set_state(listeners, l, why_not, detail);
}

void
listeners_update(struct listeners *listeners, const struct ifaces *ifaces,
		 bool (*admits)(void *ctx, const struct iface *iface, bool *by_name), void *ctx)
{
	listeners->exhausted = false;
	for (size_t i = 0; i < listeners->count; i++)
		listeners->list[i].present = false;
	for (size_t i = 0; i < ifaces->count; i++)
		note_name(listeners, &ifaces->list[i]);
	/* First those that are used, so that others do not take their places. */
	for (int unused = 0; unused <= (listeners->list_unused ? 1 : 0); unused++) {
		for (size_t i = 0; i < ifaces->count; i++) {
			const struct iface *iface = &ifaces->list[i];
			enum link_state why_not = LINK_USABLE;
			const char *detail = NULL;
			bool named = false;

			if (!admits(ctx, iface, &named))
				why_not = LINK_EXCLUDED;
			else if ((detail = iface_unsuitable(iface, named)) != NULL)
				why_not = LINK_UNSUITABLE;
			if ((why_not != LINK_USABLE) == unused)
				update_one(listeners, iface, why_not, detail);
		}
	}
	for (size_t i = 0; i < listeners->count; i++) {
		struct listener *l = &listeners->list[i];

		if (l->present)
			continue;
		stop_listening(listeners, l);
		set_state(listeners, l, LINK_GONE, NULL);
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
