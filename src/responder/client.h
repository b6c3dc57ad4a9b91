/* SPDX-License-Identifier: BSD-2-Clause */
/* client.h - the other end of a control socket: one command to a running responder. */
#ifndef CLIENT_H
#define CLIENT_H

enum ask_result {
	ASK_OK = 0,
	ASK_REFUSED = 1,
	ASK_UNREACHABLE = 2, /* no reply; the reason was logged */
};

/* Send the words, separated by blanks, as one command to the responder that
 * listens at path, and copy its reply to standard output, an error to standard
 * error. */
enum ask_result ask(const char *path, char *const *words, int count);

#endif /* CLIENT_H */
