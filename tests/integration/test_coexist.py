# SPDX-License-Identifier: BSD-2-Clause
"""Several programs that use the well-known port of one host.

Daemon, ldm-scan and responder work on the same host, whichever starts first, and
with `sourcePort ephemeral` another program bound to *:64535 receives all its
datagrams.  The daemon never answers requests, neither for discovery nor for MAC
address collision detection.
"""

import itertools
import socket

import pytest

from lab import (GROUP, PORT, UNKNOWN, UP, addresses, message_type, program, request_datagram,
                 wait_for)

HERE = addresses("198.18.0.1", 5)
THERE = addresses("198.18.1.1", 5)


@pytest.mark.parametrize("order", itertools.permutations(["daemon", "scan", "responder"]),
                         ids=lambda order: "-".join(order))
def test_same_host_in_any_order(lab, order):
    """Daemon, live scan and responder on one host: daemon and scan find all managers."""
    station = lab.station()
    lab.manager_host().responder("-n", 5, "-a", THERE[0])
    for what in order:
        if what == "daemon":
            station.daemon(interval="800ms", window="300ms").wait_output(".", 10)
        elif what == "responder":
            station.responder("-n", 5, "-a", HERE[0])
        else:
            scan = station.start("ldm-scan", [program("ldm-scan"), "-l", "-w", "300ms"])
    station.wait_all_up(HERE + THERE)
    for address in HERE + THERE:
        scan.wait_output(rf"\b{address}\b".replace(".", r"\."), 20)
    # And another scan, beside all of them.
    once = station.scan("-q", "-e", "10")
    assert once.returncode == 0, once.stdout + once.stderr


@pytest.mark.parametrize("mode", ["source", "fixed", "multicast"])
def test_two_daemons(lab, mode):
    """Two daemons on one host, which share the port, both find all.

    The kernel delivers each answer to the fixed port to one socket only, the one
    bound last.  The other daemon does not receive it, so for that mode only the
    later one is asked.
    """
    station = lab.station(snmp=False)
    master = station.snmpd()
    lab.manager_host().responder("-n", 5, "-a", THERE[0], "-r", mode)
    first = station.daemon(interval="800ms", window="300ms")
    if mode == "fixed":
        first.wait_output(".", 10)
        first.end()
        station.scan("-q")
    else:
        station.wait_all_up(THERE)
        # End the first one's master agent; the second one gets a new socket.
        master.kill()
        station.agentx = f"unix:{lab.path}/second-agentx/socket"
        station.snmpd()
    station.daemon(interval="800ms", window="300ms")
    station.wait_all_up(THERE)


MODES = ["source", "fixed", "multicast", "both"]


def managers_of_every_kind(lab):
    """A host for each mode of answering, with two managers: {mode: addresses}."""
    kinds = {}
    for number, mode in enumerate(MODES):
        first = f"198.18.{number + 1}.1"
        lab.manager_host(number=number + 2).responder("-n", 2, "-a", first, "-r", mode)
        kinds[mode] = addresses(first, 2)
    return kinds


def let_rounds_pass(station, count):
    goal = station.value("ldmDiscoveryRounds") + count
    wait_for(lambda: station.value("ldmDiscoveryRounds") >= goal, 10 * count, f"{count} rounds")


@pytest.mark.parametrize("order", ["scan-last", "scan-first", "one-shots", "fixed-scan"])
def test_a_scan_hides_no_manager_from_the_daemon(lab, order):
    """However managers answer, and whichever of the two is started first."""
    station = lab.station()
    kinds = managers_of_every_kind(lab)
    every = [address for mode in MODES for address in kinds[mode]]
    live = [program("ldm-scan"), "-l", "-w", "300ms"]
    if order == "scan-first":
        # It has the port until the daemon takes it.
        scan = station.start("ldm-scan", live)
        for address in every:
            scan.wait_output(rf"appeared +{address} ".replace(".", r"\."), 20)
    station.daemon(interval="800ms", window="300ms", config=["misses 2"])
    station.wait_all_up(every)
    if order == "scan-last":
        scan = station.start("ldm-scan", live)
        for mode in ("source", "multicast", "both"):
            for address in kinds[mode]:
                scan.wait_output(rf"appeared +{address} ".replace(".", r"\."), 20)
    elif order == "one-shots":
        for _ in range(4):
            once = station.scan("-w", "600ms")
            assert once.returncode == 0, once.stderr
            found = {line.split()[0] for line in once.stdout.splitlines()[1:]}
            assert found == set(every) - set(kinds["fixed"])
            assert f"port {PORT}" in once.stderr and "another program" in once.stderr
    elif order == "fixed-scan":
        once = station.scan("-s", "fixed")
        assert once.returncode == 2 and f"port {PORT}" in once.stderr
    let_rounds_pass(station, 5)
    station.wait_all_up(every)
    assert station.trapd.disappeared() == []


def test_scan_takes_the_port_when_it_is_free(lab):
    """A live scan does not use the port while the daemon runs, and prints a warning."""
    station = lab.station()
    kinds = managers_of_every_kind(lab)
    daemon = station.daemon(interval="800ms", window="300ms")
    station.wait_all_up([address for mode in MODES for address in kinds[mode]])
    scan = station.start("ldm-scan", [program("ldm-scan"), "-l", "-w", "300ms"])
    scan.wait_output(rf"port {PORT}\b.*another program", 10)
    daemon.end()
    # Its requests every ten seconds now find those that answer to the port only.
    for address in kinds["fixed"]:
        scan.wait_output(rf"appeared +{address} ".replace(".", r"\."), 40)
    assert len(scan.lines("another program")) == 1


@pytest.mark.parametrize("foreign_first", [True, False])
def test_scan_takes_nothing_from_a_foreign_program(lab, foreign_first):
    """An ldmd on this host, bound to *:64535, receives all its datagrams beside a scan."""
    station = lab.station(snmp=False)
    other = lab.manager_host()
    responder = other.responder("-n", 1, "-a", THERE[0])
    sender = other.udp()
    if foreign_first:
        foreign = station.udp(PORT)
    station.start("ldm-scan", [program("ldm-scan"), "-l", "-w", "300ms"])
    responder.wait_requests(1, 10)
    if not foreign_first:
        foreign = station.udp(PORT)
    for number in range(50):
        sender.sendto(b"datagram %d" % number, ("198.18.254.1", PORT))
    responder.wait_requests(1, 30)
    for number in range(50, 100):
        sender.sendto(b"datagram %d" % number, ("198.18.254.1", PORT))
    seen = set()

    def receive_all():
        try:
            while True:
                seen.add(foreign.recv(1000))
        except BlockingIOError:
            return len(seen) >= 100
    wait_for(receive_all, 10, "100 datagrams")


@pytest.mark.parametrize("foreign_first", [True, False])
def test_foreign_program_loses_nothing(lab, foreign_first):
    """With `sourcePort ephemeral` a program bound to *:64535 receives all its datagrams."""
    station = lab.station()
    other = lab.manager_host()
    responder = other.responder("-n", 5, "-a", THERE[0])
    sender = other.udp()
    if foreign_first:
        foreign = station.udp(PORT)
    station.daemon(interval="400ms", window="200ms", config=["sourcePort ephemeral"])
    responder.wait_requests(1, 10)
    if not foreign_first:
        foreign = station.udp(PORT)
    seen = set()
    for number in range(200):
        sender.sendto(b"datagram %d" % number, ("198.18.254.1", PORT))
        if number % 20 == 0:
            responder.wait_requests(1, 10)

    def receive_all():
        try:
            while True:
                seen.add(foreign.recv(1000))
        except BlockingIOError:
            return len(seen) >= 200
    wait_for(receive_all, 10, "200 datagrams")
    station.wait_all_up(THERE)


def test_foreign_program_does_not_hide_managers(lab):
    """By default, a program that receives the port's unicast datagrams hides no manager."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 5, "-a", THERE[0], "-r", "source")
    station.daemon(interval="4s", window="1s")
    responder.wait_requests(1, 10)
    station.udp(PORT)
    wait_for(lambda: len(responder.rounds(gap=1.5)) >= 2, 20, "a second round")
    station.wait_all_up(THERE)
    wait_for(lambda: len(responder.rounds(gap=1.5)) >= 5, 30, "more rounds")
    station.wait_all_up(THERE)
    assert station.trapd.disappeared() == []


def test_port_held_exclusively(lab):
    """Another program does not share the port: logged once, and managers are found."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 5, "-a", THERE[0], "-r", "source")
    with station.entered():
        selfish = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        selfish.bind(("0.0.0.0", PORT))
    lab.sockets.append(selfish)
    daemon = station.daemon(interval="400ms", window="200ms")
    station.wait_all_up(THERE)
    responder.wait_requests(6, 10)
    said = daemon.lines(rf"\b{PORT}\b.*in use")
    assert 1 <= len(said) <= 2, said


def test_port_taken_while_the_daemon_was_away(lab):
    """Managers that cannot be heard now have not disappeared; the others are judged."""
    station = lab.station()
    kinds = managers_of_every_kind(lab)
    every = [address for mode in MODES for address in kinds[mode]]
    config = ["misses 2", f"stateFile {lab.path}/state"]
    before = station.daemon(interval="400ms", window="200ms", config=config)
    station.wait_all_up(every)
    assert before.end()[0] == 0
    with station.entered():
        selfish = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        selfish.bind(("0.0.0.0", PORT))
    lab.sockets.append(selfish)
    station.daemon(interval="400ms", window="200ms", config=config)
    unheard = kinds["fixed"] + kinds["multicast"]
    wait_for(lambda: station.trapd.notifications("ldmDiscoveryImpaired"), 20, "Impaired")
    station.wait_statuses({address: UNKNOWN if address in unheard else UP for address in every})
    selfish.close()
    station.wait_all_up(every)
    wait_for(lambda: station.trapd.notifications("ldmDiscoveryRestored"), 20, "Restored")
    assert station.trapd.disappeared() == []
    assert len(station.trapd.appeared()) == len(every)


def test_daemon_answers_nobody(lab):
    """Neither discovery nor MAC collision requests are answered by the daemon."""
    station = lab.station()
    other = lab.manager_host()
    responder = other.responder("-n", 1, "-a", THERE[0])
    listener = other.udp(PORT, GROUP)
    other.join(listener)
    asking = [other.udp(), other.udp(PORT)]
    for sock in asking:
        other.join(sock)
    station.daemon(interval="400ms", window="200ms")
    station.wait_all_up(THERE[:1])

    received = []

    def drain():
        for sock in [listener, *asking]:
            try:
                while True:
                    received.append(sock.recvfrom(1000))
            except BlockingIOError:
                pass

    for _ in range(3):
        for sock in asking:
            for msg_type in (2, 0):
                for target in (GROUP, "198.18.254.1"):
                    sock.sendto(request_datagram(msg_type, 0x00144ffbabcd), (target, PORT))
        responder.wait_requests(2, 10)
        drain()
    ours = [message_type(data) for data, (source, _) in received if source == "198.18.254.1"]
    assert 2 in ours, "not even its requests were heard"
    assert set(ours) == {2}


def test_own_requests_are_no_other_discoverer(lab):
    """A daemon that receives only its own requests, looped back, finds no manager and continues."""
    station = lab.station()
    daemon = station.daemon(interval="400ms", window="200ms")
    other = lab.manager_host()
    listener = other.udp(PORT, GROUP)
    other.join(listener)
    count = [0]

    def six():
        try:
            while True:
                listener.recv(1000)
                count[0] += 1
        except BlockingIOError:
            return count[0] >= 6
    wait_for(six, 20, "six requests")
    assert station.statuses() == {} and daemon.running()
