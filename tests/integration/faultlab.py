# SPDX-License-Identifier: BSD-2-Clause
"""Shared by the fault scenarios: a rig and its figures."""

import collections
import os
import random
import re
import struct
import time
from pathlib import Path

import pytest

import ber
from bookkeeping import Bookkeeper, Tail
from lab import DOWN, SLOW, UP, Daemon, Snmpd, addresses, mib, parse_request, wait_for
from tampering import fake_clock

WHOLE = bool(os.environ.get("LDM_WHOLE"))

FIRST = "198.18.0.1"

# ldm-agentx(8): the link is restored within two seconds.
BACK_WITHIN = 2 * SLOW


def form(long, short):
    """The long or the short form of a number."""
    return long if WHOLE else short


# Figures

_figures = []


class Figures:
    """The figures that a scenario reports at its end."""

    def __init__(self, title):
        self.title = title
        self.values = {}

    def put(self, **values):
        self.values.update(values)

    def line(self):
        return f"figures: {self.title}: " + ", ".join(
            f"{name.replace('_', ' ')} {value:.2f}" if isinstance(value, float)
            else f"{name.replace('_', ' ')} {value}" for name, value in self.values.items())


@pytest.fixture
def figures(request):
    the_figures = Figures(request.node.name)
    yield the_figures
    _figures.append(the_figures)


@pytest.fixture
def make_rig(lab, figures):
    """Makes the Rig of a test; its figures are printed however the test ends."""
    made = []

    def make(*args, **kwargs):
        made.append(Rig(lab, *args, **kwargs))
        return made[-1]
    yield make
    for one in made:
        figures.put(**one.figures())


def pytest_terminal_summary(terminalreporter):
    for one in _figures:
        terminalreporter.write_line(one.line())


# Rounds

class Cadence:
    """The times at which rounds began, as seen on the managers' host."""

    def __init__(self, responder, interval, window):
        self.tail = Tail(responder)
        self.interval = interval
        # Between the requests of one round and the pause after its last.
        self.gap = (interval - window / 3) / 2
        self._starts = []
        self.last = float("-inf")
        self.breaks = []

    def starts(self):
        for request in filter(None, map(parse_request, self.tail.lines())):
            if request.mono - self.last >= self.gap or \
                    any(self.last <= at <= request.mono for at in self.breaks):
                self._starts.append(request.mono)
            self.last = request.mono
        return self._starts

    def broken(self):
        """The daemon was ended: the time until its next round does not count as a gap."""
        self.breaks.append(time.monotonic())

    def longest_gap(self, since=float("-inf")):
        """The longest time between two rounds, in intervals."""
        starts = [start for start in self.starts() if start >= since]
        return max(((b - a) / self.interval for a, b in zip(starts, starts[1:])
                    if not any(a <= at <= b for at in self.breaks)), default=0.0)


# The rig

def ranges(which):
    """Addresses as ranges, in the responder's notation."""
    numbers = sorted(struct.unpack(">I", bytes(map(int, a.split("."))))[0] for a in which)
    first = last = None
    for number in [*numbers, None]:
        if first is not None and number != last + 1:
            yield f"{dotted(first)}-{dotted(last)}"
            first = None
        first = number if first is None else first
        last = number


def dotted(number):
    return ".".join(map(str, struct.pack(">I", number)))


class Rig:
    """A station, managers that come and go, and the bookkeeping of notifications (bookkeeping.py).

    Intervals are in seconds.  The last `off` managers are switched off at first.
    """

    def __init__(self, lab, count, off=0, interval=0.3, window=None, misses=3, delay="0:20",
                 config=(), rate=2000):
        self.lab = lab
        self.random = random.Random(count)
        self.interval = interval * SLOW
        self.window = (window or interval / 2) * SLOW
        self.misses = misses
        self.state = lab.path / "kept" / "state.db"
        self.config = [f"stateFile {self.state}",
                       f"interval {self.interval * 1000:g}ms",
                       f"window {self.window * 1000:g}ms", f"misses {misses}",
                       f"notificationRate {rate}", *config]
        self.station = lab.station()
        self.responder = lab.manager_host().responder("-n", count, "-a", FIRST, delay=delay)
        self.managers = addresses(FIRST, count)
        self.on = dict.fromkeys(self.managers, True)
        self.switched = collections.defaultdict(list)  # address: [(when, time of day, on)]
        self.new_book()
        self.cadence = Cadence(self.responder, self.interval, self.window)
        self.client = ber.Client(self.station, "public")
        self.daemon = None
        self.faults = 0
        self.hours = 0
        self.back = []  # how long each registration took
        self.switch(self.managers[count - off:], False, owed=False)

    # The daemon

    def start_daemon(self, *config, env=None, prefix=()):
        """Start it, with further lines of configuration, by another command."""
        argv = [*prefix, *self.station.daemon_command(config=[*self.config, *config])]
        self.daemon = self.station.start("ldm-agentx", argv, Daemon, env=env)
        return self.daemon

    def kill_daemon(self):
        """SIGKILL; complains like Lab.dismantle()."""
        self.daemon.kill()
        self.cadence.broken()
        self.faults += 1
        assert not self.daemon.complaints(), self.daemon.output()

    def hour_later(self):
        """The environment of a daemon for which an hour has passed since the others.

        Where no ids are known, they go on at the seconds since 1970.
        """
        clock = self.lab.path / "clock"
        env = fake_clock(clock)
        self.hours += 1
        clock.write_text(f"+{self.hours}h")
        return env

    def end_daemon(self):
        """SIGTERM, after which it saves."""
        status, _ = self.daemon.end()
        self.cadence.broken()
        assert status == 0

    def begin(self, *config, **kwargs):
        """Start it, and wait until all managers that are on were announced."""
        self.start_daemon(*config, **kwargs)
        present = [address for address in self.managers if self.on[address]]
        self.book.owe(present, UP)
        self.station.wait_all_up(present, 30)
        self.book.settle()

    def new_book(self):
        """Forget what was owed and delivered so far."""
        self.book = Bookkeeper(self.station.trapd)
        return self.book

    # The managers

    def switch(self, which, on, owed=True):
        """Switch managers on or off; if owed, expect a notification for each."""
        for one in ranges(which):
            self.responder.command("on" if on else "off", one)
        for address in which:
            self.on[address] = on
            self.switched[address].append((time.monotonic(), time.time(), on))
        if owed:
            self.book.owe(which, UP if on else DOWN)

    def flip(self, which, owed=True):
        now_on = [address for address in which if self.on[address]]
        self.switch([address for address in which if not self.on[address]], True, owed)
        self.switch(now_on, False, owed)

    def wait_rounds(self, count):
        """Wait until count more rounds have begun."""
        goal = len(self.cadence.starts()) + count
        wait_for(lambda: len(self.cadence.starts()) >= goal, 10 + 2 * count * self.interval,
                 f"{count} more rounds")

    def be_seen(self):
        """Wait until the daemon has seen everything done to the managers so far."""
        self.wait_rounds(self.misses + 2)

    def reality(self):
        return {address: UP if on else DOWN for address, on in self.on.items()}

    # The master agent

    def start_master(self):
        """Start snmpd again; returns the time from when it listened until we were back."""
        station = self.station
        argv = station.master.argv[len(station.inside([])):]
        station.master = station.start("snmpd", argv, Snmpd, station.agentx)
        wait_for(self.master_listens, 10, "snmpd to listen")
        listening = time.monotonic()
        wait_for(self.answers, 30, "the daemon to be back")
        self.back.append(time.monotonic() - listening)
        return self.back[-1]

    def master_listens(self):
        """Whether snmpd takes subagents and requests."""
        proc = Path(f"/proc/{self.station.master.pid}/net")
        path = self.station.agentx.removeprefix("unix:")
        listens = any(line.split()[3] == "00010000" and line.split()[-1] == path
                      for line in (proc / "unix").read_text().splitlines())
        return listens and re.search(r":00A1 ", (proc / "udp").read_text())

    def answers(self):
        """Whether the daemon's objects are there."""
        answer = self.client.get(ber.parse_oid(mib().oid("ldmDiscoveryRounds") + ".0"))
        return answer.error == "noError" and answer.varbinds[0].tag == ber.COUNTER32

    # Figures

    def figures(self):
        self.book.read()
        values = {"rounds": len(self.cadence.starts()), "faults": self.faults,
                  "owed": self.book.owed.total(), "delivered": len(self.book.events),
                  "repeated": self.book.repeated, "lost": self.book.lost().total(),
                  "longest_gap_in_intervals": self.cadence.longest_gap()}
        if self.back:
            values["longest_time_to_register_in_s"] = max(self.back)
        return values


def footprint(process):
    """(open descriptors, resident memory in KiB) of a process."""
    # One may be open for a moment.
    descriptors = min(len(os.listdir(f"/proc/{process.pid}/fd")) for _ in range(20))
    status = Path(f"/proc/{process.pid}/status").read_text()
    return descriptors, int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1))
