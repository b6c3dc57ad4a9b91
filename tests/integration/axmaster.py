# SPDX-License-Identifier: BSD-2-Clause
"""A master agent that sends AgentX PDUs as a test wants them, octet by octet (RFC 2741).

It answers what a subagent asks of it, except pings while hold_pings is set: the
subagent then waits for the answer.
"""

import collections
import select
import socket
import struct
import time

from axproxy import CLEANUP_SET, NETWORK_BYTE_ORDER, NOTIFY, OPEN, REGISTER, RESPONSE, TEST_SET
from ber import COUNTER64, IP_ADDRESS, OCTETS, OID
from lab import SLOW

GET, GETNEXT, COMMIT_SET, PING = 5, 6, 9, 13
NON_DEFAULT_CONTEXT = 0x08
NULL_OID = ()
SESSION = 77

Range = collections.namedtuple("Range", "start end include", defaults=(NULL_OID, False))
Answer = collections.namedtuple("Answer", "error index varbinds")


def encode_oid(order, oid, include=False):
    return struct.pack(f"{order}4B{len(oid)}I", len(oid), 0, include, 0, *oid)


def encode_octets(order, octets):
    return struct.pack(f"{order}I", len(octets)) + octets + bytes(-len(octets) % 4)


def encode_varbind(order, oid, tag, value):
    data = struct.pack(f"{order}HH", tag, 0) + encode_oid(order, oid)
    if isinstance(value, bytes):
        return data + encode_octets(order, value)
    return data + struct.pack(f"{order}i", value)


class Reader:
    """Takes values from the front of octets."""

    def __init__(self, order, data):
        self.order, self.data, self.at = order, data, 0

    def take(self, form):
        values = struct.unpack_from(self.order + form, self.data, self.at)
        self.at += struct.calcsize(self.order + form)
        return values

    def oid(self):
        count, prefix, _, _ = self.take("4B")
        return ((1, 3, 6, 1, prefix) if prefix else ()) + self.take(f"{count}I")

    def value(self, tag):
        if tag in (OCTETS, IP_ADDRESS):
            length, = self.take("I")
            octets = self.data[self.at:self.at + length]
            self.at += length + -length % 4
            return octets
        if tag == OID:
            return self.oid()
        if tag == COUNTER64:
            return self.take("Q")[0]
        # NULL and the exceptions have none.
        return None if tag in (5, 128, 129, 130) else self.take("i" if tag == 2 else "I")[0]

    def varbinds(self):
        found = []
        while self.at < len(self.data):
            tag, _ = self.take("HH")
            oid = self.oid()
            found.append((oid, tag, self.value(tag)))
        return found


class Master:
    """Listens at `address`, in net-snmp's notation, for one subagent at a time."""

    def __init__(self, path):
        self.address = f"unix:{path}"
        self.order = "<"
        self.hold_pings = False
        self.held = []        # headers of pings without an answer
        self.registered = []  # (context, OID)
        self.packet = 1000
        self.sessions = {}    # of each packet sent
        self.data = b""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(4)
        self.sock = None

    def close(self):
        self.hang_up()
        self.listener.close()

    def hang_up(self):
        if self.sock:
            self.sock.close()
        self.sock, self.data, self.held, self.registered = None, b"", [], []

    def accept(self, count):
        """Accept a subagent, and wait until it has registered so many objects."""
        self.listener.settimeout(10 * SLOW)
        self.sock, _ = self.listener.accept()
        deadline = time.monotonic() + 10 * SLOW
        while len(self.registered) < count:
            self.pump(deadline)

    # Sending

    def pdu(self, kind, payload=b"", context=None, transaction=None, session=SESSION):
        """(packet id, octets) of a PDU."""
        self.packet += 1
        self.sessions[self.packet] = session
        flags = NETWORK_BYTE_ORDER if self.order == ">" else 0
        if context is not None:
            flags |= NON_DEFAULT_CONTEXT
            payload = encode_octets(self.order, context) + payload
        transaction = self.packet if transaction is None else transaction
        return self.packet, struct.pack(f"{self.order}4B4I", 1, kind, flags, 0, session,
                                        transaction, self.packet, len(payload)) + payload

    def read_request(self, kind, ranges, **header):
        """A Get or GetNext of Ranges."""
        return self.pdu(kind, b"".join(
            encode_oid(self.order, r.start, r.include) + encode_oid(self.order, r.end)
            for r in ranges), **header)

    def exchange(self, *pdus):
        """Send PDUs in one write; returns [(packet id, Answer)] in the order of the answers."""
        self.sock.sendall(b"".join(octets for _, octets in pdus))
        waiting = {packet for packet, octets in pdus if octets[1:2] != bytes([CLEANUP_SET])}
        answers = []
        deadline = time.monotonic() + 10 * SLOW
        while waiting:
            packet, answer = self.pump(deadline)
            if packet in waiting:
                waiting.remove(packet)
                answers.append((packet, answer))
        return answers

    def ask(self, kind, ranges, **header):
        (_, answer), = self.exchange(self.read_request(kind, ranges, **header))
        return answer

    def get(self, *oids, **header):
        return self.ask(GET, [Range(oid) for oid in oids], **header)

    def set_phases(self, *varbinds, transaction, **header):
        """The PDUs of a SET: TestSet, CommitSet and CleanupSet."""
        payload = b"".join(encode_varbind(self.order, *varbind) for varbind in varbinds)
        return (self.pdu(TEST_SET, payload, transaction=transaction, **header),
                self.pdu(COMMIT_SET, transaction=transaction, **header),
                self.pdu(CLEANUP_SET, transaction=transaction, **header))

    # Receiving

    def read_exactly(self, length, deadline):
        while len(self.data) < length:
            ready, _, _ = select.select([self.sock], [], [], max(0, deadline - time.monotonic()))
            assert ready, "the subagent does not answer"
            part = self.sock.recv(65536)
            if not part:
                raise EOFError
            self.data += part
        taken, self.data = self.data[:length], self.data[length:]
        return taken

    def pump(self, deadline):
        """Handle the next PDU; returns (packet id, Answer), or (None, None) if it is none."""
        header = self.read_exactly(20, deadline)
        order = ">" if header[2] & NETWORK_BYTE_ORDER else "<"
        kind, (session, transaction, packet, length) = header[1], struct.unpack(
            order + "4I", header[4:])
        reader = Reader(order, self.read_exactly(length, deadline))
        # The library (5.9.3) puts it into responses, too.
        context = reader.value(OCTETS) if header[2] & NON_DEFAULT_CONTEXT else None
        if kind == RESPONSE:
            assert order == self.order and session == self.sessions[packet]
            _, error, index = reader.take("IHH")
            return packet, Answer(error, index, reader.varbinds())
        if kind == REGISTER:
            reader.take("4B")
            self.registered.append((context, reader.oid()))
        reply = struct.pack(order + "4B4IIHH", 1, RESPONSE, header[2] & NETWORK_BYTE_ORDER, 0,
                            SESSION, transaction, packet, 8, 0, 0, 0)
        if kind == PING and self.hold_pings:
            self.held.append(reply)
        else:
            assert kind in (OPEN, REGISTER, NOTIFY, PING, 2, 16), kind
            self.sock.sendall(reply)
        return None, None

    def wait_held(self):
        """Wait until the subagent waits for the answer to a ping, and keep it waiting."""
        self.hold_pings = True
        deadline = time.monotonic() + 10 * SLOW
        while not self.held:
            self.pump(deadline)

    def release(self):
        """Answer the pings, as from now on."""
        self.hold_pings = False
        for reply in self.held:
            self.sock.sendall(reply)
        self.held = []
