# SPDX-License-Identifier: BSD-2-Clause
"""A station under load, and what must be right there whenever nothing changes."""

import collections
import contextlib
import json
import os
import re
import socket
import struct
import time
from pathlib import Path

import ber
import bench
import database
import soak_ledger
import soak_readers
from bookkeeping import Bookkeeper, Tail
from lab import Daemon, mib, parse_request, wait_for
from soak_ledger import STATUSES
from soak_managers import Control, FIRST, Managers

INTERVAL_S = 1
MISSES = 3
PROBES = 3  # the default
# Longer than managers are off, also while everything is checked.
RETENTION_S = 30
# The round that was under way at the change, the misses, and one to be sure.
CERTAIN_ROUNDS = MISSES + 2
# Events in a minute are fewer than the table keeps, which also has those of the start.
KEPT_MORE = 500
HISTORY = 100000  # events in the database: ldm-agentx(8)
LIMIT_S = 60

ZERO = ("ldmDatagramsShort", "ldmDatagramsBadMagic", "ldmDatagramsBadVersion",
        "ldmDatagramsMacQueries", "ldmDatagramsMacAnswers", "ldmDatagramsForeignRequests",
        "ldmDatagramsUnknownType", "ldmDatagramsMalformed", "ldmDatagramsDenied",
        "ldmDatagramsNoRoom", "ldmDatagramsCut", "ldmSendErrors", "ldmEventsQueued",
        "ldmEventsDropped", "ldmStateErrors", "ldmManagersMissing", "ldmManagersUnknown",
        "ldmManagersUnconfirmed", "ldmInterfacesImpaired")
RECEIVED = ("ldmDatagramsAccepted", "ldmDatagramsUnconfirmed", "ldmDatagramsOwnRequests",
            "ldmKernelDrops")
TRAFFIC = (*RECEIVED, "ldmRequestsSent")
INTERFACES = ("ldmInterfaceRequests", "ldmInterfaceResponses")


class Failed(Exception):
    """What a reader found, or the daemon has ended."""


def named(oid):
    return ber.parse_oid(mib().oid(oid))


class Requests:
    """When requests reached the managers."""

    def __init__(self, responder):
        self.tail = Tail(responder)
        self.last_s = None
        self.longest_s = 0.0  # between two of them
        self.long = []        # in words: as long as it takes for silence to mean absence

    def read(self):
        for request in filter(None, map(parse_request, self.tail.lines())):
            gap_s = request.mono - (self.last_s or request.mono)
            self.longest_s = max(self.longest_s, gap_s)
            self.last_s = request.mono
            if gap_s > (MISSES - 1) * INTERVAL_S:
                when = soak_ledger.clock(soak_ledger.tenths(
                    time.time() - time.monotonic() + request.mono))
                self.long.append(f"no request was seen for {gap_s:.1f} s before {when}: the "
                                 "machine was too busy, or requests were lost")


class Site:
    """A station with the daemon, its managers, snmptrapd, and programs that read."""

    # After these it cannot go on.
    FAILURES = (Failed, AssertionError, ber.Timeout)

    def __init__(self, lab, state, managers):
        """state: where the database will be, on a disk; the rest of the lab should not be, so
        that nothing but the daemon waits for the disk."""
        self.state = state
        self.managers = Managers(managers, CERTAIN_ROUNDS, lambda: self.rounds()[0])
        total = len(self.managers.hostnames)
        self.station = lab.station()
        responder = lab.manager_host().responder("-n", total, "-a", FIRST, delay="0:100")
        self.managers.begin(Control(responder.control))
        self.client = ber.Client(self.station, "public")
        self.requests = Requests(responder)
        self.book = Bookkeeper(self.station.trapd)
        self.received = {}  # {id: Event} of snmptrapd
        self.saved = {}     # of the database
        self.last_number = 0
        self.readers = soak_readers.Readers(self.station, soak_readers.Managers(
            self.managers.hostnames, self.managers.visitors))
        self.argv = self.station.daemon_command(config=[
            f"stateFile {state}",
            f"interval {INTERVAL_S}s", f"window {500 * INTERVAL_S}ms", f"misses {MISSES}",
            f"retention {RETENTION_S}s", f"eventLog {total + KEPT_MORE}",
            f"maxManagers {2 * total}"])
        self.daemon = self.station.start("ldm-agentx", self.argv, Daemon)
        wait_for(lambda: self.values("ldmManagersUp", "ldmEventsQueued") == [total, 0], LIMIT_S,
                 f"{total} managers")
        self.readers.start()

    # What is there

    def values(self, *names):
        """Scalars; None for those that do not exist."""
        answer = self.client.get(*(named(name) + (0,) for name in names))
        return [varbind.value if varbind.tag < ber.NO_OBJECT else None
                for varbind in answer.varbinds]

    def rounds(self):
        """(rounds in which managers were judged, rows of the table)."""
        rounds, excused, rows = self.values("ldmDiscoveryRounds", "ldmExcusedRounds",
                                            "ldmManagersAll")
        if rounds is None:
            raise Failed(self.ended() or "ldm-agentx has no objects in snmpd any more")
        return rounds - excused, rows

    def ended(self):
        """In words, if the daemon has."""
        if self.daemon.running():
            return None
        return f"ldm-agentx has ended with {self.daemon.popen.returncode}"

    def read(self):
        """Take in the events, and what the readers found."""
        for row in database.rows(
                self.state, "SELECT number, id, type, address, status, hostname, time "
                "FROM event WHERE number > ? ORDER BY number", self.last_number):
            self.last_number, number, kind, address, status, hostname, when = row
            self.saved[number] = soak_ledger.Event(
                number, kind, address and socket.inet_ntoa(struct.pack(">I", address)), status,
                hostname, when // 100)
        self.requests.read()
        self.book.read()
        for number in self.book.events.keys() - self.received.keys():
            event = self.book.events[number]
            self.received[number] = soak_readers.event_of(
                *(event[name] for name in soak_readers.EVENT_COLUMNS))
        faults = list(filter(None, [self.ended(), *self.readers.read()]))
        if faults:
            raise Failed("; ".join(faults))

    def sources(self):
        return {"ldmEventTable": self.readers.events, "database": self.saved,
                "snmptrapd": self.received}

    # The load

    def next_round(self, before):
        """Wait until another round was judged; returns what rounds() does."""
        def another():
            self.read()
            now, rows = self.rounds()
            return (now, rows) if now > before else None
        return wait_for(another, LIMIT_S, f"a round after {before}")

    def change(self, deadline, each_round):
        """Have managers go and come until then."""
        now, rows = self.rounds()
        while time.monotonic() < deadline:
            self.managers.advance(now, rows)
            now, rows = self.next_round(now)
            each_round()

    def settle(self):
        """Wait until each change is in the table, and in all histories."""
        now = 0
        while now < self.managers.last_change() + CERTAIN_ROUNDS:
            now, _ = self.next_round(now)
        due = self.managers.ledger.due()

        def arrived():
            self.read()
            return all(len(events) >= due for events in self.sources().values()) \
                and self.values("ldmEventsQueued") == [0]
        try:
            wait_for(arrived, 10, "the last events")
        except AssertionError:
            pass  # The checks have more to say.

    # What must be right when it has settled

    def faults(self):
        """In words; if there is one, what may have caused it comes first."""
        found = [fault for check in (self.event_faults, self.row_faults, self.scalar_faults,
                                     self.traffic_faults, self.round_faults)
                 for fault in check()]
        return [*self.requests.long, *self.responder_limits(), *found] if found else []

    def responder_limits(self):
        """Answers that managers should have sent, in words."""
        stats = self.managers.control.stats()
        for name in ("refused", "limited", "dropped", "failed"):
            if stats[name] != 0:
                yield f"ldm-responder: {name}={stats[name]}, see stats in its manual"

    def event_faults(self):
        for source, events in self.sources().items():
            yield from self.managers.ledger.faults(source, events)
            yield from soak_ledger.gaps(source, events)
        yield from soak_ledger.differences(self.sources())
        yield from self.book.faults
        sent, resent = self.values("ldmEventsSent", "ldmEventsResent")
        if sent != len(self.saved):
            yield f"ldmEventsSent is {sent}, after {len(self.saved)} events"
        if self.book.repeated > resent:
            yield (f"{self.book.repeated} notifications came twice, and ldmEventsResent is "
                   f"{resent}")
        for number in database.column(self.state, "SELECT id FROM event WHERE queued"):
            yield f"event {number} is queued in the database"
        dropped = udp_drops(self.station.trapd.pid)
        if dropped:
            yield f"the kernel has dropped {dropped} notifications: snmptrapd is too slow"

    def column(self, name):
        """{index: value} of a column of a table."""
        root = named(name)
        return {ber.show_oid(varbind.oid[len(root):]): varbind.value
                for varbind in self.client.walk(root, bulk=25)}

    def interfaces(self, name):
        """The sum of a column of ldmInterfaceTable."""
        return sum(self.column(name).values())

    def counts(self):
        """The numbers of rows by status, as the scalars have them."""
        names = ("All", "Up", "Missing", "Down", "Unknown")
        return dict(zip(names, self.values(*("ldmManagers" + name for name in names))))

    def row_faults(self):
        def settled():
            before = self.counts()
            seen = self.column("ldmManagerStatus")
            return (before, seen) if self.counts() == before else None
        # The rows of visitors may be removed meanwhile.
        counts, seen = wait_for(settled, LIMIT_S, "a walk in which no row is removed")
        due = self.managers.statuses()
        for address in sorted(seen.keys() | due.keys()):
            status = STATUSES.get(seen.get(address), "not in the table")
            expected = due.get(address, "down")
            if status != expected:
                yield (f"{address} is {status} in ldmManagerTable, not {expected}, since "
                       + self.managers.ledger.last_change(address))
        by_status = collections.Counter(seen.values())
        walked = {"All": len(seen), "Up": by_status[1], "Missing": by_status[2],
                  "Down": by_status[3], "Unknown": by_status[4]}
        if walked != counts:
            yield f"ldmManagers...: {counts}, and a walk has {walked}"
        on_interfaces = self.interfaces("ldmInterfaceManagersUp")
        if on_interfaces != counts["Up"]:
            yield f"ldmInterfaceManagersUp is {on_interfaces}, and {counts['Up']} are up"
        transitions = self.column("ldmManagerTransitions")
        for address in self.managers.lasting:
            changes = len(self.managers.ledger.changes[address]) - 1
            if transitions.get(address) != changes:
                yield (f"{address}: ldmManagerTransitions is {transitions.get(address)}, "
                       f"after {changes} changes")

    def scalar_faults(self):
        for name, value in zip(ZERO, self.values(*ZERO)):
            if value != 0:
                yield f"{name} is {value}, not 0"

    def traffic_faults(self):
        ours, theirs = {}, {}

        def balanced():
            theirs.update(self.managers.control.stats())
            ours.update(zip(TRAFFIC, self.values(*TRAFFIC)))
            for name in INTERFACES:
                ours[name] = self.interfaces(name)
            received = sum(ours[name] for name in RECEIVED)
            return (ours["ldmRequestsSent"] == theirs["requests"]
                    and ours["ldmRequestsSent"] + theirs["sent"] == received
                    and ours["ldmRequestsSent"] == ours["ldmInterfaceRequests"]
                    and ours["ldmDatagramsAccepted"] == ours["ldmInterfaceResponses"]
                    and self.managers.control.stats() == theirs)
        try:
            # While nothing is under way.
            wait_for(balanced, LIMIT_S, "a moment between rounds")
        except AssertionError:
            yield f"datagrams are not counted: {ours}; ldm-responder: {theirs}"

    def round_faults(self):
        managers = sum(status == "up" for status in self.managers.statuses().values())
        answers = "ldmDiscoveryLastAnswers"
        try:
            wait_for(lambda: self.values(answers) == [managers], LIMIT_S,
                     f"a round in which {managers} managers answer")
        except AssertionError as error:
            yield f"{answers}: {error}"
        # The later ones may have grown meanwhile.
        rounds, requests, uptime_s = self.values("ldmDiscoveryRounds", "ldmRequestsSent",
                                                 "ldmDiscoveryUptime")
        if not rounds <= requests <= PROBES * (rounds + 1) + self.values("ldmKernelDrops")[0]:
            yield f"ldmDiscoveryRounds is {rounds}, with {requests} requests"
        if rounds > uptime_s / INTERVAL_S + 2:
            yield f"ldmDiscoveryRounds is {rounds} after {uptime_s} s"

    def history_faults(self):
        """What ldm-agentx -H prints is what was in the database."""
        result = self.station.run([*self.argv, "-H", "-j"], seconds=60)
        if result.returncode != 0:
            yield f"ldm-agentx -H ended with {result.returncode}: {result.stderr}"
        printed = [tuple(map(json.loads(line).get, ("id", "event", "address", "status")))
                   for line in result.stdout.splitlines()]
        saved = [event[:4] for _, event in sorted(self.saved.items())][-HISTORY:]
        if printed != saved:
            differs = [pair for pair in zip(printed, saved) if pair[0] != pair[1]]
            yield (f"ldm-agentx -H prints {len(printed)} events, and the last {len(saved)} are "
                   f"due; differing: {differs[:3]}")

    # What it uses

    def sample(self):
        """Figures of this moment."""
        def status(pid, name):
            return int(bench.first_field(f"/proc/{pid}/status", name).split()[0])
        return {"time": time.monotonic(), "rss_kib": status(self.daemon.pid, "VmRSS"),
                "heap_kib": heap_kib(self.daemon.pid),
                "descriptors": len(os.listdir(f"/proc/{self.daemon.pid}/fd")),
                "threads": status(self.daemon.pid, "Threads"),
                "state_kib": sum(file.stat().st_size
                                 for file in self.state.parent.iterdir()) / 1024,
                "snmpd_rss_kib": status(self.station.master.pid, "VmRSS")}

    def open_files(self):
        """What the daemon has open, and how often."""
        kinds = collections.Counter()
        for descriptor in Path(f"/proc/{self.daemon.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # it was open for a moment
                kinds[re.sub(r":\[\d+\]|.*/", "", os.readlink(descriptor))] += 1
        return kinds

    def totals(self):
        names = (*TRAFFIC, "ldmDiscoveryRounds", "ldmExcusedRounds", "ldmEventsSent",
                 "ldmEventsResent", "ldmEventsDropped")
        return {"changes": self.managers.ledger.due(),
                **{source: len(events) for source, events in self.sources().items()},
                "longest gap of requests, s": self.requests.longest_s,
                "received again": self.book.repeated, "walks": len(self.readers.walks),
                "polls": self.readers.polls, **dict(zip(names, self.values(*names)))}


def udp_drops(pid):
    """Notifications that the kernel dropped in the network of a process, at port 162."""
    lines = Path(f"/proc/{pid}/net/udp").read_text().splitlines()[1:]
    return sum(int(line.split()[-1]) for line in lines if line.split()[1].endswith(":00A2"))


def heap_kib(pid):
    """What is resident of the heap and other private memory without a file."""
    total, counted = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if "-" in words[0] and not words[0].endswith(":"):
            counted = len(words) < 6 or words[5] in ("[heap]", "[anon]")
        elif counted and words[0] == "Rss:":
            total += int(words[1])
    return total
