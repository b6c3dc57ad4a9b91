# SPDX-License-Identifier: BSD-2-Clause
"""Text from the network, wherever it is printed.

No control character, escape sequence, invalid UTF-8 or line break of a hostname or
version is written unescaped to a log, a terminal, JSON, SNMP or the state file.  A
malformed response does not keep a manager up.
"""

import itertools
import json
import re

import database
from lab import DOWN, GROUP, MAGIC, PORT, UP, program, response_datagram, wait_for
from lab_mib import rounds
from test_counters import KINDS, header

MANAGER, STRANGER = "198.18.0.1", "198.18.0.77"
PRINTABLE = bytes(range(0x20, 0x7f))
VERSION = rb"""1\"'`$(x);<b>&%s%n|{}[]*?~#,:"""

# Control characters, octets beyond ASCII, and sequences special to a terminal or a parser.
NOT_PRINTABLE = [bytes([octet]) for octet in (*range(1, 0x20), *range(0x7f, 0x100))] + [
    b"\x1b[2J\x1b]0;title\x07", b"\r\nmanager 10.0.0.1 appeared", "h\u00f4te".encode(),
    b"\xc3(", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xc2\x9b2J"]

# Printed one to a line, any raw octet would be visible.
RAW = re.compile(rb"[^\n\x20-\x7e]")


def unclean(address):
    """Answers with such text as hostname or version, alone, at the end or within other text."""
    for text in NOT_PRINTABLE:
        for field, place in itertools.product(("hostname", "version"), (b"%b", b"a%b", b"a%bz")):
            yield response_datagram(address, **{field: place % text})


class Stranger:
    """A host that sends answers to the group."""

    def __init__(self, lab):
        host = lab.manager_host("red", 3)
        self.sock = host.udp()
        host.join(self.sock)

    def send(self, datagram):
        self.sock.sendto(datagram, (GROUP, PORT))


def scene(lab, *config):
    station = lab.station()
    template = PRINTABLE.replace(b"%", b"%%").decode()
    responder = lab.manager_host().responder("-n", 1, "-a", MANAGER, "-H", template,
                                             "-R", VERSION.decode(), delay="0:5")
    daemon = station.daemon("-D", config=["misses 2", *config], interval="600ms", window="300ms")
    station.wait_all_up([MANAGER])
    return station, responder, daemon, Stranger(lab)


def test_nothing_gets_out_raw(lab):
    state = lab.path / "kept" / "state.db"
    state.parent.mkdir(mode=0o1777)
    station, _, daemon, stranger = scene(lab, f"stateFile {state}")
    table, lines = (station.start("ldm-scan", [program("ldm-scan"), "-l", "-v", *option,
                                               "-w", "300ms"]) for option in ((), ("-j",)))
    for scan in (table, lines):
        scan.wait_output(re.escape(MANAGER))
    before = station.value("ldmDatagramsMalformed")
    sent = 0
    # For more than the two requests that must be answered to become a manager.
    end = rounds(station) + 4
    while rounds(station) < end:
        for address in (MANAGER, STRANGER):
            for datagram in unclean(address):
                stranger.send(datagram)
                sent += 1
        # No more than fits into a buffer.
        wait_for(lambda: station.value("ldmDatagramsMalformed") == before + sent, 10,
                 "each to be counted as malformed")
    assert station.statuses() == {MANAGER: UP}
    assert station.value("ldmManagersUnconfirmed") == 0
    assert station.column("ldmManagerHostname") == {MANAGER: PRINTABLE}
    assert station.column("ldmManagerVersion") == {MANAGER: VERSION}
    appeared = wait_for(lambda: station.trapd.appeared(), 10, "Appeared")
    assert [n.objects["ldmEventHostname"] for n in appeared] == [PRINTABLE]
    assert len(station.trapd.notifications()) == 1

    for scan in (table, lines):
        assert scan.end()[0] == 0
    assert daemon.end()[0] == 0
    for output in (daemon.log, table.log, lines.log, station.trapd.log):
        octets = output.read_bytes()
        raw = RAW.search(octets.replace(b"\t", b" ") if output == station.trapd.log else octets)
        assert raw is None, f"{output}: {raw} in {octets[raw.start() - 80:raw.end() + 80]}"
    # A backslash is escaped, because it begins an escape; in the table so is a blank.
    shown = PRINTABLE.decode().replace("\\", r"\x5c")
    assert shown in daemon.output()
    assert shown.replace(" ", r"\x20") in table.output()
    printed = [json.loads(line) for line in lines.lines("^{")]
    assert {(o["address"], o["hostname"], o["version"]) for o in printed} \
        == {(MANAGER, PRINTABLE.decode(), VERSION.decode())}
    for view in ("managers", "events"):
        assert not [cell for row in database.rows(state, f"SELECT * FROM {view}") for cell in row
                    if isinstance(cell, str) and RAW.search(cell.encode())]
    # The saved values equal the received ones.
    assert database.rows(state, "SELECT address, hostname, version FROM managers") \
        == [(MANAGER, PRINTABLE.decode(), VERSION.decode())]
    station.daemon(config=[f"stateFile {state}", "interval 1d"])
    wait_for(lambda: station.column("ldmManagerHostname") == {MANAGER: PRINTABLE}, 10,
             "the manager of the state file")
    assert station.column("ldmManagerVersion") == {MANAGER: VERSION}


def test_malformed_answers_keep_nobody_alive(lab):
    """Nor do other datagrams that resemble an answer of that manager."""
    station, responder, _, stranger = scene(lab)
    good = response_datagram(MANAGER, PRINTABLE, VERSION)
    nearly = [*KINDS["ldmDatagramsMalformed"], *unclean(MANAGER), good[:311],
              header(good, version=2), header(good, magic=MAGIC ^ 1), header(good, msg_type=2),
              header(good, msg_type=4), header(good, msg_type=1)]
    responder.command("off", MANAGER)

    def down():
        for datagram in nearly:
            stranger.send(datagram)
        return station.status(MANAGER) == DOWN
    wait_for(down, 20, "the manager to be down")
    # A well-formed one does, which shows that the others were in time.
    stranger.send(good)
    wait_for(lambda: station.status(MANAGER) == UP, 10, "a forged answer to be believed")
