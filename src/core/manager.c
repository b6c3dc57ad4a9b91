/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/manager.h"

static const char *const status_names[MANAGER_STATUSES] = {
    [0] = "invalid",         [MANAGER_UP] = "up",           [MANAGER_MISSING] = "missing",
    [MANAGER_DOWN] = "down", [MANAGER_UNKNOWN] = "unknown",
};

const char *
manager_status_name(enum manager_status status)
{
	return status_names[status < MANAGER_STATUSES ? status : 0];
}
