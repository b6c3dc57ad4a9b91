# SPDX-License-Identifier: BSD-2-Clause
"""ldmManagerTable, ldmManagerSummary and ldmEventTable through a real snmpd.

Up to 1000 managers on two interfaces are in the table once each, in the order of
addresses, however they address their answers: after the first round, or after two if
answers to only one of the two senders are received.  GET, GETNEXT and GETBULK agree
with each other, also while rows are added and removed.
"""

import re
import signal
import time

import pytest

from bookkeeping import text_time
from lab import (BUILDDIR, DOWN, MOVING, NO_INSTANCE, NO_OBJECT, UP, addresses, mib, program,
                 wait_for)
from lab_mib import wait_first_round, wait_rounds

# A second round would begin far beyond the deadlines of a test.
ONE_ROUND = dict(interval="600s", window="2s")

ENTRY = "ldmManagerEntry"


def two_networks(lab, count, *options, delay="0:300"):
    """A station on two networks with count managers spread over both: (station, addresses)."""
    station = lab.station(("red", "blue"))
    shares = [("red", "198.18.0.1", (count + 1) // 2), ("blue", "198.18.128.1", count // 2)]
    expected = []
    for segment, first, share in shares:
        if share:
            host = lab.manager_host(segment)
            host.responder("-n", share, "-a", first, *options, delay=delay)
            expected += addresses(first, share)
    return station, expected


def last_arcs(oids, entry):
    return [oid[len(entry) + 1:] for oid in oids]


@pytest.mark.parametrize("mode", ["source", "fixed", "multicast", "twice"])
@pytest.mark.parametrize("count", [1, 100, 1000])
def test_all_managers_after_one_round(lab, count, mode):
    """Every manager is in the table after the first round, once each, in address order."""
    station, expected = two_networks(lab, count, "-r", mode)
    # Faster than the default, but so slow that snmptrapd loses nothing.
    station.daemon(config=["notificationRate 500"], **ONE_ROUND)
    station.wait_all_up(expected, 30)

    assert list(station.column("ldmManagerStatus")) == expected
    walked = [oid for oid, _ in station.snmp("snmpwalk", mib().oid("ldmManagerStatus"))]
    assert last_arcs(walked, mib().oid("ldmManagerStatus")) == expected
    if count > 7:
        assert station.status("198.18.0.7") == UP
    else:
        assert station.status("198.18.0.7") == NO_INSTANCE

    wait_for(lambda: len(station.trapd.appeared()) >= count, 30, f"{count} notifications")
    named = sorted(n.objects["ldmEventAddress"] for n in station.trapd.appeared())
    assert named == sorted(expected)


def test_rounds_with_only_one_sender_heard(lab):
    """After two rounds also when only one of the two senders' answers can be heard."""
    station, expected = two_networks(lab, 20, "-r", "source")
    # Answers to the fixed port are lost, as if another process had received them.
    station.filter_input("udp dport 64535 ip daddr != 239.129.9.27 drop")
    responder = next(p for p in lab.processes if "responder" in p.title)
    station.daemon(interval="6s", window="1500ms")
    station.wait_all_up(expected, 30)
    assert len(responder.rounds(gap=3)) <= 2


def test_get_getnext_getbulk_agree(lab):
    """The three kinds of requests give the same rows, with every column."""
    station, expected = two_networks(lab, 12, "-H", "host-%u.example")
    station.daemon(**ONE_ROUND)
    station.wait_all_up(expected)

    root = mib().oid(ENTRY)
    columns = mib().columns(ENTRY)
    by_next = station.snmp("snmpwalk", root)
    by_bulk = station.snmp("snmpbulkwalk", "-Cr7", root)
    oids = [oid for oid, _ in by_next]
    by_get = list(zip(oids, station.get(*oids)))

    def steady(pairs):
        return [(oid, value) for oid, value in pairs if mib().name_of(oid) not in MOVING]

    assert [oid for oid, _ in by_next] == [oid for oid, _ in by_bulk]
    assert steady(by_next) == steady(by_bulk) == steady(by_get)
    # No holes: every readable column has every row.
    assert oids == [f"{mib().oid(column)}.{address}" for column in columns
                    for address in expected]


def test_columns_tell_the_truth(lab):
    """The columns have the values that the responder announces."""
    station = lab.station()
    host = lab.manager_host()
    host.responder("-n", 1, "-a", "198.18.0.7", "-H", "t5-host", "-R", "3.6.0.1", "-P", "6483")
    station.daemon(**ONE_ROUND)
    station.wait_all_up(["198.18.0.7"])

    def cell(column):
        return station.get(f"{mib().oid('ldmManager' + column)}.198.18.0.7")

    assert cell("Version") == b"3.6.0.1"
    assert cell("Hostname") == b"t5-host"
    assert cell("IpAddress") == "198.18.0.7"
    assert cell("Port") == 6483
    assert cell("SourceAddress") == "198.18.254.2"
    with station.entered():
        import socket
        assert cell("IfIndex") == socket.if_nametoindex("eth0")
    first, last = cell("FirstSeen"), cell("LastSeen")
    assert len(first) in (8, 11) and len(last) in (8, 11) and first <= last
    assert 2020 <= int.from_bytes(first[:2], "big") <= 2100
    assert cell("Silence") < 60
    assert 0 < cell("ResponseTime") < 2_000_000
    assert cell("MissedRounds") == 0
    # Its first appearance is no change between up and down.
    assert cell("Transitions") == 0
    assert cell("Expected") == 2
    assert cell("RowStatus") == 1


def test_odd_indexes(lab):
    """Instances that cannot exist are answered with noSuchInstance, and skipped by GETNEXT."""
    station, expected = two_networks(lab, 3)
    station.daemon(**ONE_ROUND)
    station.wait_all_up(expected)
    status = mib().oid("ldmManagerStatus")
    first = f"{status}.198.18.0.1"

    for index in ("198.18.0.9", "0.0.0.0", "255.255.255.255", "198.18.0", "198.18.0.1.0",
                  "198.18.0.1.198.18.0.1", "256.18.0.1", "198.18.0.4294967295", "0", "1"):
        assert station.get(f"{status}.{index}") == NO_INSTANCE, index
    assert station.get(status) in (NO_INSTANCE, NO_OBJECT)
    # ldmManagerAddress is not accessible, and there is no column 99.
    assert station.get(f"{mib().oid(ENTRY)}.1.198.18.0.1") in (NO_INSTANCE, NO_OBJECT)
    assert station.get(f"{mib().oid(ENTRY)}.99.198.18.0.1") in (NO_INSTANCE, NO_OBJECT)

    for before in (status, f"{status}.0", f"{status}.198", f"{status}.198.18.0",
                   f"{status}.198.18.0.0", f"{status}.198.18.0.0.5", f"{status}.198.17.300.1",
                   f"{status}.0.0.0.0", f"{status}.198.17.255.4294967295"):
        assert station.snmp("snmpgetnext", before) == [(first, UP)], before
    for after in (f"{status}.198.18.0.1", f"{status}.198.18.0.1.0", f"{status}.198.18.0.1.7.7"):
        assert station.snmp("snmpgetnext", after) == [(f"{status}.198.18.0.2", UP)], after
    for last in ("198.18.128.1", "198.18.128.1.0", "198.256.0.0", "255.255.255.255", "300"):
        (oid, _), = station.snmp("snmpgetnext", f"{status}.{last}")
        assert not oid.startswith(status + "."), last


@pytest.mark.parametrize("command", [["snmpwalk"], ["snmpbulkwalk", "-Cr10"]])
def test_walks_while_rows_come_and_go(lab, command):
    """A walk during changes stays in order and shows every row that was there throughout."""
    station = lab.station()
    host = lab.manager_host()
    # Lasting and temporary rows alternate.
    host.responder("-n", 60, "-a", "198.18.0.1")
    daemon = station.daemon(interval="400ms", window="200ms",
                            config=["misses 1", "retention 1s", "probes 2"])
    lasting = addresses("198.18.0.1", 60)
    station.wait_all_up(lasting)
    passing = [host.responder("-n", 40, "-a", f"198.18.{low}.1") for low in (1, 2)]
    passing.append(host.responder("-n", 40, "-a", "198.17.255.1"))
    shadow = set()
    present = [True] * len(passing)
    sizes = set()
    status = mib().oid("ldmManagerStatus")
    for turn in range(24):
        which = turn % len(passing)
        present[which] = not present[which]
        low = passing[which]
        low.command("loss", "0" if present[which] else "100")
        walked = station.snmp(*command, status)
        indexes = last_arcs([oid for oid, _ in walked], status)
        numeric = [tuple(map(int, index.split("."))) for index in indexes]
        assert numeric == sorted(set(numeric))
        assert set(lasting) <= set(indexes)
        sizes.add(len(indexes))
        shadow |= set(indexes)
        low.wait_requests(1, 10)
    assert daemon.running()
    assert len(sizes) > 1, "nothing came or went meanwhile"


def summary(station):
    return {state: station.value(f"ldmManagers{state}") for state in
            ("All", "Up", "Missing", "Down", "Unknown", "Expected", "Unconfirmed")}


def test_summary_agrees_with_the_table(lab):
    """ldmManagerSummary counts what the table shows."""
    station, expected = two_networks(lab, 20)
    responder = next(p for p in lab.processes if "responder" in p.title)
    station.daemon(interval="400ms", window="200ms")
    station.wait_all_up(expected)
    gone = addresses("198.18.0.1", 4)
    for address in gone:
        responder.command("off", address)
    station.wait_statuses({a: DOWN if a in gone else UP for a in expected})

    assert summary(station) == dict(All=20, Up=16, Missing=0, Down=4, Unknown=0, Expected=0,
                                    Unconfirmed=0)
    changed = station.value("ldmManagerTableLastChange")
    assert len(changed) in (8, 11) and changed != bytes(8)
    assert station.value("ldmManagersDownNames").decode() == "ldom001, ldom002, ldom003, ldom004"
    assert station.value("ldmManagersExpectedDown") == 0
    assert station.value("ldmManagersMax") == 10000


def test_three_hundred_managers_are_down(lab):
    """The scalars tell how many, how many of them are expected, and the first names."""
    station, expected = two_networks(lab, 320)
    responders = [p for p in lab.processes if "responder" in p.title]
    station.daemon(interval="600ms", window="300ms",
                   config=["notificationRate 1000", "maxManagers 500",
                           *(f"expect {address}" for address in [*expected[:10], "198.18.9.9"])])
    station.wait_statuses({**dict.fromkeys(expected, UP), "198.18.9.9": DOWN})
    assert station.value("ldmManagersDownNames") == b"198.18.9.9"
    assert station.value("ldmManagersExpectedDown") == 1
    assert station.value("ldmManagersMax") == 500

    for responder in responders:
        responder.command("off", "all")
    wait_for(lambda: station.value("ldmManagersDown") == 321, 20, "all to be down")
    assert station.value("ldmManagersExpectedDown") == 11
    text = station.value("ldmManagersDownNames").decode()
    assert len(text) <= 255
    names, others = re.fullmatch(r"(.*) and (\d+) more", text).groups()
    names = names.split(", ")
    assert names == [f"ldom{i:03}" for i in range(1, len(names) + 1)]
    assert len(names) + int(others) == 321

    for responder in responders:
        responder.command("on", "all")
    wait_for(lambda: station.value("ldmManagersDown") == 1, 20, "all to be up again")
    assert station.value("ldmManagersDownNames") == b"198.18.9.9"


def test_ages(lab):
    """Ages agree with the times that they count from; a round or a row makes them young again."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 2, "-a", "198.18.0.1", delay="0:20")
    daemon = station.daemon(interval="600s", window="1s")
    daemon.wait_output("AgentX")

    def age(name, since):
        """The value, which must be that of a time between before and after the request."""
        moment = text_time(station.value(since))
        before = time.time()
        value = station.value(name)
        # In whole seconds, and the time in tenths.
        assert before - moment - 1.2 < value < time.time() - moment + 0.2, name
        return value

    # No round is complete yet: the age of the agent stands for it.
    wait_for(lambda: station.value("ldmDiscoveryUptime") is not None, 10, "objects")
    if station.value("ldmDiscoveryRounds") == 0:
        age("ldmDiscoveryLastRoundAge", "ldmDiscoveryStartTime")
    if station.value("ldmManagersAll") == 0:
        age("ldmManagerTableAge", "ldmDiscoveryStartTime")
    wait_first_round(station)
    station.wait_all_up(addresses("198.18.0.1", 2))
    age("ldmManagerTableAge", "ldmManagerTableLastChange")
    wait_for(lambda: station.value("ldmDiscoveryUptime") >= 3, 10, "some seconds")
    uptime = age("ldmDiscoveryUptime", "ldmDiscoveryStartTime")
    assert age("ldmDiscoveryLastRoundAge", "ldmDiscoveryLastRound") >= 2
    daemon.send_signal(signal.SIGUSR1)
    wait_rounds(station, 1)
    assert age("ldmDiscoveryLastRoundAge", "ldmDiscoveryLastRound") < uptime
    assert age("ldmDiscoveryUptime", "ldmDiscoveryStartTime") >= uptime
    assert station.value("ldmDiscoveryVersion").decode() == \
        station.run([program("ldm-agentx"), "-v"]).stdout.split()[-1]
    assert responder.running()


def test_event_table(lab):
    """ldmEventTable keeps the events, their ids ascending, complete."""
    station = lab.station()
    host = lab.manager_host()
    responder = host.responder("-n", 3, "-a", "198.18.0.1")
    station.daemon(interval="400ms", window="200ms", config=["eventLog 5"])
    station.wait_all_up(addresses("198.18.0.1", 3))
    responder.command("off", "198.18.0.2")
    wait_for(lambda: station.status("198.18.0.2") == DOWN, 10, "down")

    ids = [value for _, value in station.snmp("snmpwalk", mib().oid("ldmEventId"))]
    assert ids == sorted(ids) and len(ids) == 4
    for column in mib().columns("ldmEventEntry"):
        cells = station.snmp("snmpbulkwalk", mib().oid(column))
        assert [oid[len(mib().oid(column)) + 1:] for oid, _ in cells] == [str(i) for i in ids]
    kinds = [value for _, value in station.snmp("snmpwalk", mib().oid("ldmEventType"))]
    assert sorted(kinds[:3]) == [1, 1, 1] and kinds[3] == 2
    assert station.get(f"{mib().oid('ldmEventAddress')}.{ids[3]}") == "198.18.0.2"

    # The log holds five: the oldest make room.
    responder.command("on", "198.18.0.2")
    wait_for(lambda: station.status("198.18.0.2") == UP, 10, "up")
    responder.command("off", "198.18.0.3")
    wait_for(lambda: station.status("198.18.0.3") == DOWN, 10, "down")
    later = [value for _, value in station.snmp("snmpwalk", mib().oid("ldmEventId"))]
    assert len(later) == 5 and later == sorted(later) and later[-1] == ids[-1] + 2


def test_every_object_of_the_mib_is_implemented(lab):
    """Every object that the module defines as readable can be read, and no others exist."""
    station, expected = two_networks(lab, 2)
    daemon = station.daemon(**ONE_ROUND)
    station.wait_all_up(expected)
    wait_for(lambda: len(station.trapd.appeared()) == 2, 10, "the notifications")
    walked = {mib().name_of(oid) for oid, _ in station.snmp("snmpwalk", mib().oid("ldmObjects"))}
    defined = {name for name, access in mib().access.items()
               if access in ("read-only", "read-write", "read-create")}
    assert walked == defined
    # Neither side reports an error about the registrations.
    assert daemon.lines("warning|error") == []
    assert station.master.lines("(?i)duplicate|error") == []


def test_sysortable_entry(lab):
    """The subagent registers its module in sysORTable."""
    station = lab.station()
    daemon = station.daemon(**ONE_ROUND)
    modules = "1.3.6.1.2.1.1.9.1.2"

    def entries():
        return [value for _, value in station.snmp("snmpwalk", modules)
                if value.startswith(mib().oid("ldmObjects").rsplit(".", 1)[0])]

    wait_for(entries, 10, "the sysORTable entry")
    assert len(entries()) == 1
    assert daemon.end()[0] == 0
    wait_for(lambda: not entries(), 10, "the entry to go with the subagent")


def test_empty_table(lab):
    """Without any manager there is an empty table and a summary of zeros."""
    station = lab.station()
    daemon = station.daemon(interval="400ms", window="200ms")
    wait_for(lambda: station.value("ldmManagersAll") == 0, 10, "the summary")
    assert station.statuses() == {}
    assert set(summary(station).values()) == {0}
    assert daemon.running()


def test_mib_text_has_the_names_of_the_design():
    """Protects the tests above, which take names and numbers from the MIB's text."""
    assert re.search(r"LDM-DISCOVERY-MIB DEFINITIONS ::= BEGIN",
                     (BUILDDIR / "mibs" / "LDM-DISCOVERY-MIB.txt").read_text())
    assert mib().oid("ldmManagerStatus") == mib().oid(ENTRY) + ".6"
    assert mib().oid("ldmManagerAppeared").endswith(".0.1")
    assert mib().oid("ldmManagerDisappeared").endswith(".0.2")
