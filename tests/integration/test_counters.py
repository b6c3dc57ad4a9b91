# SPDX-License-Identifier: BSD-2-Clause
"""Every counter of the agent equals the number of datagrams that were sent.

A full table never evicts a known manager for an unknown one; answers that are refused
because of it are counted, and logged once until there is room again.
"""

import collections
import random
import signal
import struct
import time

import ber
from lab import (DOWN, GROUP, MAGIC, PORT, SLOW, addresses, mib, request_datagram,
                 response_datagram, wait_for)
from lab_mib import (interface_rows, reload, rounds, wait_first_round, wait_rounds,
                     writable_station)

COUNTERS = ["ldmDatagramsShort", "ldmDatagramsBadMagic", "ldmDatagramsBadVersion",
            "ldmDatagramsMacQueries", "ldmDatagramsMacAnswers", "ldmDatagramsOwnRequests",
            "ldmDatagramsForeignRequests", "ldmDatagramsUnknownType", "ldmDatagramsMalformed",
            "ldmDatagramsDenied", "ldmDatagramsNoRoom", "ldmDatagramsUnconfirmed",
            "ldmDatagramsAccepted", "ldmRequestsSent", "ldmSendErrors", "ldmKernelDrops",
            "ldmExcusedRounds", "ldmDatagramsCut"]
KNOWN = addresses("198.18.0.1", 3)
MAC = 0x00144FFBABCD
GOOD = response_datagram(KNOWN[0])


def header(datagram, version=1, magic=MAGIC, msg_type=3, resv=0):
    return struct.pack(">IIII", version, magic, msg_type, resv) + datagram[16:]


def response(**changes):
    fields = dict(address=KNOWN[0], hostname=b"host", version=b"1.0", port=6482)
    fields.update(changes)
    return response_datagram(fields["address"], fields["hostname"], fields["version"],
                             fields["port"])


def with_port(port):
    return GOOD[:308] + struct.pack(">I", port & 0xFFFFFFFF)


# Fields that are full, as strncpy() leaves them.
CUT = [response(version=b"v" * 32), response(hostname=b"h" * 256)]

# Every kind of datagram that others may send: its counter, and variations of it.
KINDS = {
    "ldmDatagramsShort": [b"", b"x", GOOD[:311], GOOD[:16], request_datagram()[:100],
                          header(GOOD, magic=7)[:200]],
    "ldmDatagramsBadMagic": [header(GOOD, magic=MAGIC + 1), header(GOOD, magic=0),
                             header(GOOD, magic=7, version=9),
                             struct.pack("<II", 1, MAGIC) + GOOD[8:], bytes(312),
                             header(GOOD, magic=7) + bytes(1000)],
    "ldmDatagramsBadVersion": [header(GOOD, version=2), header(GOOD, version=0),
                               header(request_datagram(), version=2**32 - 1, msg_type=2)],
    "ldmDatagramsMacQueries": [request_datagram(0, MAC), request_datagram(0, MAC) + b"more"],
    "ldmDatagramsMacAnswers": [request_datagram(1, MAC)],
    "ldmDatagramsForeignRequests": [request_datagram(), request_datagram() + b"longer",
                                    header(b"\xff" * 312, msg_type=2, resv=5)],
    "ldmDatagramsUnknownType": [header(GOOD, msg_type=4), header(GOOD, msg_type=2**32 - 1),
                                struct.pack(">III", 1, MAGIC, 0x03000000) + GOOD[12:]],
    "ldmDatagramsMalformed": [response(version=b"v" * 31 + b"\x1f"),
                              response(hostname=b"a\x1fb"), response(hostname=b"caf\xc3\xa9"),
                              response(version=b"1.0\n"), response(version=b"\x7f"),
                              response(address="0.0.0.0"), response(address="255.255.255.255"),
                              response(address="0.1.2.3"), response(address="240.0.0.1"),
                              response(address="224.0.0.1"), response(address="239.129.9.27"),
                              response(address="127.0.0.1"), with_port(0), with_port(65536),
                              with_port(-1), with_port(65536 + 6482)],
    "ldmDatagramsDenied": [response(address="198.18.66.1"), response(address="198.18.66.255")],
    "ldmDatagramsNoRoom": [response(address="198.18.5.1"), response(address="10.1.2.3")],
    "ldmDatagramsAccepted": [response(address=KNOWN[0]), response(address=KNOWN[1], hostname=b""),
                             response(address=KNOWN[2], version=b"", port=65535) + b"trailer",
                             header(response(address=KNOWN[1], hostname=b"h\0\xff\n"), resv=77),
                             *CUT],
}


def counts(station, names=COUNTERS):
    return dict(zip(names, station.get(*[f"{mib().oid(name)}.0" for name in names])))


class Peer:
    """A host that receives the requests of a station, and sends any datagram."""

    def __init__(self, lab, segment, station_address):
        self.station = station_address
        host = lab.manager_host(segment)
        self.listener = host.udp(PORT, GROUP)
        host.join(self.listener)
        self.sockets = [host.udp(), host.udp(PORT)]
        for sock in self.sockets:
            host.join(sock)
        self.seen = []  # (source port, datagram) of each request
        self.sent = collections.Counter()

    def look(self):
        """Record datagrams from the station to the group; returns the number of requests so far."""
        while True:
            try:
                datagram, (source, port) = self.listener.recvfrom(2000)
            except BlockingIOError:
                return len(self.seen)
            if source == self.station:
                assert datagram == request_datagram(), "a request not as the guide has it"
                self.seen.append(port)

    def send(self, kind, datagram, chance):
        """Send to the group, the well-known port or the source of the last request."""
        target = chance.choice([(GROUP, PORT), (self.station, PORT),
                                (self.station, self.seen[-1])])
        chance.choice(self.sockets).sendto(datagram, target)
        self.sent[kind] += 1
        self.sent["ldmDatagramsCut"] += datagram in CUT


def full_daemon(station, **times):
    """A daemon whose table is full of three expected managers."""
    return station.daemon(config=["maxManagers 3", *[f"expect {a}" for a in KNOWN],
                                  "deny 198.18.66.0/24"], **times)


def hold_still(station):
    """Prevent further rounds, and wait until the current one is over."""
    client = ber.Client(station)
    oid = ber.parse_oid(mib().oid("ldmDiscoveryInterval")) + (0,)
    assert client.set((oid, ber.GAUGE32, 86400000)).error == "noError"

    def quiet():
        """Whether no request was sent for longer than a round takes."""
        state = rounds(station), station.value("ldmRequestsSent")
        if state != seen[0]:
            seen[:] = [state, time.monotonic()]
        return time.monotonic() - seen[1] > 0.8 * SLOW
    seen = [None, 0]
    wait_for(quiet, 20, "the rounds to end")


def test_counters_equal_what_was_sent(lab):
    """Ten rounds with every kind of datagram mixed: each counter is correct."""
    chance = random.Random(6482)
    segments = ("red", "blue")
    station = writable_station(lab, segments)
    peers = [Peer(lab, segment, f"198.18.{254 + i}.1") for i, segment in enumerate(segments)]
    full_daemon(station, interval="600ms", window="250ms")
    wait_first_round(station)
    assert {k: v for k, v in counts(station).items() if k in KINDS and v} == {}

    for _ in range(10):
        for peer in peers:
            goal = peer.look() + 1
            wait_for(lambda: peer.look() >= goal, 10, "a request")
        batch = [(peer, kind) for peer in peers for kind in KINDS
                 for _ in range(chance.randint(1, 4))]
        chance.shuffle(batch)
        for peer, kind in batch:
            peer.send(kind, chance.choice(KINDS[kind]), chance)
        # The managers all answer, so that the round has no repeats.
        for address in KNOWN:
            peers[0].send("ldmDatagramsAccepted", response(address=address), chance)
    # Each variation at least once, independent of chance.
    for kind, variations in KINDS.items():
        for datagram in variations:
            peers[1].send(kind, datagram, chance)
    hold_still(station)

    sent = sum((peer.sent for peer in peers), collections.Counter())
    wanted = dict(sent)
    wanted["ldmRequestsSent"] = sum(peer.look() for peer in peers)
    wanted["ldmDatagramsOwnRequests"] = wanted["ldmRequestsSent"]
    wanted.update(ldmSendErrors=0, ldmKernelDrops=0, ldmExcusedRounds=0,
                  ldmDatagramsUnconfirmed=0)
    assert set(wanted) == set(COUNTERS)

    def settled():
        wanted["ldmRequestsSent"] = sum(peer.look() for peer in peers)
        wanted["ldmDatagramsOwnRequests"] = wanted["ldmRequestsSent"]
        return sum(counts(station).values()) >= sum(wanted.values())
    wait_for(settled, 10, "the last of them")
    assert counts(station) == wanted

    # The interfaces' counters add up to the same, each with what was sent on its network.
    rows = interface_rows(station)
    for number, peer in enumerate(peers):
        row = rows[f"eth{number}"]
        assert row["ldmInterfaceRequests"] == peer.look()
        assert row["ldmInterfaceResponses"] == peer.sent["ldmDatagramsAccepted"]
        assert row["ldmInterfaceKernelDrops"] == 0
    assert sum(row["ldmInterfaceResponses"] for row in rows.values()) \
        == sent["ldmDatagramsAccepted"]
    assert sum(row["ldmInterfaceRequests"] for row in rows.values()) == wanted["ldmRequestsSent"]
    assert sum(row["ldmInterfaceManagersUp"] for row in rows.values()) \
        == station.value("ldmManagersUp")
    # None of them has created or changed a row.
    assert list(station.statuses()) == KNOWN
    assert station.value("ldmManagersUnconfirmed") == 0


def test_own_requests_are_not_foreign(lab):
    """Only requests of others count as such, also those from this host and the same port."""
    station = lab.station()
    peer = Peer(lab, "red", "198.18.254.1")
    daemon = full_daemon(station, interval="600s", window="400ms")
    wait_first_round(station)
    for number in range(3):
        daemon.send_signal(signal.SIGUSR1)
        wait_for(lambda: rounds(station) == 2 + number, 10, "an additional round")
    ours = counts(station)
    assert ours["ldmDatagramsForeignRequests"] == 0
    assert ours["ldmDatagramsOwnRequests"] == ours["ldmRequestsSent"] == peer.look()

    # A scanner on the same host, which uses the same ports.
    scan = station.scan("-w", "500ms", "-n", "4")
    assert scan.returncode == 1, scan.stderr

    def all_counted():
        now = counts(station)
        return (now["ldmDatagramsOwnRequests"] + now["ldmDatagramsForeignRequests"]
                == peer.look() > ours["ldmRequestsSent"])
    wait_for(all_counted, 10, "the scanner's requests")
    now = counts(station)
    assert now["ldmRequestsSent"] == ours["ldmRequestsSent"]
    assert now["ldmDatagramsOwnRequests"] == ours["ldmDatagramsOwnRequests"]
    assert now["ldmDatagramsForeignRequests"] == peer.look() - ours["ldmRequestsSent"]


def test_counters_of_what_the_responder_says(lab):
    """The daemon accepts exactly the answers that ldm-responder reports as sent."""
    station = writable_station(lab)
    responder = lab.manager_host().responder("-n", 50, "-a", "198.18.0.1", "-r", "both", "-m",
                                             delay="0:50")
    station.daemon(interval="700ms", window="300ms")
    wait_for(lambda: station.value("ldmManagersUp") == 50, 20, "50 managers up")
    wait_rounds(station, 4)
    hold_still(station)
    stats = dict(pair.split("=") for pair in responder.command("stats").split() if "=" in pair)
    assert station.value("ldmRequestsSent") == int(stats["requests"])
    # Both answers to the first request, of which the second may come after another request.
    wait_for(lambda: station.value("ldmDatagramsAccepted")
             + station.value("ldmDatagramsUnconfirmed") == int(stats["sent"]), 10,
             f"{stats} to be accepted")
    assert 50 <= station.value("ldmDatagramsUnconfirmed") <= 100
    assert station.value("ldmDatagramsMacQueries") > 0 < station.value("ldmDatagramsMacAnswers")
    assert station.value("ldmDiscoveryLastAnswers") == 50


def test_full_table(lab):
    """A full table evicts no manager; refusals are counted, and logged once until it has room."""
    station = writable_station(lab)
    host = lab.manager_host()
    known = host.responder("-n", 3, "-a", "198.18.0.1", delay="0:20")
    lines = ["interval 500ms", "window 200ms", "misses 2"]
    daemon = station.daemon(config=lines[2:], interval="500ms", window="200ms")
    station.wait_all_up(KNOWN)
    reload(daemon, lines + ["maxManagers 3"])
    first = time.monotonic()
    strangers = host.responder("-n", 5, "-a", "198.18.7.1", delay="0:20")
    wait_for(lambda: station.value("ldmDatagramsNoRoom") >= 15, 20, "three rounds of refusals")
    full = "table is full"
    assert len(daemon.lines(full)) == 1 and "3" in daemon.lines(full)[0]
    station.wait_all_up(KNOWN)

    # A known one goes down: it keeps its place.
    known.command("off", "198.18.0.2")
    wait_for(lambda: station.status("198.18.0.2") == DOWN, 20, "down")
    wait_rounds(station, 4)
    assert list(station.statuses()) == KNOWN
    known.command("on", "198.18.0.2")
    station.wait_all_up(KNOWN)
    assert len(daemon.lines(full)) == 1

    # Room for one: a stranger takes it, and the rest is refused and logged again.
    strangers.command("off", "all")
    status = ber.parse_oid(mib().oid("ldmManagerRowStatus"))
    client = ber.Client(station)
    known.command("off", "198.18.0.3")
    answer = client.set((status + (198, 18, 0, 3), ber.INTEGER, 6))
    assert answer.error == "noError"
    strangers.command("on", "198.18.7.3")
    station.wait_all_up(["198.18.0.1", "198.18.0.2", "198.18.7.3"])
    refused = station.value("ldmDatagramsNoRoom")
    strangers.command("on", "all")
    wait_for(lambda: station.value("ldmDatagramsNoRoom") >= refused + 8, 20, "refusals")
    # Not more than a line a minute.
    wait_for(lambda: len(daemon.lines(full)) == 2, 70, "the second message")
    assert time.monotonic() - first > 60

    # A larger limit: all find room, and nothing more is refused.
    reload(daemon, lines + ["maxManagers 100"])
    known.command("on", "all")
    station.wait_all_up(KNOWN + addresses("198.18.7.1", 5))
    refused = station.value("ldmDatagramsNoRoom")
    wait_rounds(station, 3)
    assert station.value("ldmDatagramsNoRoom") == refused
    assert len(daemon.lines(full)) == 2
    assert len(station.trapd.disappeared()) == 1


def test_forgers_do_not_evict(lab):
    """Thousands of forged answers to a full table change no row."""
    station = lab.station()
    lab.manager_host("red", 3).responder("-n", 3, "-a", KNOWN[0], delay="0:20")
    peer = Peer(lab, "red", "198.18.254.1")
    daemon = full_daemon(station, interval="600ms", window="250ms")
    station.wait_all_up(KNOWN)
    wait_for(lambda: peer.look() >= 1, 10, "a request")
    for number, address in enumerate(addresses("198.19.0.1", 3000)):
        peer.sockets[0].sendto(response_datagram(address), ("198.18.254.1", PORT))
        if number % 100 == 99:  # well below the buffers
            goal = number + 1 - 20
            wait_for(lambda: station.value("ldmDatagramsNoRoom") >= goal, 10, "them to be counted")
    wait_for(lambda: station.value("ldmDatagramsNoRoom") == 3000, 10, "all of them")
    wait_rounds(station, 2)
    station.wait_all_up(KNOWN)
    assert len(daemon.lines("table is full")) == 1
    assert len(station.trapd.notifications()) == 3
