# SPDX-License-Identifier: BSD-2-Clause
"""Simulated managers that go and come back all the time."""

import random
import re
import socket
import time

import soak_ledger
from lab import addresses

FIRST = "198.18.0.1"
OFF_PERCENT = 5
# Those that are off went at different times.
GROUPS = 5
# Managers that are away for so long that their rows are removed.
VISITORS = 40


class Control:
    """A responder's control socket, without a process for each command."""

    def __init__(self, path):
        self.path = path

    def command(self, *words):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.connect(self.path)
            sock.sendall(" ".join(words).encode() + b"\n")
            with sock.makefile() as reply:
                said = reply.read()
        assert said.startswith("ok"), f"ldm-responder: {words}: {said}"
        return said

    def stats(self):
        return {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)",
                                                             self.command("stats"))}


class Managers:
    """Which are on, and when the next may change.

    certain: the rounds from a change until its event is certain; rounds: returns their number.
    """

    def __init__(self, count, certain, rounds):
        every = addresses(FIRST, count + VISITORS)
        self.hostnames = {address: f"ldom{number:03}" for number, address in enumerate(every, 1)}
        # Among the others, so that walks pass by their rows.
        self.visitors = every[::len(every) // VISITORS][:VISITORS]
        away = set(self.visitors)
        self.lasting = [address for address in every if address not in away]
        self.certain = certain
        self.rounds = rounds
        self.group = max(1, count * OFF_PERCENT // 100 // GROUPS)
        self.ready = list(self.lasting)  # on, and certainly announced as up
        self.off = []                    # [(round of the change, addresses)], oldest first
        self.back = []                   # likewise: on again
        self.visiting = True
        self.visitors_changed = 0        # the round
        self.random = random.Random(count)
        self.control = self.ledger = None

    def begin(self, control):
        """They answer from now on."""
        self.control = control
        self.ledger = soak_ledger.Ledger(self.hostnames, time.time())

    def switch(self, which, on):
        """Returns the last round that was over when it had taken effect."""
        self.ledger.note(which, on, time.time())
        for address in which:
            self.control.command("on" if on else "off", address)
        return self.rounds()

    def advance(self, now, rows):
        """Make the changes that may be made after this round, with so many rows in the table."""
        while self.back and self.back[0][0] + self.certain <= now:
            self.ready += self.back.pop(0)[1]
        if self.off and self.off[0][0] + self.certain <= now:
            which = self.off.pop(0)[1]
            self.back.append((self.switch(which, True), which))
        if len(self.off) < GROUPS:
            self.random.shuffle(self.ready)
            which, self.ready = self.ready[:self.group], self.ready[self.group:]
            self.off.append((self.switch(which, False), which))
        away_long_enough = self.visiting or rows == len(self.lasting)
        if away_long_enough and self.visitors_changed + self.certain <= now:
            self.visiting = not self.visiting
            self.visitors_changed = self.switch(self.visitors, self.visiting)

    def last_change(self):
        """The round of it."""
        return max([self.visitors_changed] + [when for when, _ in self.off + self.back])

    def statuses(self):
        """{address: status} of the managers that are certainly in the table, up to visitors."""
        off = {address for _, which in self.off for address in which}
        known = self.lasting + (self.visitors if self.visiting else [])
        return {address: "down" if address in off else "up" for address in known}
