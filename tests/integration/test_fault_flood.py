# SPDX-License-Identifier: BSD-2-Clause
"""20000 junk datagrams a second, while 50 genuine managers are up.

tests/flood/flood sends datagrams with a wrong magic number, short ones, long ones of
up to 65507 octets, MAC address collision traffic, and well-formed responses with
random addresses and forged sources.  None of the 50 managers is reported as down,
snmpget is answered within a second, memory stays below the documented limit, and the
log has at most one line a minute for each cause.  Afterwards, the rows are removed
and the memory is returned.
"""

import collections
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from faultlab import form
from lab import (BUILDDIR, DOWN, PORT, SLOW, UP, WRAPPER, addresses, response_datagram,
                 wait_for)
from lab_mib import rounds, skip_file, wait_rounds
from test_counters import COUNTERS, counts

FLOOD = BUILDDIR / "tests" / "flood" / "flood"
if not FLOOD.exists():
    skip_file("tests/flood/flood was not built")
if WRAPPER:
    skip_file("a wrapped daemon is too slow for a flood")

RATE = 20000
SECONDS = form(20, 5)
MANAGERS = addresses("198.18.0.1", 50)
MADE_UP = "10.0.0.0/8"  # enough addresses for none to be repeated
MISSES = 3

# The counter of each kind; only the kernel sees wrong checksums, one in 65536 of which is right
# by chance.
COUNTED_AS = {
    "magic": ["ldmDatagramsBadMagic"],
    "short": ["ldmDatagramsShort"],
    "long": ["ldmDatagramsForeignRequests"],
    "mac": ["ldmDatagramsMacQueries", "ldmDatagramsMacAnswers"],
    "answer": ["ldmDatagramsUnconfirmed", "ldmDatagramsAccepted", "ldmDatagramsNoRoom"],
    "spoofed": ["ldmDatagramsUnconfirmed", "ldmDatagramsAccepted", "ldmDatagramsNoRoom"],
    "checksum": ["ldmKernelDrops", "ldmDatagramsUnconfirmed", "ldmDatagramsAccepted"],
}
DISCARDED = [kind for kind in COUNTED_AS if kind not in ("answer", "spoofed", "checksum")]
ALL_KINDS = ",".join(kind for kind in COUNTED_AS if kind != "checksum")

# As ldm-agentx(8) has it: 4 kB for each manager and event that may be kept.
LIMIT = 2000
MEMORY_BOUND_KB = 4 * 2 * LIMIT
# Growth by the C library and the page size, although the daemon has freed its memory.
MEMORY_SLACK_KB = 1500

# As in event_lines.h.
LINES_A_MINUTE = 100

# A minute has two rounds at the default interval.
ROUNDS_A_MINUTE = 2


def memory_kb(daemon, name):
    status = Path(f"/proc/{daemon.pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.M).group(1))


def cpu_seconds(daemon):
    fields = Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lost_on_the_way(daemon):
    """Datagrams that reached no socket: the kernel's backlog was full, or a fragment was lost."""
    lines = Path("/proc/net/softnet_stat").read_text().splitlines()
    snmp = Path(f"/proc/{daemon.pid}/net/snmp").read_text()
    names, values = [line.split() for line in snmp.splitlines() if line.startswith("Ip: ")]
    return (sum(int(line.split()[1], 16) for line in lines)
            + int(values[names.index("ReasmFails")]))


class Flooded:
    """A station that watches 50 managers, and a host that floods it."""

    def __init__(self, lab, *config, interval="2s", window="1s", delay="0:100", absent=()):
        self.station = lab.station()
        host = lab.manager_host("red", 2)
        # Not the host under test: only requests reach it.
        host.filter_input("ip saddr != 198.18.254.1 drop")
        self.responder = host.responder("-n", len(MANAGERS), "-a", MANAGERS[0], delay=delay)
        for address in absent:
            self.responder.command("off", address)
        self.flooder = lab.manager_host("red", 3)
        self.daemon = self.station.daemon(
            config=[f"maxManagers {LIMIT}", f"queueLimit {LIMIT}", *config],
            interval=interval, window=window)
        present = [address for address in MANAGERS if address not in absent]
        self.station.wait_all_up(present)
        wait_for(lambda: len(self.station.trapd.appeared()) == len(present), 20,
                 f"{len(present)} Appeared")
        self.memory = memory_kb(self.daemon, "VmRSS")
        self.before = counts(self.station)
        self.lost = lost_on_the_way(self.daemon)
        self.rounds = rounds(self.station)
        self.logged = len(self.daemon.lines())
        self.start_time = time.monotonic()
        self.slowest_get = 0.0

    def start(self, kinds, seconds=SECONDS, made_up=MADE_UP, args=()):
        self.flood = self.flooder.start(
            "flood", [str(FLOOD), "-k", kinds, "-r", str(RATE), "-t", str(seconds),
                      "-m", made_up, *args])

    def ask(self, address):
        """Its state by snmpget, which must be answered within a second."""
        start = time.monotonic()
        status = self.station.status(address)
        took = time.monotonic() - start
        assert took < SLOW, "snmpget took longer than a second"
        self.slowest_get = max(self.slowest_get, took)
        return status

    def watch(self):
        """Ask for one manager after the other until the flood is over."""
        asked = collections.Counter()
        before = cpu_seconds(self.daemon)
        while self.flood.running():
            asked[self.ask(MANAGERS[sum(asked.values()) % len(MANAGERS)])] += 1
        assert self.flood.wait() == 0, self.flood.output()
        self.cpu = cpu_seconds(self.daemon) - before
        assert DOWN not in asked and asked[UP] > 0, asked

    def sent(self):
        """{kind: number sent}, as reported by the flood at its end."""
        return {kind: int(count) for kind, count in
                (pair.split("=") for pair in self.flood.output().split())}

    def expect_counted(self):
        """Each datagram was counted as its kind, or as dropped by the kernel."""
        sent = self.sent()
        wait_rounds(self.station, 1)  # the last drops are noticed at the next request
        lost = lost_on_the_way(self.daemon) - self.lost
        now = counts(self.station)
        grown = {name: now[name] - self.before[name] for name in COUNTERS}
        for kind in set(sent) & set(DISCARDED):
            counted = sum(grown[name] for name in COUNTED_AS[kind])
            assert counted <= sent[kind], (kind, sent, grown)
            assert counted + grown["ldmKernelDrops"] + lost >= sent[kind], (kind, sent, grown)
        names = {name for kind in sent for name in COUNTED_AS[kind]} | {"ldmKernelDrops"}
        assert sum(grown[name] for name in names) + lost >= sum(sent.values()), (sent, grown)
        return grown

    def expect_short_log(self):
        """At most a line a minute for each cause."""
        lines = self.daemon.lines()[self.logged:]
        minutes = (time.monotonic() - self.start_time) / 60
        minutes_of_rounds = (rounds(self.station) - self.rounds) / ROUNDS_A_MINUTE
        for cause, count in collections.Counter(re.sub(r"\d+", "#", x) for x in lines).items():
            judged = re.search(r"discovery (impaired|restored)", cause)
            assert count <= 1 + (minutes_of_rounds if judged else minutes), lines

    def expect_nothing_left(self):
        """Only the managers are known, and they were up all the time."""
        wait_for(lambda: self.station.value("ldmManagersUnconfirmed") == 0, 20,
                 "the forged answers to be forgotten")
        self.station.wait_all_up(MANAGERS)
        assert self.station.trapd.disappeared() == []
        assert len(self.station.trapd.appeared()) == len(MANAGERS)

    def expect_bounded_memory(self):
        # Builds with a sanitizer, which are slower, use more memory.
        if SLOW == 1:
            assert memory_kb(self.daemon, "VmHWM") - self.memory <= MEMORY_BOUND_KB


    def figures(self):
        now = counts(self.station)
        return {"sent": sum(self.sent().values()),
                **{name: now[object] - self.before[object] for name, object in (
                    ("kernel_drops", "ldmKernelDrops"), ("excused_rounds", "ldmExcusedRounds"))},
                "rounds": rounds(self.station) - self.rounds,
                "slowest_GET_in_s": self.slowest_get,
                "CPU_in_s": self.cpu,
                "memory_before_in_kB": self.memory,
                "most_in_kB": memory_kb(self.daemon, "VmHWM")}


def endure(lab, figures, kinds, **kwargs):
    flooded = Flooded(lab)
    flooded.start(kinds, **kwargs)
    flooded.watch()
    flooded.expect_counted()
    flooded.expect_bounded_memory()
    flooded.expect_nothing_left()
    flooded.expect_short_log()
    figures.put(**flooded.figures())


def test_refuses_real_networks():
    """The flood refuses to run in the first namespace, however it is called."""
    result = subprocess.run([FLOOD, "-k", "magic", "-t", "1", "-i", "lo"], capture_output=True,
                            text=True)
    assert result.returncode == 77 and "refusing" in result.stderr, result


@pytest.mark.whole
@pytest.mark.parametrize("kind", COUNTED_AS)
def test_flood_of_one_kind(lab, figures, kind):
    endure(lab, figures, kind)


@pytest.mark.parametrize("destination", [
    "239.129.9.27", pytest.param("198.18.254.1", marks=pytest.mark.whole)])
def test_flood_of_all_kinds(lab, figures, destination):
    """All of them mixed, to the group and to the station itself."""
    endure(lab, figures, ALL_KINDS, args=("-d", destination))


@pytest.mark.parametrize("kinds", [pytest.param(ALL_KINDS, marks=pytest.mark.whole), "checksum"])
def test_vanished_in_a_flood(lab, kinds):
    """A manager that vanishes during a flood is down after the number of rounds allowed.

    With wrong checksums the kernel drops datagrams in each round, so MISSES rounds are
    excused; the next MISSES are not.
    """
    flooded = Flooded(lab)
    flooded.start(kinds, seconds=60)
    wait_rounds(flooded.station, 2)
    gone = MANAGERS[17]
    flooded.responder.command("off", gone)
    start = rounds(flooded.station)
    wait_for(lambda: flooded.ask(gone) == DOWN, 50, "the manager to be down")
    # The one under way when it vanished, and the one that may end before we ask.
    assert rounds(flooded.station) - start <= 2 * MISSES + 2
    assert flooded.flood.running()
    if kinds == "checksum":
        excused = flooded.station.value("ldmExcusedRounds")
        assert excused - flooded.before["ldmExcusedRounds"] >= MISSES
    wait_for(lambda: flooded.station.trapd.disappeared(gone), 10, "Disappeared")
    assert len(flooded.station.trapd.disappeared()) == 1


def test_new_in_a_flood(lab):
    """A manager that comes while forged answers fill the pool of candidates is confirmed.

    Between two requests twice as many arrive as the pool holds.  The size of the table does
    not matter.
    """
    new = MANAGERS[-1]
    flooded = Flooded(lab, "maxManagers 60", interval="1500ms", window="750ms", delay="1:2",
                      absent=[new])
    flooded.start("answer", seconds=60)
    wait_for(lambda: flooded.station.value("ldmManagersUnconfirmed") == 2500, 10, "a full pool")
    flooded.responder.command("on", new)
    wait_for(lambda: new in flooded.station.statuses(), 50 / SLOW, "the new manager")
    assert flooded.flood.running()
    assert flooded.station.trapd.disappeared() == []


def test_sources_that_contradict(lab):
    """Sources that confirm and contradict a manager in turn: one event, one line in the log."""
    flooded = Flooded(lab)
    flooded.flooder.ip("addr", "add", "198.18.254.4/24", "dev", "eth0")
    flooded.flooder.ip("addr", "add", "198.18.254.5/24", "dev", "eth0")
    confirming, contradicting, other = (
        flooded.flooder.udp(address=f"198.18.254.{host}") for host in (3, 4, 5))
    same = response_datagram(MANAGERS[0], b"ldom001", b"1.2")
    rival = response_datagram(MANAGERS[0], b"rival", b"1.2")
    for _ in range(100):
        for sock, datagram in ((confirming, same), (contradicting, rival), (confirming, same),
                               (other, same), (contradicting, rival), (other, same)):
            sock.sendto(datagram, ("198.18.254.1", PORT))
        # Not more than fits into its buffer.
        flooded.ask(MANAGERS[0])
    wait_for(lambda: flooded.station.trapd.notifications("ldmManagerConflict"), 10, "Conflict")
    wait_rounds(flooded.station, 1)
    assert len(flooded.station.trapd.notifications()) == len(MANAGERS) + 1
    assert len(flooded.daemon.lines("conflict: ")) == 1


@pytest.mark.whole
def test_made_up_rows_age_out(lab, figures):
    """Forged answers that are repeated fill the table; it empties, and memory is returned."""
    flooded = Flooded(lab, "retention 10s", f"misses {MISSES}", "notificationRate 2000")
    station, daemon = flooded.station, flooded.daemon
    flooded.start("answer", made_up="10.9.0.0/21")
    flooded.watch()
    assert station.value("ldmManagersAll") == LIMIT
    # Within two minutes, and then two more as they go.
    wait_for(lambda: daemon.lines("manager appeared: [0-9]+ more within a minute"), 70,
             "the number of forged managers to be logged")
    assert len(daemon.lines(r"manager 10\..* appeared: ")) <= 2 * LINES_A_MINUTE
    flooded.expect_bounded_memory()
    assert len(daemon.lines("table is full")) == 1
    wait_for(lambda: station.value("ldmManagersAll") == len(MANAGERS), 60, "an empty table")
    assert 0 < len(daemon.lines(r"manager 10\..* disappeared: ")) <= 2 * LINES_A_MINUTE
    station.wait_all_up(MANAGERS)
    assert not set(MANAGERS) & {n.objects["ldmEventAddress"] for n in station.trapd.disappeared()}
    flooded.expect_bounded_memory()
    if SLOW == 1:
        # The daemon returns free memory once a minute.
        wait_for(lambda: memory_kb(daemon, "VmRSS") <= flooded.memory + MEMORY_SLACK_KB, 70,
                 f"memory to be {flooded.memory} kB again, or little more")
    figures.put(**flooded.figures(), left_in_kB=memory_kb(daemon, "VmRSS"))
