# SPDX-License-Identifier: BSD-2-Clause
"""5000 managers vanish at once.

At the default rate, snmptrapd receives a notification for each of them, and walks are
answered meanwhile.  If the queue is too small for all events, the state of every
manager according to the notifications is that of the table in the end.
A burst of 5000 events is a few transactions; killed in it, the daemon loses none.
"""

import time

import ber
import database
from faultlab import FIRST, form
from lab import DOWN, UP, mib, wait_for
from lab_mib import reload

COUNT = form(5000, 1500)
QUEUE_LIMIT = form(1000, 300)
KILLS = form(20, 5)
DEFAULT_RATE = 200  # notifications a second


def calm_start(rig, *config):
    """Start the daemon; nothing is announced until all managers are in the table."""
    rig.start_daemon("notifications no", *config)
    rig.station.wait_all_up(rig.managers, 60)
    reload(rig.daemon, [*rig.config, *config])
    rig.wait_rounds(1)
    assert not rig.book.read().events


def quiet_rig(make_rig, rate=DEFAULT_RATE):
    return make_rig(COUNT, interval=2.0, window=1.0, misses=2, delay="0:500", rate=rate)


def counts(rig):
    return {name: rig.station.value(f"ldmEvents{name}")
            for name in ("Queued", "Sent", "Resent", "Dropped")}


def test_all_vanish(make_rig, figures):
    """Each is announced once, and requests are answered throughout."""
    rig = quiet_rig(make_rig)
    calm_start(rig)
    status = ber.parse_oid(mib().oid("ldmManagerStatus"))
    before = counts(rig)
    transactions = database.transactions(rig.state)
    rig.switch(rig.managers, False)
    rig.faults += len(rig.managers)
    vanished = time.monotonic()

    gets, walks, slowest = 0, 0, 0.0
    deadline = time.monotonic() + 10 * COUNT / DEFAULT_RATE
    while rig.book.lost() and time.monotonic() < deadline:
        address = rig.random.choice(rig.managers)
        asked = time.monotonic()
        # It raises ber.Timeout if there is no answer.
        answer = rig.client.get(status + ber.parse_oid(address))
        slowest = max(slowest, time.monotonic() - asked)
        assert answer.error == "noError" and answer.varbinds[0].tag == ber.INTEGER
        gets += 1
        if gets % 200 == 0:
            assert len(rig.client.walk(status, bulk=25)) == COUNT
            walks += 1
    rig.book.settle()
    rig.wait_rounds(2)
    rig.book.check()
    wait_for(lambda: counts(rig)["Queued"] == 0, 10, "the queue to be empty")
    after = counts(rig)
    # Each has appeared before, which was not announced.
    wait_for(lambda: database.has_delivered(rig.state, 2 * COUNT), 10, "all of it to be saved")
    # All that happened in an instant has one; what the master agent accepted, one a second.
    transactions = database.transactions(rig.state) - transactions
    assert transactions < 20 + 2 * (time.monotonic() - vanished)
    figures.put(transactions=transactions)
    figures.put(accepted=after["Sent"] - before["Sent"], dropped=after["Dropped"], gets=gets,
                walks=walks, slowest_get_in_s=slowest)
    assert after["Sent"] - before["Sent"] == COUNT and after["Dropped"] == 0
    assert walks > 0


def test_killed_in_the_storm(make_rig, figures):
    """Killed at any moment of it, the daemon goes on, and each event arrives at least once."""
    rig = quiet_rig(make_rig, rate=1000)
    calm_start(rig)
    rig.switch(rig.managers, False)
    accepted = []
    for kill in range(KILLS):
        # The first ones may be before the events, or while they are saved.
        wait_for(lambda: len(rig.book.read().events) >= kill * COUNT / (2 * KILLS), 60,
                 "more notifications")
        time.sleep(rig.random.uniform(0, rig.interval / 4))
        rig.kill_daemon()
        accepted.append(len(rig.book.read().events))
        rig.start_daemon()
        rig.wait_rounds(1)
    rig.book.settle(60 + COUNT / 1000)
    rig.book.check()
    rig.station.wait_statuses(rig.reality(), 30)
    figures.put(kills_after_events=" ".join(map(str, accepted)))
    assert accepted[-1] > accepted[0]


def test_queue_overflows(make_rig, figures):
    """More events than the queue holds while the master is away: the NMS is right in the end."""
    rig = quiet_rig(make_rig)
    calm_start(rig, f"queueLimit {QUEUE_LIMIT}")
    rig.station.master.end()
    rig.faults += 1
    rig.switch(rig.managers, False, owed=False)
    rig.be_seen()
    # Notifications are queued for some of them, and there was no room for others.
    rig.switch(rig.managers[::3], True, owed=False)
    rig.wait_rounds(2)
    rig.start_master()

    def as_it_is():
        # Managers that are back before they were reported have not gone.
        announced = {**dict.fromkeys(rig.managers, UP), **rig.book.last()}
        return announced == rig.reality()
    try:
        wait_for(as_it_is, 60 + 2 * COUNT / DEFAULT_RATE, "the NMS to know")
    finally:
        announced = rig.book.last()
        figures.put(wrongly_announced=sum(announced.get(address, UP) != status
                                          for address, status in rig.reality().items()),
                    dropped=counts(rig)["Dropped"])
    assert counts(rig)["Dropped"] >= COUNT - QUEUE_LIMIT - len(rig.managers[::3])
    wait_for(lambda: counts(rig)["Queued"] == 0, 10, "the queue to be empty")
    rig.station.wait_statuses(rig.reality(), 30)
    rig.wait_rounds(3)
    assert as_it_is()
    rig.book.check_order()
