# SPDX-License-Identifier: BSD-2-Clause
"""The configuration file is changed while the daemon runs.

SIGHUP applies a changed file, also while the master agent hangs or under load, and
keeps the rows, sockets and events that need not change.  After an error in the file,
which is logged, the previous configuration stays in effect.  -t checks a file and
prints the values in effect.
"""

import itertools
import signal
import time

import pytest

import ber
from lab import (DOWN, GROUP, NO_INSTANCE, PORT, SLOW, UNKNOWN, UP, addresses, mib,
                 wait_for)
from lab_mib import (configuration, interface_rows, listeners, mean_gap, reload, rounds,
                     senders, udp_sockets, wait_rounds, write_configuration, writable_station)

BASE = ["interval 500ms", "window 200ms"]
TIMES = dict(interval="500ms", window="200ms")


def watched(lab, count=5, segments=("red",), config=()):
    """Managers up on each segment, all announced: (station, daemon, responders)."""
    station = writable_station(lab, segments)
    responders, everybody = [], []
    for number, segment in enumerate(segments):
        first = f"198.18.{128 * number}.1"
        responders.append(lab.manager_host(segment).responder("-n", count, "-a", first,
                                                              delay="0:20"))
        everybody += addresses(first, count)
    daemon = station.daemon(config=config, **TIMES)
    station.wait_all_up(everybody)
    wait_for(lambda: len(station.trapd.appeared()) == len(everybody), 20, "the notifications")
    return station, daemon, responders


def identity(station):
    """The columns by which a row is recognized as the same row."""
    return {a: (station.get(f"{mib().oid('ldmManagerFirstSeen')}.{a}"),
                station.get(f"{mib().oid('ldmManagerTransitions')}.{a}"))
            for a in station.statuses()}


def test_the_same_file_again(lab):
    """A file that has not changed changes nothing: same rows, sockets, events, cadence."""
    station, daemon, _ = watched(lab)
    rows, sockets = identity(station), udp_sockets(daemon)
    assert len(listeners(sockets)) == 1 and None not in senders(sockets)
    start, before = time.monotonic(), rounds(station)
    while time.monotonic() < start + 5:
        reload(daemon, BASE)
    due = (time.monotonic() - start) / 0.5
    # A reload neither started nor delayed a round.
    assert due - 3 <= rounds(station) - before <= due + 3 or SLOW > 1
    assert udp_sockets(daemon) == sockets
    assert identity(station) == rows
    station.wait_all_up(addresses("198.18.0.1", 5))
    assert len(station.trapd.notifications()) == 5
    assert daemon.lines("(?i)warning|error") == []


def test_interval(lab):
    """A new interval changes the cadence and nothing else."""
    station, daemon, (responder,) = watched(lab)
    rows, sockets = identity(station), udp_sockets(daemon)
    reload(daemon, ["interval 1500ms", "window 300ms", "misses 7", "probes 2", "hops 9",
                    "retention 3d"])
    assert station.value("ldmDiscoveryInterval") == 1500
    assert station.value("ldmDiscoveryWindow") == 300
    assert station.value("ldmDiscoveryMisses") == 7
    assert station.value("ldmDiscoveryProbes") == 2
    assert station.value("ldmDiscoveryHops") == 9
    assert station.value("ldmDiscoveryRetention") == 3 * 86400
    begun = len(responder.rounds(gap=0.4))
    wait_for(lambda: len(responder.rounds(gap=0.4)) >= begun + 4, 30, "four rounds")
    assert mean_gap(responder.rounds(gap=0.4)[begun:]) > 1.2
    assert identity(station) == rows and udp_sockets(daemon) == sockets
    assert len(station.trapd.notifications()) == 5


def test_interfaces(lab):
    """Interfaces added and excluded: only their own sockets come and go; no row goes."""
    station, daemon, (_, blue) = watched(lab, segments=("red", "blue"),
                                           config=["misses 2", "interface eth0 eth1"])
    everybody = addresses("198.18.0.1", 5) + addresses("198.18.128.1", 5)
    sockets = udp_sockets(daemon)
    assert len(listeners(sockets)) == 2
    reload(daemon, BASE + ["misses 2", "interface eth0"])
    less = udp_sockets(daemon)
    assert set(less) < set(sockets) and len(listeners(less)) == 1
    assert senders(less) == senders(sockets)
    assert interface_rows(station)["eth1"]["ldmInterfaceState"] == 7
    seen = len(blue.requests())
    wait_rounds(station, 3)
    assert len(blue.requests()) == seen
    # They are no longer asked: unknown, which is not reported as an outage.
    wait_for(lambda: station.status("198.18.128.1") == UNKNOWN, 20, "unknown")
    assert list(station.statuses()) == everybody

    reload(daemon, BASE + ["misses 2", "interface eth*"])
    station.wait_all_up(everybody)
    more = udp_sockets(daemon)
    assert set(less) < set(more) and len(listeners(more)) == 2
    assert len(station.trapd.notifications()) == 10
    reload(daemon, BASE + ["misses 2", "interface !eth0"])
    assert listeners(udp_sockets(daemon)) == listeners(more) - listeners(less)


def test_access_list(lab):
    """Added and removed accept and deny lines take effect at once, and affect no other manager."""
    station, daemon, _ = watched(lab, config=["misses 2"])
    rows, sockets = identity(station), udp_sockets(daemon)
    client = ber.Client(station)
    expected = ber.parse_oid(mib().oid("ldmManagerExpected")) + (198, 18, 0, 4)
    assert client.set((expected, ber.INTEGER, 1)).error == "noError"
    denied = ["deny 198.18.0.2", "deny 198.18.0.3", "deny 198.18.0.4"]
    reload(daemon, BASE + ["misses 2", *denied])
    assert list(station.statuses()) == ["198.18.0.1", "198.18.0.4", "198.18.0.5"]
    # The operator expects this one: it keeps its row, and is missing.
    wait_for(lambda: station.status("198.18.0.4") == DOWN, 20, "the expected one to be down")
    assert station.value("ldmDatagramsDenied") >= 4
    reload(daemon, BASE + ["misses 2", *denied[1:]])
    wait_for(lambda: station.status("198.18.0.2") == UP, 20, "one to be up")
    assert station.status("198.18.0.3") == NO_INSTANCE
    reload(daemon, BASE + ["misses 2"])
    station.wait_all_up(addresses("198.18.0.1", 5))
    assert udp_sockets(daemon) == sockets
    for address in ("198.18.0.1", "198.18.0.5"):
        assert identity(station)[address] == rows[address]
    assert [n.objects["ldmEventAddress"] for n in station.trapd.disappeared()] == ["198.18.0.4"]


def test_expect(lab):
    """Added expect lines create rows, unknown until judged; removal makes them ordinary rows."""
    station, daemon, _ = watched(lab, config=["misses 3"])
    rows = identity(station)
    lines = BASE + ["misses 3"]
    reload(daemon, lines + ["expect 198.18.0.1", "expect 198.18.9.8", "expect 198.18.9.9"])
    assert station.status("198.18.9.9") == UNKNOWN
    assert station.status("198.18.0.1") == UP
    assert station.value("ldmManagersExpected") == 3
    wait_for(lambda: station.status("198.18.9.9") == DOWN, 20, "it to be down")
    wait_for(lambda: len(station.trapd.disappeared()) == 2, 20, "the notifications")
    assert identity(station).items() >= rows.items()

    # One is no longer expected and may be forgotten, the other may not.
    reload(daemon, lines + ["expect 198.18.0.1", "expect 198.18.9.8"])
    assert station.value("ldmManagersExpected") == 2
    client = ber.Client(station)
    status = ber.parse_oid(mib().oid("ldmManagerRowStatus"))
    assert client.set((status + (198, 18, 9, 8), ber.INTEGER, 6)).error == "inconsistentValue"
    assert client.set((status + (198, 18, 9, 9), ber.INTEGER, 6)).error == "noError"
    wait_rounds(station, 2)
    assert station.status("198.18.9.9") == NO_INSTANCE
    reload(daemon, lines)
    assert station.value("ldmManagersExpected") == 0
    assert identity(station).items() >= rows.items()
    assert len(station.trapd.notifications()) == 7


def test_max_managers(lab):
    """A smaller maxManagers evicts no manager; a larger one admits those that were refused."""
    station, daemon, _ = watched(lab)
    rows = identity(station)
    reload(daemon, BASE + ["maxManagers 3"])
    newcomers = lab.manager_host("red", 3).responder("-n", 3, "-a", "198.18.7.1", delay="0:20")
    wait_for(lambda: station.value("ldmDatagramsNoRoom") >= 6, 20, "refusals")
    assert identity(station) == rows
    reload(daemon, BASE + ["maxManagers 40"])
    station.wait_all_up(addresses("198.18.0.1", 5) + addresses("198.18.7.1", 3))
    assert identity(station).items() >= rows.items()
    assert station.trapd.disappeared() == []
    assert newcomers.running()


def test_source_port(lab):
    """sourcePort opens and closes the one sender; the other one and the listener stay."""
    station, daemon, (responder,) = watched(lab)
    first = udp_sockets(daemon)
    fixed, other = senders(first)
    assert fixed and other
    reload(daemon, BASE + ["sourcePort ephemeral"])
    now = udp_sockets(daemon)
    assert senders(now) == (None, other) and listeners(now) == listeners(first)
    seen = len(responder.requests())
    responder.wait_requests(4, 20)
    assert {r.port for r in responder.requests()[seen + 1:]} == {first[other][1]}
    reload(daemon, BASE + ["sourcePort auto"])
    now = udp_sockets(daemon)
    assert senders(now)[1] == other and senders(now)[0] is not None
    again = senders(now)[0]
    reload(daemon, BASE + ["sourcePort fixed"])
    now = udp_sockets(daemon)
    assert senders(now) == (again, None) and listeners(now) == listeners(first)
    seen = len(responder.requests())
    responder.wait_requests(4, 20)
    assert {r.port for r in responder.requests()[seen + 1:]} == {PORT}
    station.wait_all_up(addresses("198.18.0.1", 5))
    assert len(station.trapd.notifications()) == 5
    assert station.value("ldmDatagramsForeignRequests") == 0


def test_port_and_group(lab):
    """Another port and group: the listeners move, the rows stay."""
    station, daemon, _ = watched(lab, config=["misses 30"])
    elsewhere = lab.manager_host("red", 3).responder(
        "-n", 2, "-a", "198.18.7.1", "-G", "239.129.9.28", "-p", "64000", delay="0:20")
    rows = identity(station)
    reload(daemon, BASE + ["misses 30", "group 239.129.9.28", "port 64000"])
    wait_for(lambda: station.status("198.18.7.1") == UP, 20, "the managers there")
    assert {place for place in udp_sockets(daemon).values() if place[0] != "0.0.0.0"} \
        == {("239.129.9.28", 64000)}
    assert identity(station).items() >= rows.items()
    reload(daemon, BASE + ["misses 30"])
    assert {place for place in udp_sockets(daemon).values() if place[0] != "0.0.0.0"} \
        == {(GROUP, PORT)}
    for address in addresses("198.18.0.1", 5):
        wait_for(lambda a=address: station.status(a) == UP, 20, f"{address} to be up again")
    assert station.trapd.disappeared() == [] and elsewhere.running()


def test_while_the_master_hangs(lab):
    """SIGHUP takes effect while the master agent hangs, and no event is lost."""
    station, daemon, (responder,) = watched(lab, config=["misses 2"])
    sockets = udp_sockets(daemon)
    station.master.send_signal(signal.SIGSTOP)
    responder.command("off", "198.18.0.1-198.18.0.3")
    daemon.wait_output("198.18.0.3 .*disappeared", 20)
    reload(daemon, ["interval 1500ms", "window 200ms", "misses 2", "eventLog 1000",
                    "queueLimit 5000", "expect 198.18.9.9"])
    # The cadence is the new one, although the agent cannot answer.
    begun = len(responder.rounds(gap=0.4))
    wait_for(lambda: len(responder.rounds(gap=0.4)) >= begun + 3, 30, "three rounds")
    assert mean_gap(responder.rounds(gap=0.4)[begun:]) > 1.2
    daemon.wait_output("198.18.9.9 .*disappeared", 20)
    responder.command("on", "198.18.0.1")
    daemon.wait_output("198.18.0.1 .*appeared: answers again", 20)
    reload(daemon, BASE + ["misses 2", "expect 198.18.9.9"])
    assert udp_sockets(daemon) == sockets
    station.master.send_signal(signal.SIGCONT)

    def ids(name):
        """The ids without repeats, because a notification may be sent twice if the master hangs."""
        return {(n.objects["ldmEventId"], n.objects["ldmEventAddress"])
                for n in station.trapd.notifications(name)}
    wait_for(lambda: len(ids("ldmManagerDisappeared")) == 4 and len(ids("ldmManagerAppeared")) == 6,
             30, "every event of the meantime")
    assert {a for _, a in ids("ldmManagerDisappeared")} == {
        "198.18.0.1", "198.18.0.2", "198.18.0.3", "198.18.9.9"}
    wait_rounds(station, 2)
    assert len(station.snmp("snmpwalk", mib().oid("ldmEventId"))) == 10
    assert station.value("ldmDiscoveryInterval") == 500
    assert station.value("ldmEventsDropped") == 0


@pytest.mark.parametrize("bad, named", [
    ("interval soon", ["interval", "soon", ":3"]),
    ("nosuchtoken 5", ["nosuchtoken", ":3"]),
    ("accept 198.18.0.7/24", ["accept", "198.18.0.7/24", ":3"]),
    ("expect 239.1.2.3", ["expect", "239.1.2.3", ":3"]),
    ("window 10s", ["interval", "window"]),
])
def test_bad_file(lab, bad, named):
    """With a bad file the previous one stays in effect; the message has file, line and value."""
    station, daemon, _ = watched(lab, config=["misses 4", "deny 198.18.66.0/24"])
    rows, sockets = identity(station), udp_sockets(daemon)
    write_configuration(daemon, ["misses 7", "interval 3s", bad, "deny 198.18.0.0/16",
                                 "expect 198.18.9.9", "sourcePort ephemeral"])
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_output("previous one stays in effect")
    complaint = "\n".join(daemon.lines(str(configuration(daemon))))
    for word in named:
        assert word in complaint, daemon.output()
    assert daemon.lines("configuration reloaded") == []
    assert station.value("ldmDiscoveryMisses") == 4
    assert station.value("ldmDiscoveryInterval") == 500
    wait_rounds(station, 5)
    assert identity(station) == rows and udp_sockets(daemon) == sockets
    station.wait_all_up(addresses("198.18.0.1", 5))
    # A good file is applied afterwards.
    reload(daemon, BASE + ["misses 7"])
    assert station.value("ldmDiscoveryMisses") == 7


def test_file_that_is_gone(lab):
    """With an unreadable file the previous configuration stays in effect, too."""
    station, daemon, _ = watched(lab, config=["misses 4"])
    configuration(daemon).unlink()
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_output("previous one stays in effect")
    assert daemon.lines(f"{configuration(daemon)}.*No such file")
    assert station.value("ldmDiscoveryMisses") == 4
    wait_rounds(station, 2)
    assert daemon.running()


def test_what_needs_a_restart(lab):
    """Tokens that take effect at a restart only are named in a warning; the rest is applied."""
    station, daemon, _ = watched(lab)
    socket = station.agentx
    reload(daemon, BASE + ["context elsewhere", "agentXSocket tcp:localhost:705",
                           "agentXTimeout 7", "misses 9"])
    for token in ("context", "agentXSocket", "agentXTimeout"):
        said = daemon.lines(f"{token}: .*takes effect when")
        assert len(said) == 1, (token, daemon.output())
    assert station.value("ldmDiscoveryMisses") == 9
    assert station.agentx == socket and station.value("ldmManagersUp") == 5
    reload(daemon, BASE)
    assert len(daemon.lines("takes effect when")) == 3


def test_after_set(lab):
    """An interval set by SNMP is dropped if other values of the file contradict it."""
    station, daemon, _ = watched(lab, config=["misses 50"])
    client = ber.Client(station)
    oid = ber.parse_oid(mib().oid("ldmDiscoveryInterval")) + (0,)
    assert client.set((oid, ber.GAUGE32, 700)).error == "noError"
    reload(daemon, BASE + ["misses 51"])
    assert station.value("ldmDiscoveryInterval") == 700
    assert station.value("ldmDiscoveryMisses") == 51
    # Half of 700 ms is too short for it; the file's interval, unchanged, would be too.
    write_configuration(daemon, ["interval 500ms", "window 400ms"])
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_output("previous one stays in effect")
    assert station.value("ldmDiscoveryInterval") == 700
    reload(daemon, ["interval 2s", "window 400ms"])
    assert station.value("ldmDiscoveryInterval") == 2000


def test_event_log_and_queue(lab):
    """A smaller eventLog keeps the latest events."""
    station, daemon, _ = watched(lab)
    ids = [v for _, v in station.snmp("snmpwalk", mib().oid("ldmEventId"))]
    reload(daemon, BASE + ["eventLog 2"])
    assert [v for _, v in station.snmp("snmpwalk", mib().oid("ldmEventId"))] == ids[-2:]
    reload(daemon, BASE + ["eventLog 100"])
    lab.manager_host("red", 3).responder("-n", 3, "-a", "198.18.7.1", delay="0:20")
    wait_for(lambda: len(station.trapd.appeared()) == 8, 20, "three more")
    later = [v for _, v in station.snmp("snmpwalk", mib().oid("ldmEventId"))]
    assert later[:2] == ids[-2:] and len(later) == 5


def test_under_load(lab):
    """1000 managers and a reload every 200 ms: none falsely down, no event that is not due."""
    station = writable_station(lab)
    responder = lab.manager_host().responder("-n", 1000, "-a", "198.18.0.1", delay="0:200")
    base = ["interval 1s", "window 500ms", "notificationRate 400"]
    daemon = station.daemon(config=base[2:], interval="1s", window="500ms")
    everybody = addresses("198.18.0.1", 1000)
    station.wait_all_up(everybody, 30)
    wait_for(lambda: station.value("ldmEventsSent") == 1000, 30, "1000 events to be out")
    wait_for(lambda: len(station.trapd.appeared()) == 1000, 5, "1000 notifications")
    sockets = udp_sockets(daemon)
    variants = itertools.cycle([
        ["misses 4", "expect 198.18.0.1"], ["accept 0.0.0.0/0", "hops 2"],
        ["interface eth*", "eventLog 3000"], ["maxManagers 2000", "probes 4"],
        ["expect 198.18.3.1", "queueLimit 20000"], ["deny 192.0.2.0/24", "sourceMatch no"]])
    responder.command("off", "198.18.0.77")
    reloads = 0
    begin = rounds(station)
    due = time.monotonic()
    while rounds(station) < begin + 8:
        write_configuration(daemon, base + next(variants))
        daemon.send_signal(signal.SIGHUP)
        reloads += 1
        due += 0.2
        wait_for(lambda: time.monotonic() >= due, 5, "the next reload")
    wait_for(lambda: len(daemon.lines("configuration reloaded")) >= reloads // 2, 10,
             "the reloads")
    wait_for(lambda: station.status("198.18.0.77") == DOWN, 20, "the silent one to be down")
    wait_for(station.trapd.disappeared, 20, "its notification")
    others = dict.fromkeys(everybody, UP)
    others["198.18.0.77"] = DOWN
    station.wait_statuses(others, 20)
    assert [n.objects["ldmEventAddress"] for n in station.trapd.disappeared()] == ["198.18.0.77"]
    assert len(station.trapd.notifications()) == 1001
    assert udp_sockets(daemon) == sockets
    assert {station.get(f"{mib().oid('ldmManagerTransitions')}.{a}")
            for a in everybody[::100]} == {0}
    assert reloads >= 10 and daemon.lines("(?i)error|cannot") == []


EFFECTIVE = [
    "interface eth*", "interface !eth1", "group 239.129.9.28", "port 64000", "hops 4",
    "sourcePort ephemeral", "interval 7s", "window 1500ms", "probes 5", "misses 6",
    "retention 30d", "maxManagers 500", "deny 198.18.0.66", "accept 198.18.0.0/16",
    "sourceMatch yes", "expect 198.18.0.12", "expect 198.18.0.13", "notifications no",
    "notificationRate 50", "eventLog 1000", "queueLimit 2000", "announceFirst no",
    "stateFile /srv/ldm/state", "context ldm",
    "agentXSocket tcp:localhost:705", "agentXTimeout 3", "agentXRetries 1"]


def test_check_prints_what_is_in_force(lab):
    """-t prints each token with its value; used as a file, the output gives the same again."""
    host = lab.station(snmp=False)

    def effective(lines):
        result = host.run(host.daemon_command("-t", config=lines))
        assert result.returncode == 0, result.stdout + result.stderr
        return [line for line in result.stdout.splitlines() if not line.startswith("#")]
    printed = effective(EFFECTIVE)
    assert sorted(printed) == sorted(EFFECTIVE)
    assert effective(printed) == printed
    # Tokens that are not set have their defaults; each is printed once.
    defaults = effective([])
    tokens = [line.split()[0] for line in defaults]
    assert len(tokens) == len(set(tokens))
    for line in ("interval 30s", "window 3s", "probes 3", "misses 3", "retention 7d",
                 "maxManagers 10000", "sourcePort auto", "sourceMatch no", "notifications yes",
                 "notificationRate 200", "eventLog 256", "hops 1", f"group {GROUP}",
                 f"port {PORT}", "announceFirst yes"):
        assert line in defaults, defaults
    assert effective(defaults) == defaults
    # The last value of a token is printed, in its usual form.
    assert "interval 2m" in effective(["INTERVAL 120", "window 1"])
    assert "misses 9" in effective(["misses 3", "misses 9"])
