# SPDX-License-Identifier: BSD-2-Clause
"""Appeared and Disappeared, as a real snmptrapd receives them.

Exactly one Appeared for each new manager, and none for duplicate answers; exactly one
Disappeared after `misses` silent rounds, and none after fewer; one Appeared when the
manager is heard again.
"""

import pytest

from lab import DOWN, MISSING, SLOW, UP, addresses, mib, wait_for

# With one request a round the responder's log counts rounds.
ONE_REQUEST = ["probes 1", "sourcePort ephemeral"]
# A slow program needs time to receive the answers within its window.
COUNTED = dict(interval="1200ms", window="300ms") if SLOW == 1 else \
    dict(interval="3s", window="1s")


def test_one_appeared_for_each(lab):
    """Each new manager is announced once, though each answers twice, round after round."""
    station = lab.station(("red", "blue"))
    expected = []
    for segment, first in (("red", "198.18.0.1"), ("blue", "198.18.128.1")):
        responder = lab.manager_host(segment).responder("-n", 25, "-a", first, "-r", "twice")
        expected += addresses(first, 25)
    station.daemon(interval="400ms", window="200ms")
    station.wait_all_up(expected)
    wait_for(lambda: len(station.trapd.appeared()) >= 50, 10, "50 notifications")
    responder.wait_requests(5, 10)
    assert sorted(n.objects["ldmEventAddress"] for n in station.trapd.appeared()) \
        == sorted(expected)
    assert station.trapd.disappeared() == []


def test_the_same_manager_on_two_interfaces(lab):
    """A manager heard on two interfaces is one manager."""
    station = lab.station(("red", "blue"))
    host = lab.host("both", ("red", "198.18.254.2/24"), ("blue", "198.18.255.2/24"))
    responder = host.responder("-n", 5, "-a", "198.18.0.1", interfaces=("eth0", "eth1"))
    station.daemon(interval="400ms", window="200ms")
    station.wait_all_up(addresses("198.18.0.1", 5))
    responder.wait_requests(6, 10)
    assert list(station.statuses()) == addresses("198.18.0.1", 5)
    assert len(station.trapd.appeared()) == 5


@pytest.mark.parametrize("misses", [1, 3])
def test_disappeared_after_misses_rounds(lab, misses):
    """`misses` silent rounds give one Disappeared, and a return one Appeared."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 3, "-a", "198.18.0.1", delay="0:0")
    station.daemon(config=[f"misses {misses}", *ONE_REQUEST], **COUNTED)
    station.wait_all_up(addresses("198.18.0.1", 3))

    # It has answered this request, and will not answer the next one.
    responder.wait_requests(1, 10)
    responder.command("off", "198.18.0.2")
    before = len(responder.requests())
    wait_for(station.trapd.disappeared, 20, "the Disappeared")
    assert len(responder.requests()) - before == misses
    assert station.status("198.18.0.2") == DOWN
    responder.wait_requests(misses + 3, 20)
    assert [n.objects["ldmEventAddress"] for n in station.trapd.disappeared()] == ["198.18.0.2"]

    responder.command("on", "198.18.0.2")
    wait_for(lambda: len(station.trapd.appeared("198.18.0.2")) == 2, 10, "the second Appeared")
    responder.wait_requests(3, 10)
    assert len(station.trapd.appeared()) == 4
    assert len(station.trapd.disappeared()) == 1
    transitions = f"{mib().oid('ldmManagerTransitions')}.198.18.0.2"
    assert station.get(transitions) == 2


def test_one_silent_round_fewer(lab):
    """Silent for `misses` - 1 rounds: missing, and no notification."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 2, "-a", "198.18.0.1")
    station.daemon(config=["misses 3", *ONE_REQUEST], **COUNTED)
    station.wait_all_up(addresses("198.18.0.1", 2))
    wait_for(lambda: len(station.trapd.appeared()) == 2, 10, "the first two notifications")
    missed = f"{mib().oid('ldmManagerMissedRounds')}.198.18.0.1"
    for _ in range(3):
        # It may or may not answer the current request; in both cases it is silent for two rounds.
        responder.command("off", "198.18.0.1")
        wait_for(lambda: station.get(missed) == 2, 10, "two missed rounds")
        responder.command("on", "198.18.0.1")
        assert station.status("198.18.0.1") == MISSING
        wait_for(lambda: station.status("198.18.0.1") == UP, 10, "up again")
    responder.wait_requests(4, 10)
    assert station.trapd.disappeared() == []
    assert len(station.trapd.appeared()) == 2


def test_notifications_are_complete(lab):
    """A notification carries every object of its definition, with the event's values."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 1, "-a", "198.18.0.7", "-H", "t7-2",
                                             "-R", "3.5", "-P", "6499")
    station.daemon(interval="400ms", window="200ms")
    wait_for(station.trapd.appeared, 10, "the Appeared")
    responder.command("off", "198.18.0.7")
    wait_for(station.trapd.disappeared, 10, "the Disappeared")

    appeared, = station.trapd.appeared()
    disappeared, = station.trapd.disappeared()
    for name, notification in (("ldmManagerAppeared", appeared),
                               ("ldmManagerDisappeared", disappeared)):
        objects = notification.objects
        assert [n for n in objects if n.startswith("ldm")] == mib().objects[name]
        assert list(objects)[2:4] == ["ldmEventId", "ldmEventTime"]
        assert objects["ldmEventAddress"] == "198.18.0.7"
        assert objects["ldmEventHostname"] == b"t7-2"
        assert objects["ldmEventVersion"] == b"3.5"
        assert objects["ldmEventPort"] == 6499
        assert objects["ldmEventSourceAddress"] == "198.18.254.2"
        assert objects["ldmEventIfIndex"] > 0
        assert len(objects["ldmEventTime"]) in (8, 11)
    assert appeared.objects["ldmEventStatus"] == UP
    assert disappeared.objects["ldmEventStatus"] == DOWN
    assert appeared.objects["ldmEventType"] == 1
    assert disappeared.objects["ldmEventType"] == 2
    assert appeared.objects["ldmEventId"] < disappeared.objects["ldmEventId"]


def test_notifications_off(lab):
    """With `notifications no` none is sent; the events are still listed."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 2, "-a", "198.18.0.1")
    station.daemon(interval="400ms", window="200ms", config=["notifications no"])
    station.wait_all_up(addresses("198.18.0.1", 2))
    responder.wait_requests(4, 10)
    assert station.trapd.notifications() == []
    assert len(station.snmp("snmpwalk", mib().oid("ldmEventId"))) == 2
