# SPDX-License-Identifier: BSD-2-Clause
"""Interfaces as on real hosts: too many, oddly named, behind a switch with snooping.

The log, -t, ldm-scan -v and ldmInterfaceReason give the reason why one is not used.
"""

import contextlib
import re
import signal
import socket
import subprocess

import pytest

from lab import GROUP, PORT, Daemon, addresses, ip, wait_for
from lab_mib import interface_rows

ETH_P_IP = 0x0800
THERE = addresses("198.18.0.1", 3)


def reasons(station):
    """{interface's name: (state, reason)}"""
    return {name: (row["ldmInterfaceState"], row["ldmInterfaceReason"].decode())
            for name, row in interface_rows(station).items()}


def named(station, column):
    """The names of the interfaces for which the column says true."""
    return {name for name, row in interface_rows(station).items() if row[column] == 1}


def unheard(station):
    return named(station, "ldmInterfaceUnheard")


def impaired(station):
    """(the interfaces that are impaired, how many are)"""
    return named(station, "ldmInterfaceImpaired"), station.value("ldmInterfacesImpaired")


def check_configuration(station, *config):
    """The lines of -t on interfaces."""
    result = station.run(station.daemon_command("-t", config=config))
    assert result.returncode == 0, result.stdout + result.stderr
    return [line for line in result.stdout.splitlines() if line.startswith("# ")]


def test_more_interfaces_than_descriptors(lab):
    """Some stay unused, which is logged, and the link to the master agent is restored."""
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", THERE[0])
    lines = []
    for i in range(1, 61):
        lines += [f"link add v{i} type veth peer name w{i}", f"addr add 198.19.{i}.1/24 dev v{i}",
                  f"link set v{i} up", f"link set w{i} up"]
    batch = lab.path / "batch"
    batch.write_text("\n".join(lines) + "\n")
    station.ip("-batch", str(batch))
    command = station.daemon_command(config=["interval 1s", "window 400ms"])
    daemon = station.start("ldm-agentx", ["sh", "-c", 'ulimit -n 44; exec "$@"', "sh", *command],
                           Daemon)
    station.wait_all_up(THERE)
    every = reasons(station)
    assert every["eth0"] == (1, "")
    refused = [name for name, (state, why) in every.items() if "descriptors" in why]
    assert refused and all(every[name][0] == 5 for name in refused)
    assert daemon.lines("v60: not used: .*descriptors")

    station.master.kill()
    daemon.wait_output("lost")
    station.master = station.snmpd()
    station.wait_all_up(THERE, 10)


def groups_known_to(bridge):
    return subprocess.run(["bridge", "mdb", "show", "dev", bridge], check=True,
                          capture_output=True, text=True).stdout


def passed_on(wire):
    """The number of UDP datagrams for the group received by a host that has not joined it."""
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            packet = wire.recv(2000)
            count += packet[9] == socket.IPPROTO_UDP and packet[16:20] == socket.inet_aton(GROUP)
    return count


def test_switch_that_snoops(lab):
    """The first request already finds all managers, also those that answer to the group."""
    station = lab.station(snmp=False)
    # With its own querier it forwards the group only to ports where it was reported.
    for option in ("mcast_snooping 1", "mcast_query_response_interval 10", "mcast_querier 1"):
        ip("link", "set", "red", "type", "bridge", *option.split())
    manager = lab.manager_host()
    manager.responder("-n", 3, "-a", THERE[0], "-r", "multicast", delay="0:0")
    wait_for(lambda: GROUP in groups_known_to("red"), 10, "the switch to know the managers")
    with lab.host("other", ("red", "198.18.254.9/24")).entered():
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        wire.bind(("eth0", ETH_P_IP))
        wire.setblocking(False)
    lab.sockets.append(wire)
    sender = manager.udp()
    manager.join(sender)

    def snoops():
        passed_on(wire)
        sender.sendto(b"", (GROUP, PORT))
        return passed_on(wire) == 0
    wait_for(snoops, 10, "the switch to snoop")

    scan = station.scan("-n", "1", "-w", "1s")
    found = [line.split()[0] for line in scan.stdout.splitlines()[1:]]
    assert found == THERE, scan.stdout + scan.stderr
    assert passed_on(wire) == 0


def test_names_that_are_no_interfaces(lab):
    """An alternative name may be used as a name; a message explains the label of an address."""
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", THERE[0])
    station.ip("link", "property", "add", "dev", "eth0", "altname", "a-name-longer-than-fifteen")
    station.ip("addr", "add", "198.18.254.9/24", "dev", "eth0", "label", "eth0:1")
    daemon = station.daemon(config=["interface a-name-longer-than-fifteen eth0:1 eth7"])
    station.wait_all_up(THERE)
    assert daemon.lines("'eth0:1' is the label of an address: name its interface, 'eth0'")
    assert daemon.lines("no interface 'eth7'")
    assert not daemon.lines("no interface 'a-name")

    said = check_configuration(station, "interface a-name-longer-than-fifteen eth0:1")
    assert any(line.startswith("# would use eth0 ") for line in said)
    assert any("'eth0:1' is the label" in line for line in said)
    scan = station.scan("-i", "eth0:1")
    assert scan.returncode == 2 and "is the label of an address" in scan.stderr
    scan = station.scan("-i", "a-name-longer-than-fifteen", "-w", "300ms", "-e", "3")
    assert scan.returncode == 0, scan.stderr


def test_interface_without_multicast(lab):
    """The reason is logged by default if the interface has an address."""
    station = lab.station()
    station.ip("link", "set", "eth0", "multicast", "off")
    daemon = station.daemon()
    daemon.wait_output("eth0: not used: .*no MULTICAST flag")
    daemon.wait_output("no interface can be used now")
    wait_for(lambda: "no MULTICAST flag" in reasons(station)["eth0"][1], 10, "the reason")
    assert reasons(station)["eth0"][0] == 6
    assert any(re.match("# would not use eth0: .*no MULTICAST flag", line)
               for line in check_configuration(station))
    scan = station.scan("-v")
    assert scan.returncode == 2
    assert re.search("eth0: .*no MULTICAST flag", scan.stderr)


def test_name_with_odd_octets(lab):
    """An interface's name can contain nearly any octet; it is shown in printable form."""
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", THERE[0])
    station.ip("link", "set", "eth0", "down")
    station.ip("link", "set", "eth0", "name", "e\x1b[31m\x07")
    station.ip("link", "set", "e\x1b[31m\x07", "up")
    daemon = station.daemon(interval="400ms", window="200ms", config=["misses 1"])
    station.wait_all_up(THERE)
    shown = r"e\x1b[31m\x07"
    assert reasons(station)[shown] == (1, "")
    daemon.wait_output(re.escape(shown) + ": used")
    assert any(shown in line for line in check_configuration(station))
    scan = station.scan("-v", "-w", "300ms")
    assert shown in scan.stdout and shown in scan.stderr
    station.ip("link", "set", "e\x1b[31m\x07", "down")
    wait_for(lambda: station.trapd.notifications("ldmDiscoveryImpaired"), 20, "Impaired")
    impaired = station.trapd.notifications("ldmDiscoveryImpaired")[0]
    assert impaired.objects["ldmEventReason"].decode() == shown + ": down"
    for text in (daemon.output(), scan.stdout, scan.stderr):
        assert "\x1b" not in text and "\x07" not in text


def test_answers_to_the_group_cannot_be_heard(lab):
    """Another program has bound the port exclusively: the interface is used, with this reason."""
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", THERE[0])
    with station.entered():
        selfish = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        selfish.bind(("0.0.0.0", PORT))
    lab.sockets.append(selfish)
    assert any("answers to the group could not be heard" in line
               for line in check_configuration(station))
    daemon = station.daemon()
    station.wait_all_up(THERE)
    what = "answers to the group cannot be heard: another program has bound the port"
    assert reasons(station)["eth0"] == (1, what)
    assert unheard(station) == {"eth0"}
    assert daemon.lines(f"eth0: used, but {what}")
    scan = station.scan("-v", "-w", "300ms")
    assert what in scan.stderr
    selfish.close()
    wait_for(lambda: reasons(station)["eth0"] == (1, ""), 10, "it to be heard again")
    daemon.wait_output(f"port {PORT} again")
    assert unheard(station) == set()


def test_impaired_and_restored(lab):
    """The interface on which managers were heard is impaired without a carrier; one that was never
    used is not."""
    station = lab.station(("red", "blue"))
    lab.manager_host().responder("-n", 3, "-a", THERE[0], delay="0:20")
    station.ip("link", "add", "idle0", "type", "veth", "peer", "name", "cut0")  # down
    kept = lab.path / "kept"
    kept.mkdir(mode=0o700)

    def start():
        return station.daemon(interval="400ms", window="200ms", config=[f"stateFile {kept}/state"])
    daemon = start()
    station.wait_all_up(THERE)
    assert impaired(station) == (set(), 0)

    # Nothing was heard on eth1.
    station.carrier("eth1", False)
    station.carrier("eth0", False)
    wait_for(lambda: station.trapd.notifications("ldmDiscoveryImpaired"), 20, "Impaired")
    assert impaired(station) == ({"eth0"}, 1)
    assert {name: row["ldmInterfaceState"] for name, row in interface_rows(station).items()
            if name != "lo"} == {"eth0": 3, "eth1": 3, "idle0": 2, "cut0": 2}

    # Also over a restart.
    daemon.end(signal.SIGTERM)
    start()
    wait_for(lambda: station.value("ldmInterfacesImpaired") == 1, 20, "the restart")
    assert impaired(station) == ({"eth0"}, 1)

    station.carrier("eth0", True)
    wait_for(lambda: station.trapd.notifications("ldmDiscoveryRestored"), 20, "Restored")
    assert impaired(station) == (set(), 0)
    station.wait_all_up(THERE)


def test_impaired_interface_that_is_removed(lab):
    """It has no row any more, but is counted."""
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", THERE[0], delay="0:20")
    station.daemon(interval="400ms", window="200ms")
    station.wait_all_up(THERE)
    station.ip("link", "del", "eth0")
    wait_for(lambda: station.value("ldmInterfacesImpaired") == 1, 20, "an impaired interface")
    assert impaired(station) == (set(), 1)
