# SPDX-License-Identifier: BSD-2-Clause
"""ldm-scan --diagnose: each of its findings, provoked on a host that has that fault."""

import json
import re
import socket
import struct
import subprocess
from pathlib import Path

import pytest

from lab import (GROUP, PORT, program, request_datagram, response_datagram, wait_for)

SOURCE = Path(__file__).resolve().parents[2]
KEYS = {"result", "finding", "interface", "found", "advice"}
WINDOW = "600ms"


def diagnose(host, *args, prefix=()):
    """({finding: [objects]}, exit status) of --diagnose."""
    result = host.run([*prefix, program("ldm-scan"), "--diagnose", "-j", "-w", WINDOW, *args])
    assert result.returncode in (0, 1) and result.stderr == "", result
    found = {}
    for line in result.stdout.splitlines():
        entry = json.loads(line)
        assert set(entry) == KEYS and entry["found"]
        assert (entry["advice"] is None) <= (entry["result"] in ("ok", "note"))
        found.setdefault(entry["finding"], []).append(entry)
    problems = [e for entries in found.values() for e in entries if e["result"] == "problem"]
    assert result.returncode == bool(problems)
    return found, result.returncode


def one(found, finding, result, interface=None):
    """The only finding of this name, checked."""
    assert finding in found, found
    entry, = found[finding]
    assert (entry["result"], entry["interface"]) == (result, interface), entry
    return entry


def problems(found):
    return sorted(name for name, entries in found.items()
                  if any(entry["result"] == "problem" for entry in entries))


@pytest.fixture
def healthy(lab):
    """A host on a segment with three managers that answer."""
    host = lab.station(snmp=False)
    lab.managers = lab.manager_host().responder("-n", 3)
    return host


def drop_all(host, hook):
    """Add a firewall without rules that drops what goes through this hook."""
    host.run(["nft", "-f", "-"], check=True,
             input="add table inet lab\nadd chain inet lab whole "
                   f"{{ type filter hook {hook} priority 0; policy drop; }}\n")


def sysctl(host, *settings):
    assert host.run(["sysctl", "-w", *settings]).returncode == 0


def other_socket(lab, number=9):
    """A socket on another host of the segment red, to send to the group."""
    host = lab.host(f"other{number}", ("red", f"198.18.254.{number}/24"))
    sock = host.udp(PORT)
    host.join(sock)
    return host, sock


def scanning(host, *args):
    """--diagnose in the background, with a window long enough to send to it meanwhile."""
    return host.start("ldm-scan", [program("ldm-scan"), "--diagnose", "-j", "-w", "3s", *args])


def results(process):
    process.wait()
    found = {}
    for line in process.lines():
        entry = json.loads(line)
        found.setdefault(entry["finding"], []).append(entry)
    return found


# Nothing wrong

def test_healthy(lab, healthy):
    """Where managers answer there is no problem, and the status says so."""
    found, status = diagnose(healthy)
    assert status == 0 and problems(found) == []
    assert "198.18.254.1" in one(found, "usable", "ok", "eth0")["found"]
    assert GROUP in one(found, "usable", "ok", "eth0")["found"]
    assert "3 requests" in one(found, "requests", "ok", "eth0")["found"]
    assert one(found, "answers", "ok")["found"].startswith("3 managers, with 9 answers by unicast "
                                                           "and 0 to the group")


@pytest.mark.parametrize("mode, words", [("multicast", "0 answers by unicast and 9 to the group"),
                                         ("both", "9 answers by unicast and 9 to the group")])
def test_way_of_answers(lab, mode, words):
    """Whether answers come to the group or by unicast is told."""
    host = lab.station(snmp=False)
    lab.manager_host().responder("-n", 3, "-r", mode)
    found, _ = diagnose(host)
    assert words in one(found, "answers", "ok")["found"]


def test_quiet_and_text(lab, healthy):
    """-q only sets the status; the text has the result, the interface and the advice."""
    assert healthy.scan("--diagnose", "-q", "-w", WINDOW).stdout == ""
    lab.managers.command("off", "all")
    text = healthy.scan("-d", "-w", WINDOW)
    assert text.returncode == 1
    assert re.search(r"^ok        eth0: 198\.18\.254\.1, ", text.stdout, re.M)
    assert re.search(r"^problem   no manager answered\n {10}If there is a problem", text.stdout, re.M)
    assert max(map(len, text.stdout.splitlines())) < 100
    assert healthy.scan("--diagnose", "-q", "-w", WINDOW).returncode == 1
    for option in (["-l"], ["-e", "3"]):
        refused = healthy.scan("--diagnose", *option)
        assert refused.returncode == 2 and "-d cannot be used" in refused.stderr


# Interfaces

def test_no_interface(lab):
    """A host with nothing but lo."""
    found, _ = diagnose(lab.host("lonely"))
    one(found, "noInterface", "problem")
    assert problems(found) == ["noInterface"]


def test_unusable_interfaces(lab, healthy):
    """They are notes while another interface is usable, and problems if named."""
    lab.segment("blue")
    for name in ("eth1", "eth2", "eth3", "eth4"):
        healthy.plug("blue", name, "198.18.253.1/24" if name != "eth3" else None)
    healthy.ip("link", "set", "eth1", "down")
    healthy.carrier("eth2", False)
    healthy.ip("link", "set", "eth4", "multicast", "off")
    wait_for(lambda: "NO-CARRIER" in healthy.run(["ip", "link", "show", "eth2"]).stdout, 5,
             "the carrier's loss to be noticed")
    found, status = diagnose(healthy)
    assert status == 0
    assert one(found, "down", "note", "eth1")["advice"].endswith("ip link set dev eth1 up")
    one(found, "noCarrier", "note", "eth2")
    one(found, "noAddress", "note", "eth3")
    one(found, "noMulticast", "note", "eth4")
    found, _ = diagnose(healthy, "-i", "eth[0-4]")
    assert problems(found) == ["down", "noAddress", "noCarrier"]
    assert "used, but" in one(found, "noMulticast", "note", "eth4")["found"]
    found, _ = diagnose(healthy, "-i", "!eth1", "-i", "!eth2", "-i", "eth[034]", "-i", "nosuch0")
    assert {entry["interface"] for entry in found["excluded"]} >= {"eth1", "eth2"}
    assert "nosuch0" in one(found, "noMatch", "problem")["found"]


def test_unsuitable_interface(lab, healthy):
    """A point-to-point interface has to be named."""
    if healthy.run("ip tuntap add tun1 mode tun".split()).returncode != 0:
        pytest.skip("only root can open /dev/net/tun")
    found, status = diagnose(healthy)
    assert status == 0 and "point-to-point" in one(found, "unsuitable", "note", "tun1")["found"]
    found, _ = diagnose(healthy, "-i", "tun1")
    assert "unsuitable" not in found and problems(found) == ["down", "noInterface"]


def test_vrf(lab, healthy):
    """An interface in a VRF, whose datagrams other sockets do not receive."""
    if healthy.run("ip link add vrf-blue type vrf table 10".split()).returncode != 0:
        pytest.skip("this kernel has no VRFs")
    healthy.ip("link", "set", "vrf-blue", "up")
    healthy.ip("link", "set", "eth0", "master", "vrf-blue")
    found, _ = diagnose(healthy)
    assert "udp_l3mdev_accept" in one(found, "vrf", "problem", "eth0")["found"]
    sysctl(healthy, "net.ipv4.udp_l3mdev_accept=1")
    found, _ = diagnose(healthy)
    assert "vrf" not in found
    one(found, "usable", "ok", "eth0")


def test_membership_limit(lab, healthy):
    """igmp_max_memberships does not permit to join."""
    sysctl(healthy, "net.ipv4.igmp_max_memberships=0")
    found, _ = diagnose(healthy)
    assert "igmp_max_memberships is 0" in one(found, "membershipLimit", "problem", "eth0")["found"]
    assert problems(found) == ["membershipLimit", "noInterface"]


def test_not_joined(lab, healthy):
    """Another error: too few descriptors are left."""
    found, _ = diagnose(healthy, prefix=["sh", "-c", 'ulimit -n 16; exec "$@"', "sh"])
    assert "descriptors" in one(found, "notJoined", "problem", "eth0")["found"]


# The port, and requests

def test_port_held(lab, healthy):
    """A program that does not share the port is named to root; others are told its user."""
    with healthy.entered():
        rival = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rival.bind(("0.0.0.0", PORT))
    with rival:
        found, _ = diagnose(healthy)
        assert re.search(r"held by \S+ \(process \d+\)", one(found, "portHeld", "problem")["found"])
        user = lab.ordinary_user()
        lab.public_copy("ldm-scan")
        result = healthy.run([*user, str(lab.path / "ldm-scan"), "-d", "-j", "-w", WINDOW])
        held, = [json.loads(line) for line in result.stdout.splitlines() if "portHeld" in line]
        assert "(process" not in held["found"] or "--reuid=65534" not in user
    assert problems(found) == ["portHeld"]


def test_port_shared(lab, healthy):
    """A program that shares the port is a note."""
    sock = healthy.udp(PORT)
    found, status = diagnose(healthy)
    assert status == 0 and "also used by" in one(found, "portShared", "note")["found"]
    sock.close()
    assert "portShared" not in diagnose(healthy)[0]


def test_sending(lab, healthy):
    """A firewall that drops what is sent: EPERM, and the policy is shown."""
    drop_all(healthy, "output")
    found, _ = diagnose(healthy)
    assert "not permitted" in one(found, "notSent", "problem", "eth0")["found"]
    assert "table lab, chain whole" in one(found, "outputPolicy", "note")["found"]


def test_requests_lost(lab, healthy):
    """A firewall that drops what arrives: own requests are not looped back."""
    drop_all(healthy, "input")
    found, _ = diagnose(healthy)
    lost = one(found, "requestLost", "problem", "eth0")
    assert lost["found"].startswith("3 of 3 requests sent did not")
    assert "chain whole drops" in one(found, "inputPolicy", "note")["found"]
    assert problems(found) == ["noAnswers", "requestLost"]


def test_one_request_lost(lab, healthy):
    """A firewall that accepts what comes from the well-known port only."""
    healthy.run(["nft", "-f", "-"], check=True,
                input="add table inet lab\nadd chain inet lab some "
                      "{ type filter hook input priority 0; }\nadd rule inet lab some "
                      f"ip saddr 198.18.254.1 udp sport != {PORT} udp dport {PORT} drop\n")
    found, _ = diagnose(healthy)
    lost = one(found, "requestLost", "problem", "eth0")
    assert lost["found"].startswith("1 of 3 requests sent did not")
    assert problems(found) == ["requestLost"]


def test_unprivileged(lab, healthy):
    """What needs privileges is told, and is no problem."""
    lab.public_copy("ldm-scan")
    result = healthy.run([*lab.ordinary_user(), str(lab.path / "ldm-scan"), "--diagnose", "-j",
                          "-w", WINDOW])
    found = {}
    for line in result.stdout.splitlines():
        found.setdefault(json.loads(line)["finding"], []).append(json.loads(line))
    assert result.returncode == 0
    assert "CAP_NET_RAW" in one(found, "queriesUnread", "unknown")["found"]
    assert "CAP_NET_ADMIN" in one(found, "firewallUnread", "unknown")["found"]
    one(found, "answers", "ok")


# Routing and switches

def test_two_interfaces_on_a_subnet(lab, healthy):
    """Strict reverse path filtering is a problem, ARP flux is a note."""
    healthy.plug("red", "eth1", "198.18.254.101/24")
    sysctl(healthy, "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.eth0.rp_filter=0",
           "net.ipv4.conf.eth1.rp_filter=1")
    found, _ = diagnose(healthy)
    entry = one(found, "reversePath", "problem", "eth1")
    assert "eth0" in entry["found"] and "conf.eth1.rp_filter=2" in entry["advice"]
    assert {entry["interface"] for entry in found["arpFlux"]} == {"eth0", "eth1"}
    sysctl(healthy, "net.ipv4.conf.eth1.rp_filter=2", "net.ipv4.conf.all.arp_ignore=1")
    found, status = diagnose(healthy)
    assert status == 0 and "reversePath" not in found and "arpFlux" not in found


def test_silent_interface(lab):
    """An interface without managers, while another one has some."""
    host = lab.station(("red", "blue"), snmp=False)
    lab.manager_host("red").responder()
    found, status = diagnose(host)
    assert status == 0
    one(found, "silentLink", "note", "eth1")
    assert "arpFlux" not in found  # another subnet


def test_snooping_bridge(lab, healthy):
    """A bridge of the host that snoops without being a querier."""
    healthy.ip("link", "add", "br0", "type", "bridge", "mcast_snooping", "1", "mcast_querier", "0")
    healthy.ip("link", "set", "eth0", "master", "br0")
    healthy.ip("addr", "flush", "dev", "eth0")
    healthy.ip("addr", "add", "198.18.254.1/24", "dev", "br0")
    healthy.ip("link", "set", "br0", "up")
    wait_for(lambda: "state UP" in healthy.run(["ip", "link", "show", "br0"]).stdout, 5, "br0")
    found, _ = diagnose(healthy)
    assert "dev br0 type bridge mcast_querier 1" in one(found, "snooping", "note", "br0")["advice"]
    healthy.ip("link", "set", "dev", "br0", "type", "bridge", "mcast_querier", "1")
    assert "snooping" not in diagnose(healthy)[0]


def test_queries(lab, healthy):
    """IGMP queries are heard, or not."""
    one(diagnose(healthy)[0], "noQueries", "note")
    subprocess.run("ip addr add 198.18.254.200/24 dev red".split(), check=True)
    for option in ("mcast_snooping 1", "mcast_query_use_ifaddr 1", "mcast_query_interval 50",
                   "mcast_startup_query_interval 50", "mcast_querier 1"):
        subprocess.run(["ip", "link", "set", "dev", "red", "type", "bridge", *option.split()],
                       check=True)

    # The end of each scan, a leave, delays the next query by a second.
    def heard():
        return diagnose(healthy, "-w", "3s")[0].get("queries")
    entry, = wait_for(heard, 20, "a query")
    assert entry["result"] == "ok" and "198.18.254.200" in entry["found"]
    assert entry["interface"] == "eth0"


# Other hosts

def test_mac_collision_traffic(lab, healthy):
    """Each host that sends it, and does not answer, is a problem; one that answers is fine."""
    socks = [other_socket(lab, number)[1] for number in (8, 9)]
    process = scanning(healthy)
    lab.managers.wait_requests(1, 10)
    for sock in socks:
        for datagram in (request_datagram(0, 0x144FF0001), request_datagram(1, 0x144FF0001)):
            sock.sendto(datagram, (GROUP, PORT))
    found = results(process)["notAnswering"]
    assert {entry["found"].split()[0] for entry in found} == {"198.18.254.8", "198.18.254.9"}
    assert len(found) == 2
    for sock in socks:
        sock.close()
    process = scanning(healthy)
    lab.managers.wait_requests(1, 10)
    lab.hosts[-1].responder("-m", "-a", "198.18.9.1")
    found = results(process)
    assert "198.18.254.9" in one(found, "macTraffic", "ok", "eth0")["found"]
    assert "notAnswering" not in found


def test_other_discoverer(lab, healthy):
    """Another program that sends requests is a note, on another host or this one."""
    _, sock = other_socket(lab)
    own = healthy.udp(0)
    healthy.join(own)
    process = scanning(healthy)
    lab.managers.wait_requests(1, 10)
    for sender in (sock, own):
        sender.sendto(request_datagram(), (GROUP, PORT))
    found = results(process)
    texts = sorted(entry["found"] for entry in found["otherDiscoverer"])
    assert texts == ["198.18.254.9 also sends discovery requests (1)",
                     "another program on this host, 198.18.254.1 also sends discovery requests (1)"]
    assert process.wait() == 0


def test_refused_answers(lab, healthy):
    """What is refused is told with its source and the reason."""
    _, sock = other_socket(lab)
    process = scanning(healthy)
    lab.managers.wait_requests(1, 10)
    for datagram in (response_datagram("198.18.9.9", port=0),
                     response_datagram("198.18.9.9", port=0), response_datagram("0.0.0.0"),
                     struct.pack(">II", 1, 2).ljust(312, b"\0"), b"short"):
        sock.sendto(datagram, (GROUP, PORT))
    found = results(process)
    texts = {entry["found"] for entry in found["refused"]}
    assert texts == {"refused from 198.18.254.9 (2): malformed: "
                     "port is not in 1..65535",
                     "refused from 198.18.254.9 (1): malformed: address is in 0.0.0.0/8",
                     "refused from 198.18.254.9 (1): bad magic",
                     "refused from 198.18.254.9 (1): short"}
    assert process.wait() == 1


def test_kernel_drops(lab, healthy):
    """What the kernel drops, here because of its checksum, is a note, and otherwise a warning."""
    host, _ = other_socket(lab)
    with host.entered():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    lab.sockets.append(raw)
    host.join(raw)
    answer = response_datagram("198.18.9.9")
    bad = struct.pack(">HHHH", PORT, PORT, 8 + len(answer), 1) + answer
    for args, words in ((["-d", "-j"], "the kernel dropped datagrams (1): "),
                        ([], "ldm-scan: warning: the kernel dropped datagrams (1): ")):
        process = healthy.start("ldm-scan", [program("ldm-scan"), *args, "-w", "3s"])
        lab.managers.wait_requests(1, 10)
        raw.sendto(bad, (GROUP, PORT))
        assert process.wait() == 0
        assert len(process.lines(re.escape(words))) == 1, process.output()
        assert len(process.lines('"kernelDrops"')) == len(args) / 2


def test_no_answers(lab, healthy):
    """Nobody answers, though nothing is wrong on this host."""
    lab.managers.command("off", "all")
    found, _ = diagnose(healthy)
    assert problems(found) == ["noAnswers"]


# The list of findings

def findings_of_source():
    text = (SOURCE / "src" / "scan" / "finding.c").read_text()
    return set(re.findall(r"\[FINDING_\w+\]\s*=\s*\{\s*\"(\w+)\"", text))


def test_findings_are_documented_and_provoked():
    """Each finding is in the manual, with nothing else, and in a test above."""
    manual = (SOURCE / "src" / "ldm-scan.1").read_text()
    section = re.search(r"^The findings are:\n(.*?)^\.Sh ", manual, re.M | re.S)[1]
    findings = findings_of_source()
    assert len(findings) > 30
    assert set(re.findall(r"^\.It Cm (\w+)", section, re.M)) == findings
    tests = Path(__file__).read_text()
    assert [name for name in sorted(findings) if f'"{name}"' not in tests] == []
