# SPDX-License-Identifier: BSD-2-Clause
"""What happened to each manager, and the events that are due for it.

Each change of a manager, on or off, is due exactly one event.  The change after it is made
only when that event is certain, so that an event belongs to the last change before it.
"""

import bisect
import collections
import time

# time: tenths of a second since 1970, the unit of a DateAndTime.
Event = collections.namedtuple("Event", "id type address status hostname time")
Change = collections.namedtuple("Change", "time on")

# Of ldmEventType and ldmManagerStatus, as the database has them.
TYPES = {1: "appeared", 2: "disappeared", 3: "changed", 4: "conflict", 5: "impaired",
         6: "restored", 7: "conflictEnded"}
STATUSES = {1: "up", 2: "missing", 3: "down", 4: "unknown"}


def tenths(seconds):
    return int(seconds * 10)


def clock(tenths_of_second):
    """For people: the time of day."""
    seconds, rest = divmod(tenths_of_second, 10)
    return time.strftime("%H:%M:%S", time.localtime(seconds)) + f".{rest}"


def said(change):
    return f"switched {'on' if change.on else 'off'} at {clock(change.time)}"


def show(event):
    return (f"event {event.id} at {clock(event.time)}: {event.type}, "
            f"{event.address} is {event.status}")


class Ledger:
    """Changes of managers, by address; at first all are on, and not known yet."""

    def __init__(self, hostnames, now):
        self.hostnames = hostnames  # {address: its hostname}
        self.changes = {address: [Change(tenths(now), True)] for address in hostnames}

    def note(self, addresses, on, now):
        """They are switched on or off after this time."""
        for address in addresses:
            self.changes[address].append(Change(tenths(now), on))

    def due(self):
        """How many events are due by now."""
        return sum(map(len, self.changes.values()))

    def last_change(self, address):
        """In words."""
        return said(self.changes[address][-1])

    def faults(self, source, events):
        """What is wrong with the events ({id: Event}) that were found in a source, in words."""
        found = collections.defaultdict(list)
        strange = []
        for event in sorted(events.values()):
            if event.address in self.changes:
                found[event.address].append(event)
            else:
                strange.append(f"{source}: not due: {show(event)}")
        for address, changes in self.changes.items():
            yield from self._faults_of(source, address, changes, found[address])
        yield from strange

    def _faults_of(self, source, address, changes, events):
        times = [change.time for change in changes]
        after = [[] for _ in changes]
        for event in events:
            after[max(0, bisect.bisect_right(times, event.time) - 1)].append(event)
        for change, which in zip(changes, after):
            due = ("appeared", "up") if change.on else ("disappeared", "down")
            what = f"{address}, {said(change)}"
            if not which:
                yield f"{source}: LOST: {what}: no event {due[0]}"
            elif len(which) > 1 or (which[0].type, which[0].status) != due:
                yield f"{source}: {what}: one event {due[0]} is due, not " + "; ".join(
                    map(show, which))
            elif which[0].hostname != self.hostnames[address]:
                yield f"{source}: {what}: {show(which[0])} with the hostname {which[0].hostname}"


def gaps(source, events):
    """Ids that are missing between the first and the last one."""
    ids = sorted(events)
    for before, after in zip(ids, ids[1:]):
        if after != before + 1:
            yield f"{source}: {after - before - 1} ids are missing before {show(events[after])}"
        elif events[after].time < events[before].time:
            yield f"{source}: {show(events[after])}, before that of {before}"


def differences(sources):
    """What differs between sources, {name: {id: Event}}."""
    (first, reference), *others = sources.items()
    for name, events in others:
        for number in sorted(set(reference) | set(events)):
            if number not in events:
                yield f"{name}: LOST: {show(reference[number])}, which {first} has"
            elif number not in reference:
                yield f"{first}: LOST: {show(events[number])}, which {name} has"
            elif events[number] != reference[number]:
                yield (f"event {number} is {reference[number]} in {first}, "
                       f"and {events[number]} in {name}")
