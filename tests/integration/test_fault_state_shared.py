# SPDX-License-Identifier: BSD-2-Clause
"""Other programs use the state file, or its disk hangs.

Readers do not delay the daemon.  While the disk hangs, everything else continues, and a
line is logged when that begins and when it is over; SIGTERM still ends the daemon at once.
"""

import signal
import time
from pathlib import Path

import pytest

import database
from faultlab import form
from lab import DOWN, SLOW, wait_for
from tampering import Tampering, hanging, needs_strace
from test_fault_state_place import RETRIED_WITHIN, come_and_go, expect_saved

TURNS = form(20, 2)


def test_reader(make_rig, figures):
    """A program that has begun to read, and does not end, does not prevent saving."""
    rig = make_rig(12)
    rig.begin()
    wal = database.beside(rig.state, "-wal")
    with database.connect(rig.state) as reader:
        reader.execute("BEGIN")
        seen = reader.execute("SELECT * FROM events").fetchall()
        come_and_go(rig, TURNS)
        wait_for(lambda: database.has_delivered(rig.state, len(rig.book.read().events)), 10,
                 "all to be saved")
        assert reader.execute("SELECT * FROM events").fetchall() == seen
        figures.put(wal_in_kib=wal.stat().st_size // 1024)
    assert not rig.daemon.lines("error: |not saved")
    expect_saved(rig)


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_writer(make_rig, lock):
    """One that has begun to write prevents it, which is logged once, and nothing else."""
    rig = make_rig(12)
    rig.begin()
    with database.connect(rig.state) as writer:
        writer.execute(lock)
        rig.faults += 1
        come_and_go(rig, 1)
        said = rig.daemon.wait_output("is not saved")
        assert "locked" in said[0] and str(rig.state) in said[0], said
        come_and_go(rig, 1)
        assert len(rig.daemon.lines("error: |not saved")) == 1
    rig.daemon.wait_output("is saved again", RETRIED_WITHIN)
    expect_saved(rig)


def test_reader_at_the_end(make_rig):
    """The last save does not wait for a reader, who can go on."""
    rig = make_rig(12)
    rig.begin()
    with database.connect(rig.state) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM events").fetchall()
        status, seconds = rig.daemon.end()
        assert status == 0 and seconds < SLOW
        assert reader.execute("SELECT count(*) FROM events").fetchone() == (12,)
    assert database.setting(rig.state, "clean") == 1
    assert not rig.daemon.lines("warning|error")


# A disk that hangs

@needs_strace
def test_hangs(make_rig):
    """Notifications wait ten seconds, and nothing else waits."""
    rig = make_rig(12)
    rig.begin()
    with Tampering(rig.daemon, "fdatasync", "delay_enter=14s:when=1"):
        rig.faults += 1
        hung = time.monotonic()
        rig.switch(rig.managers[:1], False)
        wait_for(lambda: rig.station.status(rig.managers[0]) == DOWN, 10, "the row to show it")
        assert not rig.book.delivered()[(rig.managers[0], DOWN)]
        rig.daemon.wait_output("takes longer than 5 s")
        assert rig.station.value("ldmStateUnsavedTime") >= 4
        rig.book.settle()
        logged = time.monotonic()
        assert logged - hung > 10 and not rig.daemon.lines("no longer hangs")
        rig.daemon.wait_output("no longer hangs", 20)
    assert rig.cadence.longest_gap(hung) < 2
    wait_for(lambda: rig.station.value("ldmStateUnsavedTime") == 0, 10, "the save")
    assert rig.station.value("ldmStateErrors") == 0
    assert rig.station.value("ldmStateAge") < time.monotonic() - hung
    assert len(rig.daemon.lines("takes longer|no longer")) == 2 and not rig.daemon.lines("not saved")
    come_and_go(rig, 1)
    expect_saved(rig)


def test_hangs_at_the_start(make_rig):
    """It waits, says so, and then starts."""
    rig = make_rig(12)
    rig.begin()
    rig.kill_daemon()
    rig.faults += 1
    events = len(rig.book.read().events)
    with hanging(rig.state):
        rig.start_daemon()
        rig.daemon.wait_output("loading the state from .* takes longer than 5 s")
        assert not rig.daemon.lines("loaded|not saved")
    rig.daemon.wait_output("no longer hangs")
    rig.daemon.wait_output("loaded 12 managers")
    rig.be_seen()
    rig.station.wait_statuses(rig.reality())
    rig.book.check()
    assert len(rig.book.events) == events


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGINT])
def test_ended_while_it_hangs_at_the_start(make_rig, signo):
    """It ends at once, and the state is as it was."""
    rig = make_rig(12)
    rig.begin()
    rig.end_daemon()
    rig.faults += 1
    before = rig.state.read_bytes()
    with hanging(rig.state):
        daemon = rig.start_daemon()
        # The first thread, the log's, and the one that loads.
        wait_for(lambda: len(list(Path(f"/proc/{daemon.pid}/task").iterdir())) == 3, 10,
                 "the thread that loads")
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_output("configuration reloaded")
        status, seconds = daemon.end(signo)
    assert status == 0 and seconds < SLOW
    assert daemon.lines("stopping: ") and daemon.lines("stopped")
    assert rig.state.read_bytes() == before
    rig.start_daemon()
    rig.daemon.wait_output("loaded 12 managers")
    rig.be_seen()
    rig.book.check()
