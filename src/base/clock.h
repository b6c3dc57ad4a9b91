/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.h - the present moment. */
#ifndef CLOCK_H
#define CLOCK_H

#include "base/moment.h"

struct moment clock_now(void);

#endif /* CLOCK_H */
