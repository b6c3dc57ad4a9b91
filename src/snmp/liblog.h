/* SPDX-License-Identifier: BSD-2-Clause */
/* liblog.h - net-snmp's messages in our log. */
#ifndef LIBLOG_H
#define LIBLOG_H

#include <stdbool.h>

/* Redirect them, before anything else of the library is used. */
void liblog_start(void);

/* While the library reads configuration lines its warnings are about what the
 * operator wrote, and logged as warnings. */
void liblog_configuring(bool configuring);

#endif /* LIBLOG_H */
