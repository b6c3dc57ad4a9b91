# SPDX-License-Identifier: BSD-2-Clause
"""The master agent hangs, and is killed while it does.

It is stopped by SIGSTOP while managers vanish and appear.  Rounds continue at the
same pace, and every event is delivered once it continues, or once another master
agent is started in its place.
"""

import signal

from faultlab import BACK_WITHIN, form

FROZEN = form(60, 8)
INTERVAL = 1.0


def freeze(rig):
    """Freeze the master; returns the time, on the clock of the requests."""
    since = rig.cadence.starts()[-1]
    rig.station.master.send_signal(signal.SIGSTOP)
    rig.faults += 1
    return since


def stay_frozen(rig, since):
    """Let FROZEN seconds of rounds pass, none of which may be skipped."""
    rig.wait_rounds(round(FROZEN / INTERVAL))
    assert rig.cadence.longest_gap(since) < 2


def test_master_frozen(make_rig):
    """Frozen and thawed, then frozen and killed."""
    rig = make_rig(40, off=5, interval=INTERVAL)
    rig.begin()
    goers, comers = rig.managers[:10], rig.managers[35:]

    since = freeze(rig)
    rig.switch(goers, False)
    rig.switch(comers, True)
    stay_frozen(rig, since)
    assert rig.book.delivered().total() == 35, "snmpd does not look frozen"
    rig.station.master.send_signal(signal.SIGCONT)
    rig.book.settle()
    rig.station.wait_statuses(rig.reality(), 30)
    rig.be_seen()
    rig.book.check()

    since = freeze(rig)
    rig.switch(goers, True)
    rig.switch(comers, False)
    stay_frozen(rig, since)
    rig.station.master.kill()
    rig.faults += 1
    assert rig.start_master() < BACK_WITHIN
    rig.book.settle()
    rig.be_seen()
    rig.book.check()
    assert rig.cadence.longest_gap() < 2
