/* SPDX-License-Identifier: BSD-2-Clause */
/* log_level.h - the levels of log lines. */
#ifndef LOG_LEVEL_H
#define LOG_LEVEL_H

/* The values are syslog's. */
enum log_level {
	LOG_LEVEL_ERROR = 3,   /* cannot do its job */
	LOG_LEVEL_WARNING = 4, /* degraded */
	LOG_LEVEL_NOTICE = 5,  /* a manager found or lost, the AgentX link up or down */
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7, /* each packet */
};

#endif /* LOG_LEVEL_H */
