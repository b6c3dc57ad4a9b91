# SPDX-License-Identifier: BSD-2-Clause
"""Bookkeeping of notifications.

A scenario records which notifications are due for its changes to the managers; the
bookkeeping reads snmptrapd's output to find which were delivered, repeated or lost.
"""

import collections
import datetime
import struct

from lab import parse_notification, wait_for

APPEARED, DISAPPEARED = 1, 2


class Tail:
    """The lines that a process prints from now on, each returned once."""

    def __init__(self, process):
        self.log = process.log
        self.offset = self.log.stat().st_size

    def lines(self):
        with open(self.log, "rb") as log:
            log.seek(self.offset)
            data = log.read()
        data = data[:data.rfind(b"\n") + 1]
        self.offset += len(data)
        return data.decode(errors="replace").split("\n")[:-1]


def text_time(octets):
    """Seconds since the epoch of a DateAndTime."""
    year, month, day, hour, minute, second, tenths = struct.unpack_from(">HBBBBBB", octets)
    offset = datetime.timezone.utc
    if len(octets) == 11:
        sign = 1 if octets[8:9] == b"+" else -1
        offset = datetime.timezone(sign * datetime.timedelta(hours=octets[9], minutes=octets[10]))
    return datetime.datetime(year, month, day, hour, minute, second,
                             tzinfo=offset).timestamp() + tenths / 10


class Bookkeeper:
    """What the NMS must be notified of, and what it was notified of.

    Events are identified by their ids.  A repeated notification must be the same in
    every object; the events of a manager must arrive in order.
    """

    def __init__(self, trapd):
        self.tail = Tail(trapd)
        self.events = {}                           # id: its objects
        self.of = collections.defaultdict(list)    # address: ids of its events, in order of arrival
        self.owed = collections.Counter()          # (address, status): how often
        self.repeated = 0
        self.faults = []

    def owe(self, which, status):
        self.owed.update((address, status) for address in which)

    def read(self):
        for notification in filter(None, map(parse_notification, self.tail.lines())):
            objects = {name: value for name, value in notification.objects.items()
                       if name.startswith("ldm")}
            event = objects["ldmEventId"]
            if event in self.events:
                self.repeated += 1
                if self.events[event] != objects:
                    self.faults.append(f"event {event} came as {self.events[event]} and as "
                                       f"{objects}")
                continue
            self.events[event] = objects
            ids = self.of[objects["ldmEventAddress"]]
            if ids and ids[-1] > event:
                self.faults.append(f"event {event} came after {ids[-1]}")
            ids.append(event)
        return self

    def state_events(self, address):
        """The events that say whether a manager is up, in order."""
        every = (self.events[event] for event in self.of[address])
        return [e for e in every if e["ldmEventType"] in (APPEARED, DISAPPEARED)]

    def delivered(self):
        self.read()
        return collections.Counter((address, e["ldmEventStatus"])
                                   for address in self.of for e in self.state_events(address))

    def lost(self):
        return self.owed - self.delivered()

    def surplus(self):
        return self.delivered() - self.owed

    def settle(self, seconds=30):
        """Wait until all notifications that are due were delivered."""
        try:
            wait_for(lambda: not self.lost(), seconds, "the notifications that are due")
        except AssertionError:
            raise AssertionError(f"{self.lost().total()} lost: {few(self.lost())}") from None

    def check(self):
        """All that is due was delivered, and nothing else, in a consistent order."""
        lost, surplus = self.lost(), self.surplus()
        assert not lost, f"{lost.total()} lost: {few(lost)}"
        assert not surplus, f"{surplus.total()} not due: {few(surplus)}"
        self.check_order()

    def check_order(self):
        """No repeat differs, none is out of order, no manager comes or goes twice in a row."""
        self.read()
        assert not self.faults, self.faults[:5]
        for address in self.of:
            statuses = [e["ldmEventStatus"] for e in self.state_events(address)]
            assert all(a != b for a, b in zip(statuses, statuses[1:])), (address, statuses)

    def last(self):
        """{address: its status as notified to the NMS}."""
        self.read()
        return {address: self.state_events(address)[-1]["ldmEventStatus"]
                for address in list(self.of) if self.state_events(address)}


def few(counter):
    return dict(list(counter.items())[:5])
