# SPDX-License-Identifier: BSD-2-Clause
"""The master agent is restarted again and again.

It is ended by SIGTERM or SIGKILL while managers come and go.  No event is lost, the
link is restored within two seconds each time, and the daemon's file descriptors and
memory do not grow.
"""

from faultlab import BACK_WITHIN, footprint, form
from lab import WRAPPER

RESTARTS = form(100, 10)
WARM_UP = form(20, 4)

# net-snmp 5.9.3 itself leaks 110 octets when a session ends; the rest is the variation of
# the allocator's arenas.
LEAK_OF_NETSNMP = 110
MEMORY_VARIES_KIB = 128


def test_master_restarts(make_rig, figures):
    """Killed or ended, while managers come and go before, during and after it."""
    rig = make_rig(30, off=10, config=["eventLog 32"])
    rig.begin()
    for turn in range(RESTARTS):
        if turn == WARM_UP:
            descriptors, memory = footprint(rig.daemon)
        before, meanwhile, after = (rig.random.sample(rig.managers[part::3], 3)
                                    for part in range(3))
        rig.flip(before)
        # When it ends, their events have not happened yet, are in flight, or are delivered.
        rig.wait_rounds(rig.random.randint(0, rig.misses + 1))
        rig.faults += 1
        if turn % 2:
            rig.station.master.kill()
        else:
            rig.station.master.end()
        rig.flip(meanwhile)
        if rig.random.random() < 0.5:
            rig.be_seen()
        rig.start_master()
        rig.flip(after)
        rig.be_seen()
    rig.book.settle()
    rig.be_seen()
    rig.book.check()
    now = footprint(rig.daemon)
    figures.put(open_descriptors=f"{descriptors} then {now[0]}",
                resident_KiB=f"{memory} then {now[1]}")
    assert max(rig.back) < BACK_WITHIN
    assert now[0] <= descriptors
    if not WRAPPER:
        assert now[1] <= memory + MEMORY_VARIES_KIB + RESTARTS * LEAK_OF_NETSNMP // 1024
