# SPDX-License-Identifier: BSD-2-Clause
"""The wall clock is stepped.

It is set back by two hours, or ahead by ten years, while the daemon runs (libfaketime):
rounds, status and retention are not affected.  A clock that runs fast shows that the times
last heard are saved every ten minutes.
"""

import time

import database
from bookkeeping import text_time
from faultlab import FIRST
from lab import DOWN, NO_INSTANCE, SLOW, UP, Daemon, mib, wait_for
from tampering import fake_clock

RETENTION = 6 * SLOW

DAY = 24 * 3600
# Offset for libfaketime, the same in seconds, and its accuracy.
STEPS = (("-2h", -2 * 3600, 60), ("+10y", 3650 * DAY, 3 * DAY), ("+0", 0, 60))


def test_saved_every_ten_minutes(lab):
    """After ten minutes without events, in a second of real time, the last answers are saved."""
    station = lab.station()
    lab.manager_host().responder("-n", 2, "-a", FIRST, delay="0:5")
    state = lab.path / "kept" / "state.db"
    environment = fake_clock(lab.path / "clock")
    # Both clocks and the timeouts of poll(2) run faster; nothing is stepped.
    del environment["DONT_FAKE_MONOTONIC"], environment["FAKETIME_TIMESTAMP_FILE"]
    environment["FAKETIME"] = f"+0 x{600 / SLOW:g}"
    daemon = station.start("ldm-agentx", station.daemon_command(
        config=["interval 10m", "window 1m", f"stateFile {state}"]), Daemon, env=environment)
    station.wait_all_up([FIRST, "198.18.0.2"], 30)
    wait_for(lambda: database.has_delivered(state, 2), 10, "the first answers to be saved")

    def heard():
        return database.column(state, "SELECT last_seen FROM manager ORDER BY address")
    before = heard()
    assert len(before) == 2
    wait_for(lambda: all(new > old for new, old in zip(heard(), before)), 20,
             "later ones to be saved")
    # Nothing else has happened.
    assert len(station.trapd.notifications()) == 2
    assert daemon.running()


def cell(rig, column, address):
    return rig.station.get(f"{mib().oid('ldmManager' + column)}.{address}")


def test_clock_stepped(make_rig, figures):
    """A manager vanishes with each step: it is down, ages and is forgotten when due."""
    rig = make_rig(10, interval=1.0, config=[f"retention {RETENTION:g}s"])
    clock = rig.lab.path / "clock"
    environment = fake_clock(clock)
    rig.begin(env=environment)
    forgotten = []
    for (text, offset, tolerance), gone in zip(STEPS, rig.managers[1:]):
        rig.wait_rounds(1)
        rounds, off = len(rig.cadence.starts()), time.monotonic()
        rig.switch([gone], False)
        clock.write_text(text)
        rig.faults += 1
        wait_for(lambda: rig.station.status(gone) == DOWN, 10, "down")
        # Up to half a round may have passed before, and as much until we asked.
        assert rig.misses - 1 <= len(rig.cadence.starts()) - rounds <= rig.misses + 2

        # The clock was really stepped.
        seen = text_time(cell(rig, "LastSeen", FIRST))
        assert abs(seen - time.time() - offset) < tolerance

        before = time.monotonic()
        silence = cell(rig, "Silence", gone)
        assert before - off - 1 <= silence <= time.monotonic() - off + rig.interval + 1

        wait_for(lambda: rig.station.status(gone) == NO_INSTANCE, 3 * RETENTION / SLOW,
                 "the row to go")
        forgotten.append(time.monotonic() - off)
        assert RETENTION - rig.interval < forgotten[-1] < 2 * RETENTION
        rig.book.check()
        rig.switch([gone], True)
        wait_for(lambda: rig.station.status(gone) == UP, 10, "up")
        rig.book.settle()

    # Stepped while it is away.
    for text, _, _ in STEPS:
        rig.end_daemon()
        clock.write_text(text)
        rig.faults += 1
        rig.start_daemon(env=environment)
        rig.be_seen()
        rig.station.wait_statuses(rig.reality())
        rig.book.check()
    assert rig.cadence.longest_gap() < 2
    figures.put(forgotten_after_in_s=f"{min(forgotten):.1f} to {max(forgotten):.1f} of "
                f"{RETENTION:g}")
