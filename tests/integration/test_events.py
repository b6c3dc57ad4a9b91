# SPDX-License-Identifier: BSD-2-Clause
"""The notifications Changed, Conflict, Impaired and Restored, and expected managers.

Their rules are those of ldm-agentx(8).  Expected managers have rows from the start:
unknown until they are judged, then up or down, with notifications.
"""

import re
import socket
import time

import ber
from lab import (DOWN, MISSING, NO_INSTANCE, UNKNOWN, UP, addresses, mib, response_datagram,
                 wait_for)
from lab_mib import raw_notifications, wait_rounds, writable_station

BRISK = dict(interval="500ms", window="200ms")


def cell(station, column, address):
    return station.get(f"{mib().oid('ldmManager' + column)}.{address}")


def ifindex(station, interface):
    with station.entered():
        return socket.if_nametoindex(interface)


def only(station, name):
    """The objects of the only notification of that kind, exactly those of its definition."""
    wait_for(lambda: station.trapd.notifications(name), 20, name)
    notification, = station.trapd.notifications(name)
    varbinds, = [v for v in raw_notifications(station.trapd)
                 if v[1][1] == mib().oid(name)]
    assert [mib().name_of(oid) for oid, _ in varbinds[2:]] == mib().objects[name]
    return notification.objects


def kinds(station):
    return [mib().name_of(n.oid) for n in station.trapd.notifications()]


def test_changed(lab):
    """A manager that announces other values is Changed, at most once in the hold-off."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 3, "-a", "198.18.0.1", "-H", "old-%u",
                                             "-R", "1.0", "-P", "6482", delay="0:20")
    daemon = station.daemon(**BRISK)
    station.wait_all_up(addresses("198.18.0.1", 3))
    responder.command("set", "198.18.0.1", "hostname", "new name")
    objects = only(station, "ldmManagerChanged")
    assert objects["ldmEventType"] == 3 and objects["ldmEventStatus"] == UP
    assert objects["ldmEventAddress"] == "198.18.0.1"
    assert objects["ldmEventHostname"] == b"new name"
    assert objects["ldmEventPreviousHostname"] == b"old-1"
    assert objects["ldmEventVersion"] == objects["ldmEventPreviousVersion"] == b"1.0"
    assert objects["ldmEventPort"] == objects["ldmEventPreviousPort"] == 6482
    assert objects["ldmEventSourceAddress"] == "198.18.254.2"
    assert objects["ldmEventOtherSourceAddress"] == "0.0.0.0"
    assert objects["ldmEventIfIndex"] == ifindex(station, "eth0")
    assert objects["ldmEventReason"]
    assert cell(station, "Hostname", "198.18.0.1") == b"new name"

    # Further changes wait for the end of the ten minutes; the table shows them at once.
    for value in ("once more", "and again"):
        responder.command("set", "198.18.0.1", "hostname", value)
        wait_for(lambda v=value: cell(station, "Hostname", "198.18.0.1") == v.encode(), 10,
                 "the table to know")
        wait_rounds(station, 2)
    assert len(station.trapd.notifications("ldmManagerChanged")) == 1

    # Other managers have a hold-off of their own; version and port count, too.
    responder.command("set", "198.18.0.2", "version", "2.0")
    responder.command("set", "198.18.0.3", "port", "7000")
    wait_for(lambda: len(station.trapd.notifications("ldmManagerChanged")) == 3, 10, "two more")
    by_address = {n.objects["ldmEventAddress"]: n.objects
                  for n in station.trapd.notifications("ldmManagerChanged")}
    assert by_address["198.18.0.2"]["ldmEventPreviousVersion"] == b"1.0"
    assert by_address["198.18.0.2"]["ldmEventVersion"] == b"2.0"
    assert by_address["198.18.0.3"]["ldmEventPreviousPort"] == 6482
    assert by_address["198.18.0.3"]["ldmEventPort"] == 7000
    assert set(kinds(station)) == {"ldmManagerAppeared", "ldmManagerChanged"}
    assert daemon.lines("198.18.0.1 .*changed")


def test_unchanged(lab):
    """Answers that differ in nothing but the unused octets after the text change nothing."""
    station = lab.station()
    peer = lab.manager_host().udp()
    station.daemon(**BRISK).wait_output("AgentX link .* is up")
    clean = response_datagram("198.18.0.7", b"same", b"1.0")
    dirty = response_datagram("198.18.0.7", b"same\0" + b"\xff" * 200, b"1.0\0junk")

    def answered():
        for datagram in (clean, dirty):
            peer.sendto(datagram, ("198.18.254.1", 64535))
        return station.status("198.18.0.7") == UP
    wait_for(answered, 20, "the manager to be up")
    goal = station.value("ldmDiscoveryRounds") + 3
    wait_for(lambda: answered() and station.value("ldmDiscoveryRounds") >= goal, 20, "rounds")
    assert set(kinds(station)) == {"ldmManagerAppeared"}


def test_conflict(lab):
    """Two sources that answer for one address: one Conflict, the row keeps its values."""
    station = lab.station()
    first = lab.manager_host("red", 2).responder("-n", 1, "-a", "198.18.0.7", "-H", "rightful",
                                                 delay="0:20")
    daemon = station.daemon(config=["misses 3"], **BRISK)
    station.wait_all_up(["198.18.0.7"])
    second = lab.manager_host("red", 3).responder("-n", 1, "-a", "198.18.0.7", "-H", "impostor",
                                                  "-P", "7000", delay="0:20")
    objects = only(station, "ldmManagerConflict")
    assert objects["ldmEventType"] == 4 and objects["ldmEventStatus"] == UP
    assert objects["ldmEventAddress"] == "198.18.0.7"
    assert objects["ldmEventHostname"] == b"rightful" and objects["ldmEventPort"] == 6482
    assert objects["ldmEventSourceAddress"] == "198.18.254.2"
    assert objects["ldmEventOtherSourceAddress"] == "198.18.254.3"
    assert objects["ldmEventName"] == b"rightful"
    assert objects["ldmEventOtherHostname"] == b"impostor" and objects["ldmEventOtherPort"] == 7000
    assert objects["ldmEventReason"]
    text = objects["ldmEventText"].decode()
    assert text.startswith("manager 198.18.0.7 (rightful) conflict: ")
    assert text.endswith("198.18.254.3 (impostor)") and daemon.lines(re.escape(text))

    def conflict():
        return [station.value("ldmManagersConflicting")] + [
            cell(station, f"Conflict{what}", "198.18.0.7") for what in ("Address", "Hostname", "Port")]

    assert conflict() == [1, "198.18.254.3", b"impostor", 7000]

    # While it lasts nothing more is reported, and the row keeps its values.
    for _ in range(3):
        wait_rounds(station, 2)
        assert cell(station, "Hostname", "198.18.0.7") == b"rightful"
        assert cell(station, "Port", "198.18.0.7") == 6482
        assert cell(station, "SourceAddress", "198.18.0.7") == "198.18.254.2"
    assert kinds(station) == ["ldmManagerAppeared", "ldmManagerConflict"]

    # It is over when one source is silent; a second conflict is reported again.
    second.command("off", "all")
    ended = only(station, "ldmManagerConflictEnded")
    assert ended["ldmEventType"] == 7 and ended["ldmEventHostname"] == b"rightful"
    assert ended["ldmEventOtherHostname"] == b"impostor"
    assert conflict() == [0, "0.0.0.0", b"", 0]
    second.command("on", "all")
    wait_for(lambda: len(station.trapd.notifications("ldmManagerConflict")) == 2, 20,
             "the second Conflict")

    # The first one goes: the other takes its place after `misses` rounds, and that is a change.
    first.command("off", "all")
    wait_for(lambda: cell(station, "Hostname", "198.18.0.7") == b"impostor", 20, "the successor")
    assert cell(station, "SourceAddress", "198.18.0.7") == "198.18.254.3"
    changed = only(station, "ldmManagerChanged")
    assert changed["ldmEventPreviousHostname"] == b"rightful"
    assert changed["ldmEventHostname"] == b"impostor"
    assert station.trapd.disappeared() == []
    assert kinds(station)[-2:] == ["ldmManagerConflictEnded", "ldmManagerChanged"]


def test_no_conflict(lab):
    """A manager that answers from two addresses with the same values is one manager."""
    station = lab.station()
    for number in (2, 3):
        lab.manager_host("red", number).responder("-n", 1, "-a", "198.18.0.7", "-H", "one",
                                                  delay="0:20")
    station.daemon(**BRISK)
    station.wait_all_up(["198.18.0.7"])
    wait_rounds(station, 5)
    assert kinds(station) == ["ldmManagerAppeared"]


def test_impaired_and_restored(lab):
    """An interface without carrier for `misses` rounds: one Impaired; one Restored when over."""
    station = lab.station(("red", "blue"))
    lab.manager_host("red").responder("-n", 2, "-a", "198.18.0.1", delay="0:20")
    lab.manager_host("blue").responder("-n", 2, "-a", "198.18.128.1", delay="0:20")
    daemon = station.daemon(config=["misses 3"], **BRISK)
    red, blue = addresses("198.18.0.1", 2), addresses("198.18.128.1", 2)
    station.wait_all_up(red + blue)

    station.carrier("eth1", False)
    objects = only(station, "ldmDiscoveryImpaired")
    assert objects["ldmEventType"] == 5 and objects["ldmEventStatus"] == UNKNOWN
    assert objects["ldmEventIfIndex"] == ifindex(station, "eth1")
    assert objects["ldmEventAddress"] == "0.0.0.0" and objects["ldmEventPort"] == 0
    assert objects["ldmEventReason"].startswith(b"eth1: ")
    assert b"carrier" in objects["ldmEventReason"]
    station.wait_statuses({**{a: UP for a in red}, **{a: UNKNOWN for a in blue}})
    wait_rounds(station, 5)

    station.carrier("eth1", True)
    objects = only(station, "ldmDiscoveryRestored")
    assert objects["ldmEventType"] == 6 and objects["ldmEventStatus"] == UP
    assert objects["ldmEventIfIndex"] == ifindex(station, "eth1")
    assert objects["ldmEventReason"].startswith(b"eth1: ")
    station.wait_all_up(red + blue)
    wait_rounds(station, 3)
    assert kinds(station).count("ldmDiscoveryImpaired") == 1
    assert kinds(station).count("ldmDiscoveryRestored") == 1
    assert station.trapd.disappeared() == [] and len(station.trapd.appeared()) == 4
    assert daemon.lines("impaired: eth1") and daemon.lines("restored: eth1")


def test_interfaces_of_containers(lab):
    """Interfaces on which no manager was heard are not impaired; interfaces may be renamed."""
    station = writable_station(lab, ("red", "blue"))
    station.plug("blue", "eth2", "198.18.252.1/24")
    lab.manager_host("red").responder("-n", 1, "-a", "198.18.0.1", delay="0:20")
    daemon = station.daemon(config=["misses 2"], **BRISK)
    station.wait_all_up(["198.18.0.1"])
    index = ifindex(station, "eth0")

    station.carrier("eth1", False)
    station.ip("link", "delete", "eth2")
    station.ip("link", "set", "eth0", "down")
    station.ip("link", "set", "eth0", "name", "lan0")
    station.ip("link", "set", "lan0", "up")
    absent = ber.parse_oid(mib().oid("ldmManagerRowStatus")) + (198, 18, 9, 9)
    assert ber.Client(station).set((absent, ber.INTEGER, 4)).error == "noError"
    station.wait_statuses({"198.18.0.1": UP, "198.18.9.9": DOWN})
    wait_rounds(station, 4)
    assert station.get(f"{mib().oid('ldmInterfaceName')}.{index}") == b"lan0"
    assert station.get(f"{mib().oid('ldmInterfaceManagersUp')}.{index}") == 1
    assert kinds(station) == ["ldmManagerAppeared", "ldmManagerDisappeared"]
    assert daemon.lines("eth0: renamed to lan0") and not daemon.lines("impaired")


def test_a_short_blindness(lab):
    """Blind for a moment, but not for `misses` rounds: silence is not counted, nothing is sent."""
    station = lab.station()
    lab.manager_host().responder("-n", 2, "-a", "198.18.0.1", delay="0:20")
    station.daemon(config=["misses 50"], **BRISK)
    station.wait_all_up(addresses("198.18.0.1", 2))
    station.carrier("eth0", False)
    wait_rounds(station, 3)
    assert set(station.statuses().values()) == {UP}
    assert cell(station, "MissedRounds", "198.18.0.1") == 0
    station.carrier("eth0", True)
    wait_rounds(station, 2)
    assert set(kinds(station)) == {"ldmManagerAppeared"}


def test_impaired_by_a_firewall(lab):
    """Requests are blocked by a local firewall: Impaired, and the table says why."""
    station = lab.station()
    lab.manager_host().responder("-n", 1, "-a", "198.18.0.1", delay="0:20")
    station.daemon(config=["misses 2"], **BRISK)
    station.wait_all_up(["198.18.0.1"])
    station.run(["nft", "add table ip guard; add chain ip guard leaving "
                 "{ type filter hook output priority 0; }; "
                 "add rule ip guard leaving udp dport 64535 drop"])
    objects = only(station, "ldmDiscoveryImpaired")
    assert b"sent" in objects["ldmEventReason"]
    assert station.status("198.18.0.1") == UNKNOWN
    assert station.value("ldmSendErrors") >= 2
    reason = station.get(f"{mib().oid('ldmInterfaceReason')}.{ifindex(station, 'eth0')}")
    assert b"sent" in reason
    station.run(["nft", "delete table ip guard"])
    only(station, "ldmDiscoveryRestored")
    station.wait_all_up(["198.18.0.1"])
    assert station.trapd.disappeared() == []
    wait_for(lambda: station.get(
        f"{mib().oid('ldmInterfaceReason')}.{ifindex(station, 'eth0')}") == b"", 10,
        "the reason to go")


def test_expected(lab):
    """Expected managers are rows from the start: unknown, then up or down, and notified."""
    station = lab.station()
    lab.manager_host().responder("-n", 1, "-a", "198.18.0.1", delay="0:20")
    started = time.monotonic()
    daemon = station.daemon(config=["misses 4", "expect 198.18.0.1 first", "expect 198.18.9.9",
                                    "expect 198.18.9.9 t5-99"], interval="1s", window="400ms")
    # They have rows before anything was judged.
    seen = set()

    def judged():
        statuses = station.statuses()
        if not statuses:
            return False  # the link is not up yet
        assert set(statuses) == {"198.18.0.1", "198.18.9.9"}
        seen.add(statuses["198.18.9.9"])
        return statuses == {"198.18.0.1": UP, "198.18.9.9": DOWN}
    wait_for(judged, 30, "the judgement")
    assert seen == {UNKNOWN, DOWN}
    assert station.value("ldmManagersExpected") == 2
    appeared, = wait_for(lambda: station.trapd.appeared(), 10, "the Appeared")
    assert appeared.objects["ldmEventAddress"] == "198.18.0.1"
    disappeared, = wait_for(lambda: station.trapd.disappeared(), 10, "the Disappeared")
    assert disappeared.objects["ldmEventAddress"] == "198.18.9.9"
    assert disappeared.objects["ldmEventHostname"] == b""
    assert disappeared.objects["ldmEventName"] == b"t5-99"
    assert "198.18.9.9 (t5-99) disappeared" in disappeared.objects["ldmEventText"].decode()
    assert cell(station, "Name", "198.18.9.9") == b"t5-99"
    assert cell(station, "Name", "198.18.0.1") == cell(station, "Hostname", "198.18.0.1") != b"first"
    # Silence counts from the start, as it is expected since then.
    assert 2 <= cell(station, "Silence", "198.18.9.9") <= time.monotonic() - started
    assert disappeared.objects["ldmEventPort"] == 0
    assert cell(station, "FirstSeen", "198.18.9.9") == bytes(8)
    assert cell(station, "Transitions", "198.18.9.9") == 0
    assert cell(station, "Expected", "198.18.0.1") == 1

    # It appears and disappears like any other.
    late = lab.manager_host("red", 3).responder("-n", 1, "-a", "198.18.9.9", delay="0:20")
    wait_for(lambda: station.status("198.18.9.9") == UP, 20, "it to be up")
    late.command("off", "all")
    wait_for(lambda: station.status("198.18.9.9") == MISSING, 20, "it to be missing")
    wait_for(lambda: len(station.trapd.disappeared("198.18.9.9")) == 2, 20, "it to be down")
    assert len(station.trapd.appeared("198.18.9.9")) == 1
    assert daemon.running()


def test_expected_when_blind(lab):
    """Expected managers are unknown while no request can be sent, and are never removed."""
    station = lab.station()
    station.carrier("eth0", False)
    responder = lab.manager_host().responder("-n", 2, "-a", "198.18.0.1", delay="0:20")
    station.daemon(config=["misses 2", "retention 1s", "expect 198.18.0.1"], interval="400ms",
                   window="150ms")
    wait_for(lambda: station.status("198.18.0.1") == UNKNOWN, 10, "the row")
    wait_rounds(station, 6)
    assert station.statuses() == {"198.18.0.1": UNKNOWN}
    assert kinds(station) == []
    station.carrier("eth0", True)
    station.wait_all_up(addresses("198.18.0.1", 2))
    responder.command("off", "all")
    wait_for(lambda: station.status("198.18.0.2") == NO_INSTANCE, 20, "the other row to be removed")
    assert station.status("198.18.0.1") == DOWN


def test_event_rows_equal_notifications(lab):
    """The row of an event in ldmEventTable has the values of its notification."""
    station = writable_station(lab)
    responder = lab.manager_host().responder("-n", 2, "-a", "198.18.0.1", delay="0:20")
    station.daemon(config=["misses 1"], **BRISK)
    station.wait_all_up(addresses("198.18.0.1", 2))
    responder.command("off", "198.18.0.2")
    responder.command("set", "198.18.0.1", "version", "9.9")
    wait_for(lambda: len(station.trapd.notifications()) == 4, 20, "four notifications")
    for varbinds in raw_notifications(station.trapd):
        assert station.get(*[oid for oid, _ in varbinds[2:]]) == [v for _, v in varbinds[2:]]
    ids = [dict((mib().name_of(o), v) for o, v in n)["ldmEventId"]
           for n in raw_notifications(station.trapd)]
    assert sorted(ids) == list(range(ids[0], ids[0] + 4))
