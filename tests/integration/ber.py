# SPDX-License-Identifier: BSD-2-Clause
"""A small SNMPv1/v2c client that shows types and errors as they are on the wire.

Tests of types and errors cannot use net-snmp's commands, which hide types, refuse to
send invalid values, and print errors as text.
"""

import collections
import select
import socket
import time

from lab import SLOW

INTEGER, OCTETS, NULL, OID = 0x02, 0x04, 0x05, 0x06
IP_ADDRESS, COUNTER32, GAUGE32, TIMETICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_OBJECT, NO_INSTANCE, END_OF_VIEW = 0x80, 0x81, 0x82
GET, GETNEXT, RESPONSE, SET, GETBULK = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5
SEQUENCE = 0x30

V1, V2C = 0, 1

ERRORS = ("noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess",
          "wrongType", "wrongLength", "wrongEncoding", "wrongValue", "noCreation",
          "inconsistentValue", "resourceUnavailable", "commitFailed", "undoFailed",
          "authorizationError", "notWritable", "inconsistentName")

Varbind = collections.namedtuple("Varbind", "oid tag value")
Response = collections.namedtuple("Response", "error index varbinds")


def parse_oid(text):
    """"1.3.6" as a tuple of numbers."""
    return tuple(int(arc) for arc in text.strip(".").split("."))


def show_oid(arcs):
    return ".".join(map(str, arcs))


# Encoding

def tlv(tag, content):
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def encode_number(value, signed=True):
    length = value.bit_length() // 8 + 1
    return value.to_bytes(length, "big", signed=signed)


def encode_arc(arc):
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | (arc & 0x7F))
    return bytes(reversed(octets))


def encode_oid(arcs):
    return b"".join(encode_arc(arc) for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]))


def encode_value(tag, value):
    if tag in (INTEGER, COUNTER32, GAUGE32, TIMETICKS, COUNTER64):
        return tlv(tag, encode_number(value))
    if tag == IP_ADDRESS and isinstance(value, str):
        value = socket.inet_aton(value)
    if tag == OID:
        value = encode_oid(value)
    return tlv(tag, value or b"")


# Decoding

def take(data, at):
    """(tag, content, offset of the next element)."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, at = int.from_bytes(data[at:at + count], "big"), at + count
    assert at + length <= len(data), "truncated"
    return tag, data[at:at + length], at + length


def items(data):
    at = 0
    while at < len(data):
        tag, content, at = take(data, at)
        yield tag, content


def decode_oid(content):
    arcs, arc = [], 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - 40 * first, *arcs[1:])


def decode_value(tag, content):
    if tag in (INTEGER, COUNTER32, GAUGE32, TIMETICKS, COUNTER64):
        return int.from_bytes(content, "big", signed=tag == INTEGER)
    if tag == OID:
        return decode_oid(content)
    return bytes(content)


def decode_varbind(content):
    (_, name), (tag, value) = items(content)
    return Varbind(decode_oid(name), tag, decode_value(tag, value))


class Timeout(Exception):
    """No answer."""


class Client:
    """Asks the SNMP agent of a host, from that host."""

    def __init__(self, host, community="private", version=V2C):
        self.community = community.encode()
        self.version = version
        self.socket = host.udp()
        self.serial = 1000

    def request(self, kind, varbinds, first=0, second=0):
        """Send a PDU of (oid, tag, value) varbinds, wait for its answer."""
        self.serial += 1
        listed = b"".join(tlv(SEQUENCE, encode_value(OID, oid) + encode_value(tag, value))
                          for oid, tag, value in varbinds)
        pdu = b"".join(encode_value(INTEGER, n) for n in (self.serial, first, second))
        message = tlv(SEQUENCE, encode_value(INTEGER, self.version)
                      + tlv(OCTETS, self.community) + tlv(kind, pdu + tlv(SEQUENCE, listed)))
        # Sent once: a SET that was carried out must not be sent again.
        self.socket.sendto(message, ("127.0.0.1", 161))
        deadline = time.monotonic() + 8 * SLOW
        while True:
            ready, _, _ = select.select([self.socket], [], [],
                                        max(0, deadline - time.monotonic()))
            if not ready:
                raise Timeout(f"no answer to request {kind:#x} of {varbinds}")
            answer = self.decode(self.socket.recv(65536))
            if answer is not None:
                return answer

    def decode(self, data):
        """The Response in a message, or None if it answers another request."""
        tag, content, _ = take(data, 0)
        assert tag == SEQUENCE
        (_, version), _, (tag, pdu) = items(content)
        assert decode_value(INTEGER, version) == self.version and tag == RESPONSE
        (_, serial), (_, error), (_, index), (_, varbinds) = items(pdu)
        if decode_value(INTEGER, serial) != self.serial:
            return None
        return Response(ERRORS[decode_value(INTEGER, error)], decode_value(INTEGER, index),
                        [decode_varbind(varbind) for _, varbind in items(varbinds)])

    def get(self, *oids):
        return self.request(GET, [(oid, NULL, b"") for oid in oids])

    def get_next(self, *oids):
        return self.request(GETNEXT, [(oid, NULL, b"") for oid in oids])

    def set(self, *varbinds):
        """Set (oid, tag, value)s; returns the name of the error."""
        return self.request(SET, varbinds)

    def walk(self, root, bulk=0):
        """The varbinds below root, by GETNEXT or GETBULK; asserts their order."""
        found, last = [], root
        while True:
            if bulk:
                answer = self.request(GETBULK, [(last, NULL, b"")], 0, bulk)
            else:
                answer = self.get_next(last)
            if self.version == V1 and answer.error == "noSuchName":
                return found
            assert answer.error == "noError", (show_oid(last), answer)
            for varbind in answer.varbinds:
                if varbind.tag == END_OF_VIEW or varbind.oid[:len(root)] != root:
                    return found
                assert varbind.oid > last, f"{show_oid(varbind.oid)} follows {show_oid(last)}"
                found.append(varbind)
                last = varbind.oid
