/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/manager.h"

const char *
manager_status_name(enum manager_status status)
{
	switch (status) {
	case MANAGER_UP:
		return "up";
	case MANAGER_MISSING:
		return "missing";
	case MANAGER_DOWN:
		return "down";
	case MANAGER_UNKNOWN:
		return "unknown";
	}
	return "invalid";
}
