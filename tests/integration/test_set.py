# SPDX-License-Identifier: BSD-2-Clause
"""SNMP SET.

The writable objects behave as the MIB specifies, and everything else is refused with
the correct error.  A request with several varbinds changes all of them or none, over
AgentX's TestSet, CommitSet and UndoSet, also when several requests are processed at
once.
"""

import signal
import subprocess
import threading

import pytest

import ber
from axproxy import CLEANUP_SET, UNDO_SET, Proxy
from ber import GAUGE32, INTEGER, OCTETS
from lab import DOWN, NO_INSTANCE, SLOW, UNKNOWN, UP, addresses, mib, wait_for
from lab_mib import mean_gap, reload, wait_first_round, wait_rounds, writable_station

ACTIVE, NOT_IN_SERVICE, NOT_READY, CREATE_AND_GO, CREATE_AND_WAIT, DESTROY = range(1, 7)
TRUE, FALSE = 1, 2
SYS_CONTACT = (1, 3, 6, 1, 2, 1, 1, 4, 0)    # read-only here: snmpd.conf sets it
SYS_NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)       # may be written
SYS_UPTIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)     # read-only

QUIET = dict(interval="600s", window="300ms")


def scalar(name):
    return ber.parse_oid(mib().oid(name)) + (0,)


def cell(column, address):
    return ber.parse_oid(mib().oid(column)) + ber.parse_oid(address)


def interval(ms):
    return (scalar("ldmDiscoveryInterval"), GAUGE32, ms)


def now(value=1):
    return (scalar("ldmDiscoveryNow"), INTEGER, value)


def notifications(value):
    return (scalar("ldmNotificationsEnabled"), INTEGER, value)


def expected(address, value=TRUE):
    return (cell("ldmManagerExpected", address), INTEGER, value)


def row_status(address, value):
    return (cell("ldmManagerRowStatus", address), INTEGER, value)


def quiet(lab, count=3, config=(), **times):
    """count managers up, and no round soon: (station, client, daemon, responder)."""
    station = writable_station(lab)
    responder = lab.manager_host().responder("-n", count, "-a", "198.18.0.1", delay="0:20")
    daemon = station.daemon(config=config, **(times or QUIET))
    for address in addresses("198.18.0.1", count):
        wait_for(lambda a=address: station.status(a) == UP, 20, f"{address} to be up")
    wait_for(lambda: len(station.trapd.appeared()) == count, 10, "the first notifications")
    wait_first_round(station)
    return station, ber.Client(station), daemon, responder


def settings(station):
    """Everything that SET could have changed."""
    rows = {address: station.get(f"{mib().oid('ldmManagerExpected')}.{address}")
            for address in station.statuses()}
    return (station.value("ldmDiscoveryInterval"), station.value("ldmNotificationsEnabled"),
            station.value("ldmDiscoveryRounds"), rows)


def granted(client, *varbinds):
    answer = client.set(*varbinds)
    assert answer.error == "noError", (varbinds, answer)


def refused(client, error, *varbinds, index=1):
    answer = client.set(*varbinds)
    assert (answer.error, answer.index) == (error, index), (varbinds, answer)


def test_interval(lab):
    """ldmDiscoveryInterval changes the cadence, as the managers see it."""
    station, client, daemon, responder = quiet(lab)
    begun = len(responder.rounds(gap=0.25))
    granted(client, interval(700))
    assert station.value("ldmDiscoveryInterval") == 700
    wait_for(lambda: len(responder.rounds(gap=0.25)) >= begun + 6, 30, "six rounds")
    # The first may be due at once; the following ones are 700 ms apart.
    assert 0.6 < mean_gap(responder.rounds(gap=0.25)[begun:]) < 0.9 * SLOW
    granted(client, interval(86400000))
    # A round may have been in progress.
    before = station.value("ldmDiscoveryRounds")
    granted(client, now())
    wait_for(lambda: station.value("ldmDiscoveryRounds") > before, 10, "an additional round")
    assert station.value("ldmDiscoveryInterval") == 86400000
    assert station.trapd.disappeared() == []
    assert daemon.lines("SET.*700")


def test_discovery_now(lab):
    """Writing start(1) to ldmDiscoveryNow starts one round; idle(0) none; it reads idle(0)."""
    station, client, _, responder = quiet(lab)
    for _ in range(3):
        before = station.value("ldmDiscoveryRounds")
        granted(client, now())
        wait_for(lambda: station.value("ldmDiscoveryRounds") == before + 1, 10, "the round")
        assert station.value("ldmDiscoveryNow") == 0
    seen = len(responder.requests())
    granted(client, now(0))
    granted(client, now())
    wait_for(lambda: station.value("ldmDiscoveryRounds") == before + 2, 10, "the round")
    # One manager no longer answers: its silence in additional rounds is not counted.
    responder.command("off", "198.18.0.2")
    for _ in range(4):
        before = station.value("ldmDiscoveryRounds")
        granted(client, now())
        wait_for(lambda: station.value("ldmDiscoveryRounds") == before + 1, 10, "the round")
    assert station.get(f"{mib().oid('ldmManagerMissedRounds')}.198.18.0.2") == 0
    assert station.status("198.18.0.2") == UP
    assert len(responder.requests()) > seen


def test_notifications_enabled(lab):
    """false(2) stops notifications, not events; what was queued before is still sent."""
    station, client, _, responder = quiet(lab, interval="400ms", window="150ms")
    events = mib().oid("ldmEventId")
    granted(client, notifications(FALSE))
    assert station.value("ldmNotificationsEnabled") == FALSE
    responder.command("off", "198.18.0.1")
    wait_for(lambda: station.status("198.18.0.1") == DOWN, 20, "down")
    assert len(station.snmp("snmpwalk", events)) == 4
    granted(client, notifications(TRUE))
    responder.command("off", "198.18.0.2")
    wait_for(station.trapd.disappeared, 20, "a Disappeared")
    assert [n.objects["ldmEventAddress"] for n in station.trapd.disappeared()] == ["198.18.0.2"]
    assert len(station.snmp("snmpwalk", events)) == 5


def test_create_and_destroy(lab):
    """createAndGo makes a row for an expected manager, destroy forgets one silently."""
    station, client, daemon, responder = quiet(lab, interval="600ms", window="250ms")
    responder.command("off", "198.18.0.3")
    wait_for(lambda: station.status("198.18.0.3") == DOWN, 20, "down")
    events = len(station.snmp("snmpwalk", mib().oid("ldmEventId")))

    # A manager that is down is forgotten without a notification.
    granted(client, row_status("198.18.0.3", DESTROY))
    assert station.status("198.18.0.3") == NO_INSTANCE
    wait_rounds(station, 2)
    assert station.status("198.18.0.3") == NO_INSTANCE
    assert len(station.snmp("snmpwalk", mib().oid("ldmEventId"))) == events

    # A manager that answers comes back as a new one.
    appeared = len(station.trapd.appeared("198.18.0.1"))
    granted(client, row_status("198.18.0.1", DESTROY))
    wait_for(lambda: station.status("198.18.0.1") == UP, 20, "the forgotten one to come back")
    wait_for(lambda: len(station.trapd.appeared("198.18.0.1")) == appeared + 1, 10,
             "its notification")
    assert station.get(f"{mib().oid('ldmManagerTransitions')}.198.18.0.1") == 0

    # A manager that never answers: unknown, then down, with a notification.
    granted(client, row_status("198.18.7.7", CREATE_AND_GO))
    assert station.status("198.18.7.7") == UNKNOWN
    assert station.get(f"{mib().oid('ldmManagerRowStatus')}.198.18.7.7") == ACTIVE
    assert station.get(f"{mib().oid('ldmManagerExpected')}.198.18.7.7") == TRUE
    assert station.get(f"{mib().oid('ldmManagerPort')}.198.18.7.7") == 0
    assert station.get(f"{mib().oid('ldmManagerLastSeen')}.198.18.7.7") == bytes(8)
    assert station.value("ldmManagersExpected") == 1
    wait_for(lambda: station.status("198.18.7.7") == DOWN, 20, "down")
    wait_for(lambda: len(station.trapd.disappeared("198.18.7.7")) == 1, 10, "the Disappeared")

    # A manager that does answer: unknown, then up, with a notification.
    granted(client, row_status("198.18.0.3", CREATE_AND_GO))
    responder.command("on", "198.18.0.3")
    wait_for(lambda: station.status("198.18.0.3") == UP, 20, "up")
    wait_for(lambda: len(station.trapd.appeared("198.18.0.3")) == 2, 10, "the Appeared")

    # Destroying a row that does not exist is no error (RFC 2579, RowStatus).
    granted(client, row_status("198.18.7.7", DESTROY))
    granted(client, row_status("198.18.7.7", DESTROY))
    assert station.status("198.18.7.7") == NO_INSTANCE
    assert len(station.trapd.disappeared("198.18.7.7")) == 1
    assert station.value("ldmManagersExpected") == 1
    assert daemon.lines("SET.*198.18.7.7.*expected") and daemon.lines("SET.*198.18.7.7.*removed")


def test_expected_outlives_retention(lab):
    """ldmManagerExpected decides whether retention removes a row."""
    station, client, _, responder = quiet(lab, interval="400ms", window="150ms",
                                          config=["retention 1s", "misses 1"])
    granted(client, expected("198.18.0.1"))
    assert station.value("ldmManagersExpected") == 1
    responder.command("off", "198.18.0.1-198.18.0.2")
    wait_for(lambda: station.status("198.18.0.2") == NO_INSTANCE, 20, "retention to pass")
    assert station.status("198.18.0.1") == DOWN
    granted(client, expected("198.18.0.1", FALSE))
    wait_for(lambda: station.status("198.18.0.1") == NO_INSTANCE, 20, "it to be removed")


def test_expected_by_configuration(lab):
    """Managers expected by the configuration can neither be destroyed nor set to unexpected."""
    station, client, _, _ = quiet(
        lab, config=["expect 198.18.0.1", "expect 198.18.9.9"])
    for address in ("198.18.0.1", "198.18.9.9"):
        refused(client, "inconsistentValue", row_status(address, DESTROY))
        refused(client, "inconsistentValue", expected(address, FALSE))
        refused(client, "inconsistentValue", row_status(address, CREATE_AND_GO))
        granted(client, expected(address, TRUE))
        granted(client, row_status(address, ACTIVE))
    assert station.status("198.18.0.1") == UP
    assert station.value("ldmManagersExpected") == 2


def bad_ones():
    """Varbinds that are refused on their own, each with its error."""
    interval_object = scalar("ldmDiscoveryInterval")[:-1]
    return [
        # Types and lengths (RFC 3416, 4.2.5 (3) and (4)).
        ("wrongType", (scalar("ldmDiscoveryInterval"), INTEGER, 1000)),
        ("wrongType", (scalar("ldmDiscoveryInterval"), OCTETS, b"1000")),
        ("wrongType", (scalar("ldmDiscoveryInterval"), ber.TIMETICKS, 1000)),
        ("wrongType", (scalar("ldmDiscoveryInterval"), ber.NULL, b"")),
        ("wrongType", (scalar("ldmDiscoveryNow"), GAUGE32, 1)),
        ("wrongType", (scalar("ldmNotificationsEnabled"), OCTETS, b"true")),
        ("wrongType", (cell("ldmManagerExpected", "198.18.0.1"), GAUGE32, 1)),
        ("wrongType", (cell("ldmManagerRowStatus", "198.18.0.1"), ber.OID, (1, 3))),
        ("wrongType", (cell("ldmManagerRowStatus", "198.18.0.1"), ber.IP_ADDRESS, "1.2.3.4")),
        # Values that are never valid.
        ("wrongValue", interval(99)),
        ("wrongValue", interval(0)),
        ("wrongValue", interval(86400001)),
        ("wrongValue", interval(2**32 - 1)),
        ("wrongValue", now(2)),
        ("wrongValue", now(-1)),
        ("wrongValue", notifications(0)),
        ("wrongValue", notifications(3)),
        ("wrongValue", expected("198.18.0.1", 0)),
        ("wrongValue", expected("198.18.0.1", 2**31 - 1)),
        ("wrongValue", row_status("198.18.0.1", NOT_IN_SERVICE)),
        ("wrongValue", row_status("198.18.0.1", NOT_READY)),
        ("wrongValue", row_status("198.18.0.1", CREATE_AND_WAIT)),
        ("wrongValue", row_status("198.18.7.7", CREATE_AND_WAIT)),
        ("wrongValue", row_status("198.18.0.1", 7)),
        ("wrongValue", row_status("198.18.0.1", -2**31)),
        # Values that are not valid at present.
        ("inconsistentValue", interval(599)),  # less than twice the window
        ("inconsistentValue", row_status("198.18.0.1", CREATE_AND_GO)),
        ("inconsistentValue", row_status("198.18.7.7", ACTIVE)),
        ("inconsistentValue", row_status("198.18.66.6", CREATE_AND_GO)),  # denied
        ("inconsistentName", expected("198.18.7.7", TRUE)),
        ("inconsistentName", expected("198.18.7.7", FALSE)),
        # Instances that can never exist.
        ("noCreation", row_status("0.0.0.0", CREATE_AND_GO)),
        ("noCreation", row_status("0.1.2.3", CREATE_AND_GO)),
        ("noCreation", row_status("240.0.0.1", CREATE_AND_GO)),
        ("noCreation", row_status("255.255.255.255", CREATE_AND_GO)),
        ("noCreation", row_status("224.0.0.1", CREATE_AND_GO)),
        ("noCreation", (cell("ldmManagerRowStatus", "198.18.0"), INTEGER, CREATE_AND_GO)),
        ("noCreation", (cell("ldmManagerRowStatus", "198.18.0.1.1"), INTEGER, CREATE_AND_GO)),
        ("noCreation", (cell("ldmManagerRowStatus", "256.18.0.1"), INTEGER, CREATE_AND_GO)),
        ("noCreation", (cell("ldmManagerRowStatus", "198.18.0.4294967295"), INTEGER, 4)),
        ("noCreation", (cell("ldmManagerExpected", "198.18"), INTEGER, TRUE)),
        ("noCreation", (interval_object, GAUGE32, 1000)),
        ("noCreation", (interval_object + (1,), GAUGE32, 1000)),
        ("noCreation", (scalar("ldmDiscoveryInterval") + (0,), GAUGE32, 1000)),
    ]


def test_refused(lab):
    """Each wrong type, value or instance is refused with its error, and changes nothing."""
    station, client, daemon, _ = quiet(lab, config=["deny 198.18.66.0/24"])
    wait_first_round(station)
    before = settings(station)
    faults = []
    for error, varbind in bad_ones():
        answer = client.set(varbind)
        if (answer.error, answer.index) != (error, 1):
            faults.append(f"{ber.show_oid(varbind[0])} = {varbind[2]!r}: {answer.error} "
                          f"({answer.index}), not {error}")
        if settings(station) != before:
            faults.append(f"{ber.show_oid(varbind[0])} = {varbind[2]!r} changed something")
            before = settings(station)
    assert faults == []
    assert daemon.lines("SNMP SET") == []


def wrong_ones():
    """One wrong varbind each, ours and snmpd's own, with its error."""
    return [
        ("wrongValue", interval(7)),
        ("inconsistentValue", interval(599)),
        ("wrongType", (scalar("ldmDiscoveryInterval"), INTEGER, 1000)),
        ("notWritable", (scalar("ldmDiscoveryRounds"), ber.COUNTER32, 5)),
        ("notWritable", (cell("ldmManagerHostname", "198.18.0.1"), OCTETS, b"x")),
        ("inconsistentValue", row_status("198.18.0.2", CREATE_AND_GO)),
        ("inconsistentName", expected("198.18.66.66")),
        ("wrongType", (scalar("ldmNotificationsEnabled"), OCTETS, b"yes")),
        ("notWritable", (SYS_CONTACT, OCTETS, b"me")),
        ("notWritable", (SYS_UPTIME, ber.TIMETICKS, 5)),
    ]


def test_all_or_nothing(lab):
    """A request of several varbinds of which one is wrong changes nothing, in any order."""
    station, client, daemon, _ = quiet(lab)
    wait_first_round(station)
    good = [interval(5000), now(), notifications(FALSE), expected("198.18.0.1"),
            row_status("198.18.7.7", CREATE_AND_GO), row_status("198.18.0.3", DESTROY)]
    before = settings(station)
    faults = []
    for error, wrong in wrong_ones():
        others = [varbind for varbind in good if varbind[0] != wrong[0]]
        for position in (0, len(others) // 2, len(others)):
            answer = client.set(*others[:position], wrong, *others[position:])
            what = f"{ber.show_oid(wrong[0])} at {position}"
            if (answer.error, answer.index) != (error, position + 1):
                faults.append(f"{what}: {answer.error} ({answer.index}), not {error}")
            if settings(station) != before:
                faults.append(f"{what}: {before} became {settings(station)}")
                before = settings(station)
    assert faults == []
    assert daemon.lines("SNMP SET") == []

    # The same without a wrong one works.
    granted(client, *good)
    ms, enabled, _, rows = settings(station)
    assert (ms, enabled) == (5000, FALSE)
    assert rows == {"198.18.0.1": TRUE, "198.18.0.2": FALSE, "198.18.7.7": TRUE}
    wait_for(lambda: station.value("ldmDiscoveryRounds") > before[2], 10, "the round asked for")


@pytest.mark.parametrize("end", ["undo", "loss", "cleanup"])
def test_reload_before_the_end(lab, end):
    """The configuration is reloaded between CommitSet and the next PDU: it takes precedence."""
    station = writable_station(lab)
    proxy = Proxy(lab.path / "relay", station.agentx)
    committed, reloaded = threading.Event(), threading.Event()

    def edit(octets):
        """In the proxy's thread, when the master agent has sent CleanupSet."""
        committed.set()
        assert reloaded.wait(30 * SLOW)
        if end == "loss":
            raise EOFError
        return octets[:1] + bytes([UNDO_SET if end == "undo" else CLEANUP_SET]) + octets[2:]
    proxy.edits[CLEANUP_SET] = edit
    try:
        daemon = station.daemon("-x", proxy.address, interval="40s", window="300ms")
        wait_for(lambda: station.value("ldmDiscoveryInterval") == 40000, 10, "the objects")
        # The end of a round would remove the row that is no longer expected.
        wait_for(lambda: station.value("ldmDiscoveryRounds") == 1, 10, "the first round")
        # One that fits the new window, and one that does not, as 40 s do not.
        granted(ber.Client(station), interval(100000 if end == "undo" else 30000),
                row_status("198.18.7.7", CREATE_AND_GO))
        assert committed.wait(10 * SLOW)
        reload(daemon, ["interval 60s", "window 25s", "expect 198.18.7.7"])
        reloaded.set()
        if end == "cleanup":
            daemon.wait_output("SNMP SET: interval 30000 ms dropped")
        elif end == "loss":
            daemon.wait_output("AgentX link .* (lost|down)")
        wait_for(lambda: station.value("ldmDiscoveryInterval") == 60000, 10, "the new interval")
        assert list(station.statuses()) == ["198.18.7.7"]
        # What is left of the request is the row's expectation, if it was complete.
        reload(daemon, ["interval 60s", "window 25s"])
        left = station.get(f"{mib().oid('ldmManagerExpected')}.198.18.7.7")
        assert left == (TRUE if end == "cleanup" else FALSE)
        assert station.value("ldmDiscoveryInterval") == 60000
    finally:
        reloaded.set()
        proxy.close()


def test_several_for_one_row(lab):
    """Varbinds for one row are one change, whatever their order."""
    station, client, _, _ = quiet(lab)
    for turn, varbinds in enumerate((
            [row_status("198.18.7.1", CREATE_AND_GO), expected("198.18.7.1")],
            [expected("198.18.7.2"), row_status("198.18.7.2", CREATE_AND_GO)])):
        granted(client, *varbinds)
        assert station.value("ldmManagersExpected") == turn + 1
    for varbinds in ([row_status("198.18.7.3", CREATE_AND_GO), expected("198.18.7.3", FALSE)],
                     [expected("198.18.7.3", FALSE), row_status("198.18.7.3", CREATE_AND_GO)],
                     [row_status("198.18.0.1", DESTROY), expected("198.18.0.1")],
                     [expected("198.18.0.1"), expected("198.18.0.1", FALSE)],
                     [row_status("198.18.7.3", CREATE_AND_GO), row_status("198.18.7.3", DESTROY)]):
        answer = client.set(*varbinds)
        assert answer.error == "inconsistentValue", (varbinds, answer)
    assert station.status("198.18.7.3") == NO_INSTANCE and station.status("198.18.0.1") == UP
    assert station.value("ldmManagersExpected") == 2
    # The same varbind twice is no contradiction.
    granted(client, interval(4000), interval(4000))
    assert client.set(interval(4000), interval(5000)).error == "inconsistentValue"
    assert station.value("ldmDiscoveryInterval") == 4000


def test_rows_of_others_stay(lab):
    """Many rows created and destroyed in one request."""
    station, client, _, _ = quiet(lab)
    many = addresses("198.18.7.1", 40)
    granted(client, *(row_status(address, CREATE_AND_GO) for address in many))
    assert len(station.statuses()) == 43 and station.value("ldmManagersExpected") == 40
    # The last one exists already: none of the others is made.
    more = addresses("198.18.8.1", 20) + [many[0]]
    refused(client, "inconsistentValue",
            *(row_status(address, CREATE_AND_GO) for address in more), index=21)
    assert len(station.statuses()) == 43
    granted(client, *(row_status(address, DESTROY) for address in many))
    assert list(station.statuses()) == addresses("198.18.0.1", 3)


def test_no_room(lab):
    """createAndGo in a full table is resourceUnavailable, also when it is full half-way."""
    station, client, _, _ = quiet(lab, config=["maxManagers 16"])
    rows = [row_status(address, CREATE_AND_GO) for address in addresses("198.18.7.1", 14)]
    answer = client.set(*rows)
    assert answer.error in ("resourceUnavailable", "commitFailed"), answer
    assert len(station.statuses()) == 3 and station.value("ldmManagersExpected") == 0
    granted(client, *rows[:13])
    refused(client, "resourceUnavailable", rows[13])
    granted(client, row_status("198.18.7.1", DESTROY))
    granted(client, rows[13])
    assert len(station.statuses()) == 16


def test_two_sets_at_once(lab):
    """Sets from several processes at once are all carried out, or refused, correctly."""
    station, _, daemon, _ = quiet(lab)
    status, interval_oid = mib().oid("ldmManagerRowStatus"), mib().oid("ldmDiscoveryInterval")

    def start(*words):
        argv = ["snmpset", "-v2c", "-c", "private", "-On", "-r0", "-t10", "127.0.0.1", *words]
        return subprocess.Popen(station.inside(argv), env=lab.env, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(process):
        out, err = process.communicate(timeout=30)
        return process.returncode, out + err

    # Different rows: both are there.
    for turn in range(8):
        both = [f"198.18.7.{2 * turn + 1}", f"198.18.7.{2 * turn + 2}"]
        results = [finish(p) for p in [start(f"{status}.{a}", "i", "4") for a in both]]
        assert [code for code, _ in results] == [0, 0], results
        for address in both:
            assert station.status(address) == UNKNOWN
    # One row: one request creates it, the other finds it.
    for turn in range(8):
        results = [finish(p) for p in [start(f"{status}.198.18.8.{turn + 1}", "i", "4")
                                       for _ in range(2)]]
        assert sorted(code for code, _ in results) == [0, 2], results
        assert any("inconsistentValue" in text or "commitFailed" in text for _, text in results)
        assert station.status(f"198.18.8.{turn + 1}") == UNKNOWN
    # One scalar together with a row: the values of one request stay together.
    for turn in range(8):
        values = [2000 + turn, 3000 + turn]
        rows = [f"198.18.9.{2 * turn + 1}", f"198.18.9.{2 * turn + 2}"]
        results = [finish(p) for p in [
            start(f"{interval_oid}.0", "u", str(value), f"{status}.{row}", "i", "4")
            for value, row in zip(values, rows)]]
        assert [code for code, _ in results] == [0, 0], results
        assert station.value("ldmDiscoveryInterval") in values
        assert [station.status(row) for row in rows] == [UNKNOWN, UNKNOWN]
    assert station.value("ldmManagersExpected") == 16 + 8 + 16
    assert daemon.running() and daemon.lines("(?i)error") == []


def test_set_while_the_master_hangs(lab):
    """An interrupted SET is done as a whole or not at all."""
    station, _, daemon, _ = quiet(lab)
    for turn in range(5):
        station.master.send_signal(signal.SIGSTOP)
        argv = ["snmpset", "-v2c", "-c", "private", "-r0", "-t1", "127.0.0.1",
                mib().oid("ldmDiscoveryInterval") + ".0", "u", str(10000 + turn),
                f"{mib().oid('ldmManagerRowStatus')}.198.18.7.{turn + 1}", "i", "4"]
        assert station.run(argv).returncode != 0
        station.master.send_signal(signal.SIGCONT)

        def both():
            return (station.value("ldmDiscoveryInterval") == 10000 + turn
                    and station.status(f"198.18.7.{turn + 1}") == UNKNOWN)
        wait_for(both, 15, "the request to be carried out as a whole")
    assert daemon.running()


def test_value_survives_a_reload_of_the_same_value(lab):
    """What SET changed stays until the file's value for that token changes."""
    station, client, daemon, _ = quiet(lab)
    lines = ["interval 600s", "window 300ms"]
    granted(client, interval(7000), notifications(FALSE), expected("198.18.0.1"))
    reload(daemon, lines + ["misses 5"])
    assert station.value("ldmDiscoveryMisses") == 5
    assert station.value("ldmDiscoveryInterval") == 7000
    assert station.value("ldmNotificationsEnabled") == FALSE
    assert station.get(f"{mib().oid('ldmManagerExpected')}.198.18.0.1") == TRUE
    reload(daemon, ["interval 500s", "window 300ms", "notifications no"])
    assert station.value("ldmDiscoveryInterval") == 500000
    assert station.value("ldmNotificationsEnabled") == FALSE
    reload(daemon, ["interval 500s", "window 300ms", "notifications yes"])
    assert station.value("ldmNotificationsEnabled") == TRUE


def test_read_only_community(lab):
    """The master agent's own access control applies."""
    station, _, _, _ = quiet(lab)
    reader = ber.Client(station, community="public")
    wait_first_round(station)
    before = settings(station)
    assert reader.set(interval(5000)).error == "noAccess"
    assert settings(station) == before
