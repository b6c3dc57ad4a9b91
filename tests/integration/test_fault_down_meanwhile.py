# SPDX-License-Identifier: BSD-2-Clause
"""Managers vanish, and come, while the daemon is down.

Those that vanished are reported after `misses` rounds; those that are still up are
not announced again.
"""

import pytest

from lab import DOWN, UNKNOWN, UP, wait_for


@pytest.mark.parametrize("end", ["ended", "killed"])
def test_vanished_while_it_was_down(make_rig, end):
    """They are reported after `misses` rounds, new managers at once, no others."""
    rig = make_rig(30, off=10, interval=1.0, window=0.4)
    rig.begin()
    stay, gone = rig.managers[:10], rig.managers[10:20]
    comers, absent = rig.managers[20:25], rig.managers[25:]
    # These are down when the daemon ends; some are back when it starts.
    rig.switch(gone[5:], False)
    rig.book.settle()
    if end == "ended":
        rig.end_daemon()
    else:
        rig.kill_daemon()
    rig.switch(gone[:5], False)
    rig.switch(gone[5:8], True)
    rig.switch(comers, True)
    before = rig.book.delivered()

    rounds = len(rig.cadence.starts())
    rig.start_daemon()
    wait_for(lambda: (rig.book.delivered() - before)[(gone[0], DOWN)], 20, "the Disappeared")
    assert len(rig.cadence.starts()) - rounds == rig.misses
    rig.book.settle()
    rig.be_seen()
    rig.book.check()
    rig.station.wait_statuses({**dict.fromkeys(stay + gone[5:8] + comers, UP),
                               **dict.fromkeys(gone[:5] + gone[8:], DOWN)})
    assert not set(absent) & set(rig.station.statuses())


def test_statuses_at_the_start(make_rig):
    """Before the first judgement managers announced as down are down, the others unknown."""
    rig = make_rig(10, interval=20.0, window=8.0, misses=1)
    rig.start_daemon("interval 500ms", "window 250ms", "misses 2")
    rig.book.owe(rig.managers, UP)
    rig.book.settle()
    rig.switch(rig.managers[:5], False)
    rig.book.settle()
    rig.kill_daemon()
    rig.switch(rig.managers[5:7], False)

    rig.start_daemon()
    wait_for(rig.answers, 20, "the daemon to answer")
    rig.station.wait_statuses({**dict.fromkeys(rig.managers[:5], DOWN),
                               **dict.fromkeys(rig.managers[5:7], UNKNOWN),
                               **dict.fromkeys(rig.managers[7:], UP)}, 15)
    rig.book.settle()
    rig.book.check()
