# SPDX-License-Identifier: BSD-2-Clause
"""The daemon is killed again and again.

It is killed by SIGKILL at random moments, some of them within a transaction, while
managers come and go.  Every start loads the state from before or after the transaction,
every change is announced at least once, a repeated notification has the same ldmEventId
and ldmEventTime, and a restart without a change announces nothing.
"""

import bisect
import time

import database
from bookkeeping import text_time
from faultlab import form
from lab import DOWN, UP, wait_for
from tampering import HAS_STRACE, Tampering

KILLS = form(300, 25)
QUIET_KILLS = form(20, 3)
# Most managers only serve to make the file long.
COUNT = form(5000, 2000)
BLINKERS = 30

NEVER = float("inf")


class Lives:
    """The times at which the daemon ran."""

    def __init__(self, rig):
        self.rig = rig
        self.times = []

    def begin(self):
        self.rig.start_daemon()
        self.began = time.monotonic()

    def kill(self):
        self.rig.kill_daemon()
        self.times.append((self.began, time.monotonic()))

    def saw(self, rounds, since, until):
        """Whether one daemon had this number of rounds within that time, and another round, by
        whose end the result is saved."""
        starts = self.rig.cadence.starts()
        for began, ended in self.times:
            first = bisect.bisect(starts, max(began, since))
            last = bisect.bisect(starts, min(ended, until))
            # The last round may have been incomplete.
            if last - first >= rounds + 2:
                return True
        return False


def absences(rig, lives):
    """Each (address, gone at, back at) that must have been announced, by the time of day."""
    for address, switched in rig.switched.items():
        seen, since = False, None
        for i, (start, at, on) in enumerate(switched):
            end, end_at, _ = switched[i + 1] if i + 1 < len(switched) else (NEVER, NEVER, None)
            if not on:
                seen, since = seen or lives.saw(rig.misses, start, end), since or at
            elif lives.saw(1, start, end):
                if seen:
                    yield address, since, at
                seen, since = False, None
            # Otherwise its return may have gone unnoticed: then it is the same absence.
        if seen:
            yield address, since, end_at


def announced(rig, address, since, until):
    """Whether it was reported as down within that time."""
    # ldmEventTime has tenths; an event under way when a manager is back counts.
    return any(since - 0.2 <= text_time(event["ldmEventTime"]) <= until + rig.interval
               for event in rig.book.state_events(address) if event["ldmEventStatus"] == DOWN)


def expect_whole(rig):
    """The daemon that just ended has found a whole state, if it came to reading it."""
    said = rig.daemon.lines("loaded .* managers|starting without")
    assert all(f"loaded {COUNT} managers" in line for line in said), said
    assert not list(rig.state.parent.glob("*.bad*"))
    return len(said)


def kill_within_a_transaction(rig, seconds):
    """Kill it when it writes the next page, or one of the following ones, within that time."""
    with Tampering(rig.daemon, "pwrite64", f"signal=KILL:when={rig.random.randint(1, 12)}"):
        deadline = time.monotonic() + seconds
        while rig.daemon.running() and time.monotonic() < deadline:
            time.sleep(0.01)


def test_killed(make_rig, figures):
    """At random moments, and in the middle of writing."""
    rig = make_rig(COUNT, interval=0.4, delay="0:50", config=["announceFirst no"])
    lives = Lives(rig)
    lives.begin()
    rig.station.wait_all_up(rig.managers, 60)
    rig.end_daemon()
    blinkers = rig.managers[:BLINKERS]
    within, loaded = 0, 0

    for turn in range(KILLS):
        lives.begin()
        if turn % 4 == 0:
            rig.flip(rig.random.sample(blinkers, 4), owed=False)
            rig.be_seen()
        rig.flip(rig.random.sample(blinkers, rig.random.randint(1, 3)), owed=False)
        if turn % 3 == 0 or not HAS_STRACE:
            time.sleep(rig.random.uniform(0, rig.random.choice((0.1, 4 * rig.interval))))
        else:
            # In its first writes, or when there are events.
            if turn % 3 == 1:
                rig.wait_rounds(1)
            kill_within_a_transaction(rig, (rig.misses + 2) * rig.interval)
        within += not rig.daemon.running()
        lives.kill()
        loaded += expect_whole(rig)

    # The last one stays until everything is reported.
    lives.begin()
    rig.be_seen()
    wait_for(lambda: {**dict.fromkeys(rig.managers, UP), **rig.book.last()} == rig.reality(),
             30, "the NMS to know")
    rig.station.wait_statuses(rig.reality(), 30)
    rig.end_daemon()
    lives.times.append((lives.began, time.monotonic()))
    expect_whole(rig)

    owed = list(absences(rig, lives))
    lost = [one for one in owed if not announced(rig, *one)]
    rig.book.owe([address for address, _, _ in owed], DOWN)
    figures.put(killed_while_writing=within, states_loaded=loaded)
    assert not lost, lost
    rig.book.check_order()
    assert within > KILLS / 3 or not HAS_STRACE
    assert loaded > KILLS / 2 and len(owed) > KILLS / 4

    # Nothing has changed since.
    events, repeated = len(rig.book.events), rig.book.repeated
    for _ in range(QUIET_KILLS):
        lives.begin()
        rig.be_seen()
        lives.kill()
        expect_whole(rig)
    rig.book.check_order()
    assert (len(rig.book.events), rig.book.repeated) == (events, repeated)
