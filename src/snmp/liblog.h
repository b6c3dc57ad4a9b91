/* SPDX-License-Identifier: BSD-2-Clause */
/* liblog.h - redirects net-snmp's messages to the log. */
#ifndef LIBLOG_H
#define LIBLOG_H

#include <stdbool.h>

/* To be called before anything else of the library is used. */
void liblog_start(void);

/* While the library reads configuration lines, its warnings are about the operator's
 * input and are logged as warnings. */
void liblog_configuring(bool configuring);

#endif /* LIBLOG_H */
