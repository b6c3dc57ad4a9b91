/* SPDX-License-Identifier: BSD-2-Clause */
/* client.h - sends one command to the control socket of a running responder. */
#ifndef CLIENT_H
#define CLIENT_H

enum client_result {
	CLIENT_OK = 0,
	CLIENT_REFUSED = 1,
	CLIENT_UNREACHABLE = 2, /* no reply; the reason was logged */
};

/* Send the words, separated by blanks, as one command to the responder that listens at
 * path.  Prints its reply on standard output, or an error on standard error. */
enum client_result client_run(const char *path, char *const *words, int count);

#endif /* CLIENT_H */
