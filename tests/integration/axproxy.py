# SPDX-License-Identifier: BSD-2-Clause
"""A relay between a subagent and its master agent that disturbs the connection.

It closes connections after a number of PDUs, blocks all of them, delays the answers
to PDUs of one type, or edits PDUs of the master agent; it also counts PDUs.  The
header is that of RFC 2741, 6.1.
"""

import collections
import contextlib
import socket
import struct
import threading

OPEN, REGISTER, NOTIFY, RESPONSE = 1, 3, 12, 18
TEST_SET, UNDO_SET, CLEANUP_SET = 8, 10, 11

NETWORK_BYTE_ORDER = 0x10


def read_exactly(sock, length):
    data = b""
    while len(data) < length:
        part = sock.recv(length - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def read_pdu(sock):
    """(type, packet id, octets) of the next PDU."""
    header = read_exactly(sock, 20)
    order = ">" if header[2] & NETWORK_BYTE_ORDER else "<"
    packet, length = struct.unpack_from(order + "II", header, 12)
    return header[1], packet, header + read_exactly(sock, length)


class Proxy:
    """Listens at `address`, in net-snmp's notation, until close()."""

    def __init__(self, path, master):
        self.address = f"unix:{path}"
        self.master = master
        self.connects = 0
        self.cuts = []     # for each of the next connections: number of PDUs let through
        self.slam = False  # end each connection when its first PDU arrives
        self.last = set()  # types from the master agent after which a connection ends
        self.delays = {}   # type: seconds by which the answers are delayed
        self.edits = {}    # type: function that returns a request's octets, edited
        self.sent = collections.Counter()      # type: PDUs from the subagent
        self.answered = collections.Counter()  # type: answers to the subagent
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(64)
        self.open = set()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                subagent, _ = self.listener.accept()
                self.connects += 1
                if self.slam:
                    self.hang_up(subagent)
                else:
                    self.relay(subagent, self.cuts.pop(0) if self.cuts else None)

    def hang_up(self, subagent):
        with contextlib.suppress(OSError, EOFError), subagent:
            read_pdu(subagent)

    def relay(self, subagent, cut):
        master = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError):
            master.connect(self.master.removeprefix("unix:"))
        pair = (subagent, master)
        self.open.add(pair)
        asked = {}
        for relay in (self.requests, self.answers):
            threading.Thread(target=self.until_eof, args=(relay, pair, asked, cut),
                             daemon=True).start()

    def until_eof(self, relay, pair, asked, cut):
        with contextlib.suppress(OSError, EOFError):
            relay(*pair, asked, cut)
        self.end(pair)

    def end(self, pair):
        for sock in pair:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self.open.discard(pair)

    def requests(self, subagent, master, asked, cut):
        while cut is None or cut > 0:
            kind, packet, octets = read_pdu(subagent)
            self.sent[kind] += 1
            asked[packet] = kind
            master.sendall(octets)
            cut = None if cut is None else cut - 1

    def answers(self, subagent, master, asked, _):
        while True:
            kind, packet, octets = read_pdu(master)
            octets = self.edits.get(kind, bytes)(octets)
            about = asked.pop(packet, None) if kind == RESPONSE else None
            delay = self.delays.get(about, 0)
            if delay:
                threading.Timer(delay, self.answer, (subagent, about, octets)).start()
            else:
                self.answer(subagent, about, octets)
            if kind in self.last:
                return

    def answer(self, subagent, about, octets):
        with contextlib.suppress(OSError):
            subagent.sendall(octets)
            self.answered[about] += 1

    def cut_all(self):
        """End all connections."""
        for pair in list(self.open):
            self.end(pair)

    def close(self):
        self.listener.close()
        self.cut_all()
