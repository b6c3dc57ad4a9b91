# SPDX-License-Identifier: BSD-2-Clause
"""The daemon is killed time and again.

"300 kill -9 of the daemon at random moments, among them during state writes,
while managers toggle: every start loads the old or the new state whole, every
change is announced at least once, repeated notifications carry the same
ldmEventId and ldmEventTime, a restart without a change announces nothing."
"""

import bisect
import time

from faultlab import Watch, form, text_time
from lab import DOWN, UP, wait_for

KILLS = form(300, 25)
QUIET_KILLS = form(20, 3)
# Most managers only serve to make the file long and its writing slow.
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


def test_killed(make_rig, figures):
    """At random moments, and when it has just begun to write."""
    rig = make_rig(COUNT, interval=0.4, delay="0:50", config=["announceFirst no"])
    lives = Lives(rig)
    lives.begin()
    rig.station.wait_all_up(rig.managers, 60)
    rig.end_daemon()
    watch = Watch(rig.state.parent)
    blinkers = rig.managers[:BLINKERS]
    new = rig.state.with_name("state.new")
    within, loaded = 0, 0

    for turn in range(KILLS):
        lives.begin()
        if turn % 4 == 0:
            rig.flip(rig.random.sample(blinkers, 4), owed=False)
            rig.be_seen()
        rig.flip(rig.random.sample(blinkers, rig.random.randint(1, 3)), owed=False)
        if turn % 3 == 0:
            time.sleep(rig.random.uniform(0, rig.random.choice((0.1, 4 * rig.interval))))
        else:
            # The first thing that it saves, or what it saves when there are events.
            if turn % 3 == 1:
                rig.wait_rounds(1)
            watch.wait(new.name, (rig.misses + 2) * rig.interval)
        lives.kill()
        within += new.exists()
        loaded += expect_whole(rig)
    watch.close()

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
    assert within > 0 and loaded > KILLS / 2 and len(owed) > KILLS / 4

    # Nothing has changed since.
    events, repeated = len(rig.book.events), rig.book.repeated
    for _ in range(QUIET_KILLS):
        lives.begin()
        rig.be_seen()
        lives.kill()
        expect_whole(rig)
    rig.book.check_order()
    assert (len(rig.book.events), rig.book.repeated) == (events, repeated)
