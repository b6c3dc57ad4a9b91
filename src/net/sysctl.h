/* SPDX-License-Identifier: BSD-2-Clause */
/* sysctl.h - reads settings of the kernel, which Linux has as files. */
#ifndef LDM_SYSCTL_H
#define LDM_SYSCTL_H

/* The number in this file, or `otherwise` if it cannot be read. */
long sysctl_file(const char *path, long otherwise);

/* The value of net.ipv4.NAME; with slashes: "conf/all/rp_filter". */
long sysctl_ipv4(const char *name, long otherwise);

/* The value of net.ipv4.conf.IFNAME.NAME that the kernel uses for the settings of which it
 * takes the greater one of the interface and of "all", such as rp_filter. */
long sysctl_ipv4_conf(const char *ifname, const char *name, long otherwise);

#endif /* LDM_SYSCTL_H */
