# SPDX-License-Identifier: BSD-2-Clause
"""The AgentX link is up when every object is registered, and not before.

Another subagent has registered the same objects, the connection ends at any moment,
the peer accepts and closes it, answers are late, or the master agent is busy.
"""

import concurrent.futures
import contextlib
import signal
import time

import pytest

from axproxy import NOTIFY, OPEN, REGISTER, TEST_SET, Proxy
from lab import SLOW, SnmpError, addresses, mib, wait_for

MANAGERS = addresses("198.18.0.1", 3)

LINK = "AgentX link|master agent"
UP_LINE = "AgentX link .* is up"
REFUSED_LINE = "refuses to register the objects: another subagent has registered these objects"

@pytest.fixture
def proxy(lab):
    """A relay to the station's master agent, which may be started later."""
    made = Proxy(lab.path / "relay", f"unix:{lab.path}/station-agentx/socket")
    yield made
    made.close()


def objects(station):
    """The names of all objects that exist."""
    return {mib().name_of(oid) for oid, _ in station.snmp("snmpbulkwalk", mib().oid("ldmObjects"))}


def complete():
    """The names of all objects that must exist when there are managers and events."""
    return {name for name, access in mib().access.items()
            if access in ("read-only", "read-write", "read-create")}


def daemon(station, *args, config=()):
    return station.daemon(*args, interval="500ms", window="200ms", config=config)


def test_complete(lab):
    """complete() equals the objects that exist."""
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", MANAGERS[0])
    daemon(station)
    station.wait_all_up(MANAGERS)
    wait_for(station.trapd.appeared, 10, "a notification")
    assert objects(station) == complete()


@pytest.mark.parametrize("end", [signal.SIGTERM,
                                 pytest.param(signal.SIGSTOP, marks=pytest.mark.slow)])
def test_second_daemon(lab, proxy, end):
    """Refused while another daemon runs: logged once, and nothing is sent until that one ends."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 3, "-a", MANAGERS[0])
    first = daemon(station)
    station.wait_all_up(MANAGERS)
    wait_for(lambda: len(station.trapd.appeared()) == 3, 10, "the notifications")

    second = daemon(station, "-x", proxy.address)
    second.wait_output(REFUSED_LINE)
    wait_for(lambda: proxy.sent[REGISTER] >= 3, 30, "further attempts")
    responder.wait_requests(6, 20)
    assert len(second.lines(LINK)) == 1, second.lines(LINK)
    assert len(station.trapd.notifications()) == 3
    assert proxy.sent[NOTIFY] == 0
    assert objects(station) == complete()
    assert first.lines(LINK) == first.lines(UP_LINE)

    first.send_signal(end)
    if end == signal.SIGSTOP:
        # The master agent notices when it is asked.  A repetition may reach the second one.
        with contextlib.suppress(SnmpError):
            station.snmp("snmpget", mib().oid("ldmDiscoveryRounds") + ".0")
    second.wait_output(UP_LINE, 30)
    assert objects(station) == complete()
    # It has found the same managers, and has not reported any yet.
    wait_for(lambda: len(station.trapd.appeared()) == 6, 10, "its notifications")
    assert len(second.lines(LINK)) == 2
    first.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("pdus", [1, 2, 5, 8])
def test_cut_while_registering(lab, proxy, pdus):
    """The connection ends after a number of PDUs: the next one registers everything."""
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", MANAGERS[0])
    proxy.cuts = [pdus]
    one = daemon(station, "-x", proxy.address)
    one.wait_output(UP_LINE)
    station.wait_all_up(MANAGERS)
    wait_for(station.trapd.appeared, 10, "a notification")
    assert objects(station) == complete()
    assert proxy.sent[OPEN] == 2
    assert len(one.lines(LINK)) == 2

    # Again, after the link was up.
    proxy.cuts = [pdus]
    proxy.cut_all()
    one.wait_output("lost, reconnecting")
    wait_for(lambda: len(one.lines(UP_LINE)) == 2, 10, "the link")
    assert objects(station) == complete()
    assert proxy.sent[OPEN] == 4
    assert len(one.lines(LINK)) == 4


def test_stopped_while_registering(lab, proxy):
    """When the session ends, its unanswered requests end as well."""
    station = lab.station()
    proxy.delays[REGISTER] = 5
    stopped = daemon(station, "-x", proxy.address)
    wait_for(lambda: proxy.sent[REGISTER] > 0, 10, "a registration")
    assert stopped.end()[0] == 0
    assert stopped.lines("stopped")


def test_cut_during_set(lab, proxy):
    """The connection ends during a SET: nothing is set, and no memory is misused."""
    station = lab.station(snmp=False)
    station.trapd = station.snmptrapd()
    station.snmpd(["rwcommunity private 127.0.0.1"])
    enabled = mib().oid("ldmNotificationsEnabled") + ".0"
    set_false = ["snmpset", "-v2c", "-c", "private", "-t10", "-r0", "127.0.0.1", enabled, "i", "2"]
    one = daemon(station, "-x", proxy.address)
    one.wait_output(UP_LINE)
    proxy.last = {TEST_SET}
    for turn in range(2):
        assert station.run(set_false).returncode != 0
        wait_for(lambda: len(one.lines(UP_LINE)) == turn + 2, 10, "the link")
        assert station.get(enabled) == 1
    proxy.last = set()
    assert station.run(set_false).returncode == 0
    assert station.get(enabled) == 2


@pytest.mark.parametrize("before", [False, True], ids=["at the start", "after a session"])
def test_accepts_and_hangs_up(lab, proxy, before):
    """A relay that closes each connection: one attempt a second, however often it does."""
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", MANAGERS[0])
    proxy.slam = not before
    one = daemon(station, "-x", proxy.address)
    if before:
        one.wait_output(UP_LINE)
        proxy.slam = True
        proxy.cut_all()
    one.wait_output("lost, reconnecting" if before else "cannot connect")
    since, first = time.monotonic(), proxy.connects
    wait_for(lambda: proxy.connects >= first + 6, 12, "six attempts")
    # Five intervals of a second; if they doubled up to it, six attempts would take only 3 s.
    assert time.monotonic() - since > 4

    said = len(one.lines(LINK))
    assert said == (2 if before else 1)
    proxy.slam = False
    # The table may be registered before the line is written.
    wait_for(lambda: len(one.lines(LINK)) > said, 10, "the link")
    station.wait_all_up(MANAGERS)
    assert len(one.lines(LINK)) == said + 1


def test_notify_answered_late(lab, proxy):
    """Answers to Notify that take 3 s: no notification is repeated, none is lost."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 3, "-a", MANAGERS[0])
    proxy.delays[NOTIFY] = 3
    daemon(station, "-x", proxy.address)
    wait_for(lambda: proxy.answered[NOTIFY] >= 3, 20, "the answers")
    responder.command("off", MANAGERS[1])
    wait_for(lambda: proxy.answered[NOTIFY] >= 4, 20, "one more")
    wait_for(lambda: station.value("ldmEventsQueued") == 0, 10, "the queue to be empty")
    assert station.value("ldmEventsResent") == 0
    assert len(station.trapd.notifications()) == proxy.sent[NOTIFY] == 4


NS_EXTEND_RESULT = "1.3.6.1.4.1.8072.1.3.2.3.1.4.4.116.101.115.116"  # of "test"


def test_busy_master(lab):
    """A script of snmpd's takes 4 s: answers are correct, the link stays up, nothing is lost."""
    station = lab.station(snmp=False)
    station.trapd = station.snmptrapd()
    station.snmpd(["extend test /bin/sleep 4"])
    responder = lab.manager_host().responder("-n", 3, "-a", MANAGERS[0])
    one = daemon(station)
    station.wait_all_up(MANAGERS)
    wait_for(lambda: len(station.trapd.appeared()) == 3, 10, "the notifications")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        busy = pool.submit(station.run, ["snmpget", "-v2c", "-c", "public", "-t10", "-r0",
                                         "127.0.0.1", NS_EXTEND_RESULT])
        responder.command("off", MANAGERS[1])
        polls = 0
        while not busy.done():
            # It waits for its turn, and its answer is right.
            assert isinstance(station.value("ldmDiscoveryRounds"), int)
            polls += 1
        assert "INTEGER" in busy.result().stdout, busy.result()
    assert polls > 0
    wait_for(lambda: station.trapd.disappeared(MANAGERS[1]), 10, "what happened meanwhile")
    assert len(one.lines(LINK)) == 1
    assert len(station.trapd.notifications()) == 4


def far_master(lab):
    """(a station without snmpd, a host on which one listens to TCP)"""
    station = lab.station(snmp=False)
    far = lab.manager_host(number=3)
    far.agentx = station.agentx = "tcp:198.18.254.3:705"
    # Have the kernel repeat a SYN after 1, 3 and 7 s, as before Linux 6.5.
    station.run(["sh", "-c", "echo 0 >/proc/sys/net/ipv4/tcp_syn_linear_timeouts"])
    return station, far


def test_tcp(lab):
    """A master agent on another host, by TCP."""
    station, far = far_master(lab)
    lab.manager_host().responder("-n", 3, "-a", MANAGERS[0])
    one = daemon(station)
    one.wait_output("cannot connect .*198.18.254.3:705: Connection refused")
    far.snmpd()
    far.wait_all_up(MANAGERS)
    assert objects(far) == complete()
    assert len(one.lines(LINK)) == 2


@pytest.mark.parametrize("before", [False, True], ids=["at the start", "after a session"])
def test_tcp_drops(lab, before):
    """The master agent's host drops all packets: the link is back soon after that ends."""
    station, far = far_master(lab)
    lab.manager_host().responder("-n", 3, "-a", MANAGERS[0])
    master = far.snmpd()
    if not before:
        far.filter_input("tcp dport 705 drop")
    one = daemon(station)
    if before:
        one.wait_output(UP_LINE)
        far.filter_input("tcp dport 705 tcp flags syn drop")
        master.kill()
        one.wait_output("lost, reconnecting")
        far.snmpd()
    since = time.monotonic()
    wait_for(lambda: time.monotonic() - since > 4, 10, "4 s")
    far.filter_nothing()
    opened = time.monotonic()
    wait_for(lambda: len(one.lines(UP_LINE)) == (2 if before else 1), 30, "the link")
    assert time.monotonic() - opened < 2 * SLOW
    far.wait_all_up(MANAGERS)
    assert before or len(one.lines("cannot connect .*timed out")) == 1
    assert len(one.lines(LINK)) == (3 if before else 2)
