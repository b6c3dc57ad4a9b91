# SPDX-License-Identifier: BSD-2-Clause
"""Programs that read the agent's tables without a pause, each a process of its own.

Each checks what it reads and reports to the process that started it: ("walk", ms),
("poll", requests), ("events", [Event]), or ("fault", text), after which it ends.
"""

import multiprocessing
import random
import socket
import time

import ber
import soak_ledger
from bookkeeping import text_time
from lab import mib

UNKNOWN = 4
# Reports of polls, in requests.
EACH = 100
PAUSE_S = 0.2


def fault_unless(condition, text):
    if not condition:
        raise AssertionError(text)


def arcs(name):
    return ber.parse_oid(mib().oid(name))


class Managers:
    """The managers by index of their rows: some come and go, others stay in the table."""

    def __init__(self, hostnames, visitors):
        self.hostnames = {ber.parse_oid(address): name.encode()
                          for address, name in hostnames.items()}
        visiting = {ber.parse_oid(address) for address in visitors}
        self.lasting = sorted(set(self.hostnames) - visiting)
        self.entry = arcs("ldmManagerEntry")
        self.columns = [ber.parse_oid(mib().oid(name))[-1]
                        for name in mib().columns("ldmManagerEntry")]
        self.hostname = arcs("ldmManagerHostname")[-1]
        self.address = arcs("ldmManagerIpAddress")[-1]
        self.status = arcs("ldmManagerStatus")[-1]

    def check_row(self, index, values):
        """values: {column: value}."""
        fault_unless(index in self.hostnames, f"a row of {ber.show_oid(index)}")
        fault_unless(values[self.hostname] == self.hostnames[index]
                     and values[self.address] == bytes(index)
                     and 0 < values[self.status] < UNKNOWN,
                     f"the row of {ber.show_oid(index)} has {values}")

    def check_walk(self, varbinds):
        """Each row that lasts is there once, in all columns."""
        rows = {}
        at = len(self.entry)
        seen = {column: [] for column in self.columns}
        for oid, _, value in varbinds:
            fault_unless(oid[at] in seen, f"{ber.show_oid(oid)}: no column")
            seen[oid[at]].append(oid[at + 1:])
            rows.setdefault(oid[at + 1:], {})[oid[at]] = value
        for column, indexes in seen.items():
            missing = set(self.lasting).difference(indexes)
            twice = len(indexes) - len(set(indexes))
            fault_unless(not missing and not twice,
                         f"a walk has {twice} rows twice in column {column}, and not those of "
                         + ", ".join(ber.show_oid(index) for index in sorted(missing)[:10])
                         + f" ({len(missing)} are missing)")
        for index in self.lasting:
            self.check_row(index, rows[index])


def walk(host, report, managers):
    """The whole table by GETBULK."""
    client = ber.Client(host, "public")
    while True:
        start = time.monotonic()
        # It sees that each OID is greater than the one before.
        varbinds = client.walk(managers.entry, bulk=25)
        took = time.monotonic() - start
        managers.check_walk(varbinds)
        report("walk", 1000 * took)


def poll(host, report, managers):
    """All columns of a row by GET, and of the next one by GETNEXT."""
    client = ber.Client(host, "public")
    at = len(managers.entry)
    chance = random.Random(1)

    def ask(request, index):
        answer = request(*(managers.entry + (column,) + index for column in managers.columns))
        fault_unless(answer.error == "noError", f"{ber.show_oid(index)}: {answer.error}")
        return answer.varbinds

    while True:
        for _ in range(EACH // 2):
            which = chance.randrange(len(managers.lasting) - 1)
            index, after = managers.lasting[which:which + 2]
            varbinds = ask(client.get, index)
            managers.check_row(index, {oid[at]: value for oid, _, value in varbinds})
            for oid, _, _ in ask(client.get_next, index):
                following = oid[at + 1:]
                fault_unless(following in managers.hostnames and index < following <= after,
                             f"the row after {ber.show_oid(index)} is "
                             f"{ber.show_oid(following)}, not {ber.show_oid(after)}")
        report("poll", EACH)


EVENT_COLUMNS = ("ldmEventId", "ldmEventType", "ldmEventAddress", "ldmEventStatus",
                 "ldmEventHostname", "ldmEventTime")


def event_of(number, kind, address, status, hostname, when):
    """The Event of these objects; kind and status are numbers, and the others as received."""
    return soak_ledger.Event(number, soak_ledger.TYPES[kind], address,
                             soak_ledger.STATUSES[status], hostname.decode(),
                             soak_ledger.tenths(text_time(when) + 0.05))


def read_events(host, report, _managers):
    """The rows of ldmEventTable after the last one that is known."""
    client = ber.Client(host, "public")
    columns = [arcs(name) for name in EVENT_COLUMNS]
    last = 0
    while True:
        answer = client.request(ber.GETBULK, [(column + (last,), ber.NULL, b"")
                                              for column in columns], 0, 20)
        fault_unless(answer.error == "noError", f"ldmEventTable: {answer.error}")
        rows = {}
        for oid, _, value in answer.varbinds:
            # After the last row of a column comes the first one of the next column.
            if oid[:-1] in columns and oid[-1] > last:
                rows.setdefault(oid[-1], {})[oid[:-1]] = value
        events = []
        for index in sorted(rows):
            if len(rows[index]) < len(columns):
                break  # it was added or removed meanwhile
            values = [rows[index][column] for column in columns]
            fault_unless(values[0] == index, f"ldmEventId.{index} is {values[0]}")
            values[2] = socket.inet_ntoa(values[2])
            events.append(event_of(*values))
            last = index
        report("events", events)
        if not events:
            time.sleep(PAUSE_S)


class Readers:
    """The processes, and what they have reported."""

    def __init__(self, host, managers):
        # With fork, they are in the same namespaces and have the same modules.
        forking = multiprocessing.get_context("fork")
        self.queue = forking.SimpleQueue()
        self.processes = [forking.Process(target=self._run, args=(function, host, managers),
                                          name=function.__name__, daemon=True)
                          for function in (walk, poll, read_events)]
        self.walks, self.polls, self.events = [], 0, {}

    def start(self):
        for process in self.processes:
            process.start()

    def _run(self, function, host, managers):
        try:
            function(host, lambda *words: self.queue.put(words), managers)
        except Exception as error:  # pylint: disable=broad-except
            self.queue.put(("fault", f"{function.__name__}: {type(error).__name__}: {error}"))

    def read(self):
        """Take in what they have reported; returns the faults."""
        faults = []
        while not self.queue.empty():
            kind, what = self.queue.get()
            if kind == "walk":
                self.walks.append(what)
            elif kind == "poll":
                self.polls += what
            elif kind == "events":
                self.events.update((event.id, event) for event in what)
            else:
                faults.append(what)
        if not faults:
            faults += [f"{process.name} has ended with {process.exitcode}"
                       for process in self.processes if not process.is_alive()]
        return faults

    def stop(self):
        for process in self.processes:
            process.kill()
            process.join()
