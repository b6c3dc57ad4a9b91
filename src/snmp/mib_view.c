/* SPDX-License-Identifier: BSD-2-Clause */
#include "snmp/mib_view.h"

void
mib_view_open(struct mib_view *view, long request, int64_t now_us)
{
	if (view->request != request || now_us - view->since_us > MIB_VIEW_KEEP_US)
		mib_view_forget(view);
	view->request = request;
	if (!view->kept)
		view->since_us = now_us;
}

void
mib_view_forget(struct mib_view *view)
{
	view->kept = false;
}

const union mib_row *
mib_view_row(struct mib_view *view, struct monitor *monitor, uint32_t from, uint32_t *key)
{
	if (!view->kept || from < view->from || from > view->key) {
		view->kept = view->table->copy(monitor, from, &view->row, &view->key);
		view->from = from;
	}
	if (!view->kept)
		return NULL;
	*key = view->key;
	return &view->row;
}
