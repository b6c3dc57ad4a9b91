/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/mib_set.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "core/monitor.h"
#include "snmp/mib_setrequest.h"
#include "snmp/set_lines.h"

#define DATA_NAME "ldm-agentx change" /* of the data attached to a request */

struct pending {
	LIST_ENTRY(pending) all;
	struct shared *shared;
	struct mib_setrequest request;
	struct change change;
	bool wanted;  /* change is set */
	bool applied; /* and not yet final */
	bool abandoned;
};

static LIST_HEAD(, pending) pendings = LIST_HEAD_INITIALIZER(pendings);

static int
snmp_error_of(enum change_refusal refusal)
{
	switch (refusal) {
	case CHANGE_GRANTED:
		return SNMP_ERR_NOERROR;
	case CHANGE_WRONG_VALUE:
		return SNMP_ERR_WRONGVALUE;
	case CHANGE_INCONSISTENT_VALUE:
		return SNMP_ERR_INCONSISTENTVALUE;
	case CHANGE_INCONSISTENT_NAME:
		return SNMP_ERR_INCONSISTENTNAME;
	case CHANGE_RESOURCES:
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	}
	return SNMP_ERR_GENERR;
}

/* The checks of a single varbind, in the order of RFC 3416, 4.2.5. */
static int
judge(const struct mib_table *table, const netsnmp_variable_list *vb, enum mib_object *object,
      uint32_t *key, uint32_t *value)
{
	const oid *suffix;
	const size_t len = mib_table_suffix(table, vb, &suffix);
	const oid number = len > 0 ? suffix[0] : 0;
	const struct mib_column *column = mib_table_column(table, number);
	const struct oidindex index = mib_table_index(table);
	struct oidindex_position pos;
	int error;

	if (number > 0 && number < index.first_column)
		return SNMP_ERR_NOACCESS;
	if (column == NULL || column->settable == 0)
		return SNMP_ERR_NOTWRITABLE;
	error = netsnmp_check_vb_type_and_size(vb, column->settable, sizeof(*vb->val.integer));
	if (error != SNMP_ERR_NOERROR)
		return error;
	if (!mib_object_takes(column->object, *vb->val.integer))
		return SNMP_ERR_WRONGVALUE;
	if (oidindex_exact(&index, suffix, len, &pos) != OIDINDEX_POSSIBLE ||
	    !mib_object_instance(column->object, pos.key))
		return SNMP_ERR_NOCREATION;
	*object = column->object;
	*key = pos.key;
	*value = (uint32_t)*vb->val.integer;
	return SNMP_ERR_NOERROR;
}

static struct pending *
pending_of(netsnmp_request_info *req)
{
	return netsnmp_request_get_list_data(req, DATA_NAME);
}

/* Called by the library when it frees a request. */
static void
free_pending(void *data)
{
	struct pending *p = data;

	LIST_REMOVE(p, all);
	free(p);
}

static struct pending *
add_pending(netsnmp_request_info *req, struct shared *shared, enum mib_object object, uint32_t key)
{
	struct pending *p = malloc(sizeof(*p));
	netsnmp_data_list *data;

	if (p == NULL)
		return NULL;
	data = netsnmp_create_data_list(DATA_NAME, p, free_pending);
	if (data == NULL) {
		free(p);
		return NULL;
	}
	*p = (struct pending){.shared = shared, .request = mib_setrequest_for(object, key)};
	LIST_INSERT_HEAD(&pendings, p, all);
	netsnmp_request_add_list_data(req, data);
	return p;
}

static int
reserve(const struct mib_table *table, struct shared *shared, netsnmp_request_info *requests,
	netsnmp_request_info *req)
{
	struct pending *p = NULL;
	enum mib_object object;
	uint32_t key, value;
	const int error = judge(table, req->requestvb, &object, &key, &value);

	if (error != SNMP_ERR_NOERROR)
		return error;
	for (netsnmp_request_info *r = requests; r != req && p == NULL; r = r->next) {
		p = pending_of(r);
		if (p != NULL && !mib_setrequest_concerns(&p->request, object, key))
			p = NULL;
	}
	if (p == NULL)
		p = add_pending(req, shared, object, key);
	if (p == NULL)
		return SNMP_ERR_RESOURCEUNAVAILABLE;
	return snmp_error_of(mib_setrequest_add(&p->request, object, value));
}

static int
check(struct pending *p)
{
	enum change_refusal refusal;

	p->wanted = mib_setrequest_change(&p->request, &p->change);
	if (!p->wanted)
		return SNMP_ERR_NOERROR;
	refusal = monitor_check(shared_lock(p->shared), &p->change);
	shared_unlock(p->shared);
	return snmp_error_of(mib_setrequest_refusal(&p->request, refusal));
}

static int
apply(struct pending *p)
{
	enum change_refusal refusal;

	if (!p->wanted)
		return SNMP_ERR_NOERROR;
	refusal = monitor_apply(shared_lock(p->shared), &p->change, clock_now());
	shared_unlock(p->shared);
	p->applied = refusal == CHANGE_GRANTED;
	return p->applied ? SNMP_ERR_NOERROR : SNMP_ERR_COMMITFAILED;
}

static void
undo(struct pending *p)
{
	if (p->applied) {
		monitor_undo(shared_lock(p->shared), &p->change, clock_now());
		shared_unlock(p->shared);
	}
	p->applied = false;
}

static void
commit(struct pending *p)
{
	const struct moment now = clock_now();
	bool made;

	if (!p->applied)
		return;
	made = monitor_commit(shared_lock(p->shared), &p->change, now);
	shared_unlock(p->shared);
	set_lines_put(&p->change, made, now.mono_us);
}

int
mib_set(const struct mib_table *table, struct shared *shared, int mode,
	netsnmp_request_info *requests, netsnmp_request_info *req)
{
	struct pending *p;

	if (mode == MODE_SET_RESERVE1)
		return reserve(table, shared, requests, req);
	p = pending_of(req);
	if (p == NULL)
		return SNMP_ERR_NOERROR; /* its change is attached to another varbind */
	switch (mode) {
	case MODE_SET_RESERVE2:
		return check(p);
	case MODE_SET_ACTION:
		return apply(p);
	case MODE_SET_COMMIT:
		commit(p);
		break;
	case MODE_SET_UNDO:
		undo(p);
		break;
	}
	netsnmp_request_remove_list_data(req, DATA_NAME);
	return SNMP_ERR_NOERROR;
}

void
mib_set_abandon(void)
{
	for (struct pending *p = LIST_FIRST(&pendings); p != NULL; p = LIST_NEXT(p, all)) {
		undo(p);
		p->abandoned = true;
	}
}

bool
mib_set_under_way(void)
{
	for (const struct pending *p = LIST_FIRST(&pendings); p != NULL; p = LIST_NEXT(p, all))
		if (!p->abandoned)
			return true;
	return false;
}
