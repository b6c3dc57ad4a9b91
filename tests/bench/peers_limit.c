/* SPDX-License-Identifier: BSD-2-Clause */
/* peers_limit - the least that an AgentX subagent can do: it reads a request, looks up the
 * answer that was encoded before it started, and writes it.
 *
 *	peers_limit SOCKET ROOT ROWS <TEMPLATE
 *
 * It registers the table below ROOT, with so many rows of the template (peers_template.h).
 * There are no contexts, no SET, and no check of anything.  In the host's byte order.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "peers_template.h"

#define SUBIDS_MAX 128
#define HEADER 20
#define PREFIX 5 /* sub-identifiers of 1.3.6.1.X, which have a short form */

enum { OPEN = 1, REGISTER = 3, GET = 5, GETNEXT = 6, CLEANUP_SET = 11, RESPONSE = 18 };
enum { OCTETS = 4, IP_ADDRESS = 64, NO_SUCH_INSTANCE = 129, END_OF_MIB_VIEW = 130 };

struct buffer {
	uint8_t octets[65536];
	size_t len;
};

struct name {
	uint32_t subids[SUBIDS_MAX];
	size_t len;
};

struct varbind {
	uint8_t *octets;
	size_t len;
};

/* Of all columns of the first row, and so on. */
static struct varbind *varbinds;

static struct name root;
static uint32_t columns, rows;

static void
put(struct buffer *to, const void *octets, size_t len)
{
	if (len > sizeof(to->octets) - to->len)
		errx(1, "too long");
	memcpy(to->octets + to->len, octets, len);
	to->len += len;
}

static void
put_short(struct buffer *to, uint16_t value)
{
	put(to, &value, sizeof(value));
}

static void
put_int(struct buffer *to, uint32_t value)
{
	put(to, &value, sizeof(value));
}

static void
put_string(struct buffer *to, const void *octets, size_t len)
{
	put_int(to, (uint32_t)len);
	put(to, octets, len);
	put(to, "\0\0\0", -len & 3);
}

static void
put_name(struct buffer *to, const struct name *name)
{
	const uint8_t head[4] = {(uint8_t)(name->len - PREFIX), (uint8_t)name->subids[4]};

	put(to, head, sizeof(head));
	put(to, name->subids + PREFIX, (name->len - PREFIX) * sizeof(uint32_t));
}

static uint32_t
get_int(const uint8_t **at)
{
	uint32_t value;

	memcpy(&value, *at, sizeof(value));
	*at += sizeof(value);
	return value;
}

static void
get_name(const uint8_t **at, struct name *name, uint8_t *include)
{
	const size_t subids = (*at)[0];
	const uint32_t head[PREFIX] = {1, 3, 6, 1, (*at)[1]};

	name->len = head[4] != 0 ? PREFIX : 0;
	if (name->len + subids > SUBIDS_MAX)
		errx(1, "too long a name");
	memcpy(name->subids, head, name->len * sizeof(uint32_t));
	*include = (*at)[2];
	*at += 4;
	memcpy(name->subids + name->len, *at, subids * sizeof(uint32_t));
	name->len += subids;
	*at += subids * sizeof(uint32_t);
}

static struct name
name_of(uint32_t column, uint32_t row)
{
	struct name name = root;

	name.subids[name.len++] = PEERS_FIRST_COLUMN + column;
	for (unsigned int shift = 32; shift > 0; shift -= 8)
		name.subids[name.len++] = (PEERS_FIRST_ROW + row) >> (shift - 8) & 0xff;
	return name;
}

static void
put_value(struct buffer *to, const struct peers_value *value)
{
	if (value->is_number)
		put_int(to, (uint32_t)value->number);
	else if (value->type == IP_ADDRESS || value->type == OCTETS)
		put_string(to, value->octets, value->len);
	else
		errx(1, "no type of the table: %u", value->type);
}

static void
encode(struct varbind *vb, uint32_t column, uint32_t row, const struct peers_value *value)
{
	static struct buffer varbind;
	const struct name name = name_of(column, row);

	varbind.len = 0;
	put_short(&varbind, value->type);
	put_short(&varbind, 0);
	put_name(&varbind, &name);
	put_value(&varbind, value);
	vb->octets = malloc(varbind.len);
	if (vb->octets == NULL)
		err(1, NULL);
	memcpy(vb->octets, varbind.octets, varbind.len);
	vb->len = varbind.len;
}

static void
encode_all(void)
{
	static struct peers_value template[PEERS_COLUMNS_MAX];

	columns = peers_template_read(template);
	varbinds = calloc((size_t)rows * columns, sizeof(*varbinds));
	if (varbinds == NULL)
		err(1, NULL);
	for (uint32_t row = 0; row < rows; row++)
		for (uint32_t column = 0; column < columns; column++)
			encode(&varbinds[(size_t)row * columns + column], column, row,
			       &template[column]);
}

/* Requests are for the table's root, a column or an instance. */
static const struct varbind *
look_up(const struct name *name, int next)
{
	const uint32_t *suffix = name->subids + root.len;
	uint32_t column = 0, row = 0;

	if (name->len > root.len)
		column = suffix[0] < PEERS_FIRST_COLUMN ? 0 : suffix[0] - PEERS_FIRST_COLUMN;
	if (name->len == root.len + 5) {
		row = (suffix[1] << 24 | suffix[2] << 16 | suffix[3] << 8 | suffix[4]) -
		      PEERS_FIRST_ROW;
		row += next ? 1 : 0;
	}
	if (next && row >= rows) {
		row = 0;
		column++;
	}
	return row < rows && column < columns ? &varbinds[(size_t)row * columns + column] : NULL;
}

static void
begin(struct buffer *pdu, uint8_t type, uint32_t session, uint32_t transaction, uint32_t packet)
{
	const uint8_t head[4] = {1, type};

	pdu->len = 0;
	put(pdu, head, sizeof(head));
	put_int(pdu, session);
	put_int(pdu, transaction);
	put_int(pdu, packet);
	put_int(pdu, 0);
}

static void
end(int fd, struct buffer *pdu)
{
	const uint32_t len = (uint32_t)pdu->len - HEADER;

	memcpy(pdu->octets + HEADER - sizeof(len), &len, sizeof(len));
	if (write(fd, pdu->octets, pdu->len) != (ssize_t)pdu->len)
		err(1, "write");
}

static void
answer(struct buffer *response, int type, const uint8_t *at, const uint8_t *after)
{
	while (at < after) {
		struct name start, bound;
		uint8_t include, unused;
		const struct varbind *vb;

		get_name(&at, &start, &include);
		get_name(&at, &bound, &unused);
		vb = look_up(&start, type == GETNEXT && !include);
		if (vb != NULL) {
			put(response, vb->octets, vb->len);
			continue;
		}
		put_short(response, type == GET ? NO_SUCH_INSTANCE : END_OF_MIB_VIEW);
		put_short(response, 0);
		put_name(response, &start);
	}
}

/* Handle the PDU at in; returns its session. */
static uint32_t
handle(int fd, const uint8_t *in, size_t len)
{
	static struct buffer response;
	const int type = in[1];
	const uint8_t *at = in + 4;
	const uint32_t session = get_int(&at), transaction = get_int(&at), packet = get_int(&at);

	if (type == RESPONSE || type == CLEANUP_SET)
		return session;
	begin(&response, RESPONSE, session, transaction, packet);
	put_int(&response, 0); /* sysUpTime */
	put_int(&response, 0); /* no error */
	if (type == GET || type == GETNEXT)
		answer(&response, type, in + HEADER, in + len);
	end(fd, &response);
	return session;
}

/* Handle all that is read until a number of PDUs was complete. */
static uint32_t
serve(int fd, uint64_t pdus)
{
	static uint8_t in[1 << 20];
	static size_t have;
	uint32_t session = 0;

	while (pdus > 0) {
		const ssize_t n = read(fd, in + have, sizeof(in) - have);

		if (n <= 0)
			exit(0);
		have += (size_t)n;
		while (have >= HEADER) {
			uint32_t len;

			memcpy(&len, in + HEADER - sizeof(len), sizeof(len));
			len += HEADER;
			if (have < len)
				break;
			session = handle(fd, in, len);
			have -= len;
			memmove(in, in + len, have);
			pdus--;
		}
	}
	return session;
}

static int
connect_to(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&sun, sizeof(sun)) < 0)
		err(1, "%s", path);
	return fd;
}

static void
register_root(int fd)
{
	static struct buffer pdu;
	const uint8_t no_timeout[4] = {0}, usual_priority[4] = {0, 127};
	uint32_t session;

	begin(&pdu, OPEN, 0, 0, 1);
	put(&pdu, no_timeout, sizeof(no_timeout));
	put_name(&pdu, &root);
	put_string(&pdu, "limit", strlen("limit"));
	end(fd, &pdu);
	session = serve(fd, 1);
	begin(&pdu, REGISTER, session, 0, 2);
	put(&pdu, usual_priority, sizeof(usual_priority));
	put_name(&pdu, &root);
	end(fd, &pdu);
}

int
main(int argc, char *argv[])
{
	int fd;

	if (argc != 4)
		errx(1, "usage: peers_limit SOCKET ROOT ROWS <TEMPLATE");
	for (char *arc = strtok(argv[2], "."); arc != NULL; arc = strtok(NULL, "."))
		if (root.len < SUBIDS_MAX / 2)
			root.subids[root.len++] = (uint32_t)strtoul(arc, NULL, 10);
	rows = (uint32_t)strtoul(argv[3], NULL, 10);
	encode_all();
	fd = connect_to(argv[1]);
	register_root(fd);
	serve(fd, UINT64_MAX);
	return 0;
}
