# SPDX-License-Identifier: BSD-2-Clause
"""The advice of ldm-agentx(8), "NETWORK": firewalls, switches, two interfaces on one subnet.

Its commands are run as they are printed; without them discovery fails.
"""

import json
import re
import shutil
import subprocess

import pytest

from lab import GROUP, addresses, program, wait_for
from newcomer import recipes

MODES = {"source": "198.18.1.1", "fixed": "198.18.2.1", "multicast": "198.18.3.1"}

# A usual rule set to start with: drop all except answers to requests of this host.
FILTERS = {"nft": """nft -f - <<'EOF'
table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif lo accept
		ct state established,related accept
	}
	chain output {
		type filter hook output priority filter; policy drop;
		oif lo accept
	}
}
EOF
""", "iptables": """
iptables -P INPUT DROP
iptables -P OUTPUT DROP
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables -A OUTPUT -o lo -j ACCEPT
"""}


def type_in(host, commands):
    result = host.run(["sh", "-ec", "\n".join(commands)])
    assert result.returncode == 0, f"{commands}\n{result.stderr}"
    return result.stdout


@pytest.fixture
def network(lab):
    """A host to discover from, and one of managers for each way of answering, on bridge br0."""
    responders = []
    lab.segment("br0")
    for number, (mode, first) in enumerate(MODES.items(), 2):
        host = lab.host(mode, ("br0", f"198.18.0.{number}/24"))
        responders.append(host.responder("-n", 2, "-a", first, "-r", mode))
    lab.asked = lambda: sum(len(responder.requests()) for responder in responders)
    return lab


def everybody():
    return [address for first in MODES.values() for address in addresses(first, 2)]


def scanned(host, *args):
    result = host.scan("-w", "600ms", *args)
    assert result.returncode in (0, 1), result.stderr
    return [line.split()[0] for line in result.stdout.splitlines()[1:]]


@pytest.mark.parametrize("tool", FILTERS)
def test_firewall(network, tool):
    """With the rules all managers are found; without them none is, connection tracking or not."""
    if shutil.which(tool) is None:
        pytest.skip(f"no {tool} here")
    host = network.host("station", ("br0", "198.18.0.1/24"))
    rules = recipes(tool)[0]
    type_in(host, [FILTERS[tool]])
    assert scanned(host) == []
    assert network.asked() == 0
    type_in(host, [rule for rule in rules if " output " in rule.lower()])
    assert scanned(host) == []
    assert network.asked() > 0
    type_in(host, rules)
    assert scanned(host) == everybody()
    assert scanned(host, "-s", "fixed") == everybody()
    # Every manager is heard in every round.
    daemon = host.daemon(config=["misses 1"], interval="400ms", window="200ms")
    for address in everybody():
        daemon.wait_output(rf"{re.escape(address)} .* appeared", 20)
    before = network.asked()
    wait_for(lambda: network.asked() > before + 3 * 3 * 5, 30, "some more rounds")
    assert daemon.lines("disappeared") == []


def test_firewall_and_ephemeral_port(network):
    """Answers to the kernel's port need the third rule, which trusts their subnet."""
    host = network.host("station", ("br0", "198.18.0.1/24"))
    usual, ephemeral = recipes("nft")
    type_in(host, [FILTERS["nft"], *usual])
    by_port = set(addresses(MODES["source"], 2))
    assert by_port.isdisjoint(scanned(host, "-s", "ephemeral"))
    type_in(host, ephemeral)
    assert by_port.issubset(scanned(host, "-s", "ephemeral"))


@pytest.fixture
def switch(network):
    """br0 as a switch with snooping and a querier, with seconds in place of minutes.
    Returns a function: the hosts whose joins it knows."""
    (querier,), (listing,) = recipes("ip link") + recipes("bridge")
    subprocess.run("ip link set dev br0 type bridge mcast_snooping 1 mcast_query_interval 100 "
                   "mcast_startup_query_interval 50 mcast_query_response_interval 50 "
                   "mcast_membership_interval 400".split(), check=True)
    subprocess.run(["sh", "-ec", querier], check=True)

    def joined():
        lines = subprocess.run(["sh", "-ec", listing], check=True, capture_output=True, text=True)
        return set(re.findall(rf"port (\w+)-eth0 grp {re.escape(GROUP)}", lines.stdout))
    wait_for(lambda: joined() == set(MODES), 20, "the managers' joins to be known")
    return joined


def test_snooping(network, switch):
    """A switch forgets a host that hears no queries, and then answers to the group are lost;
    the rules for IGMP let them in."""
    host = network.host("station", ("br0", "198.18.0.1/24"))
    rules = recipes("nft")[0]
    queries, = [rule for rule in rules if " input " in rule and " igmp " in rule]
    type_in(host, [FILTERS["nft"], *(rule for rule in rules if rule != queries)])
    # A join is reported once, and not again within ten seconds.
    type_in(host, ["sysctl -w net.ipv4.igmp_qrv=1"])
    membership, = recipes("ip maddress")
    assert GROUP not in type_in(host, membership)
    # Not from port 64535, which the other scans would then leave to this one.
    live = host.start("ldm-scan", [program("ldm-scan"), "-l", "-v", "-s", "ephemeral"])
    live.wait_output("eth0: used")
    wait_for(lambda: GROUP in type_in(host, membership), 5, "the membership")
    wait_for(lambda: "station" in switch(), 10, "the switch to know of it")
    wait_for(lambda: "station" not in switch(), 20, "the switch to forget it")
    assert scanned(host) == addresses(MODES["source"], 2) + addresses(MODES["fixed"], 2)
    type_in(host, [queries])
    wait_for(lambda: "station" in switch(), 20, "the switch to know of it again")
    assert scanned(host) == everybody()


def test_querier_is_seen(network, switch):
    """tcpdump as in the manual ends with the querier's next query."""
    if shutil.which("tcpdump") is None or "--reuid=65534" not in network.ordinary_user():
        pytest.skip("no tcpdump here, or no user that it could become")
    host = network.host("station", ("br0", "198.18.0.1/24"))
    look, = recipes("tcpdump")
    assert "igmp query" in type_in(host, look)


def test_two_interfaces_on_one_subnet(network):
    """Strict filtering loses answers; with the settings each interface hears its own."""
    host = network.host("station", ("br0", "198.18.0.1/24"), ("br0", "198.18.0.9/24"))
    managers = network.hosts[:-1]

    def heard_on(interface):
        """{address: interface it was heard on} of a scan by one interface."""
        lines = host.scan("-j", "-w", "600ms", "-i", interface).stdout.splitlines()
        return {found["address"]: found["interface"] for found in map(json.loads, lines)}

    type_in(host, ["sysctl -w net.ipv4.conf.all.rp_filter=1"])
    # Of two interfaces that answer ARP requests for eth0's address, eth1 was the faster one.
    for manager in managers:
        for address in ("198.18.0.1", "198.18.0.9"):
            manager.ip("neigh", "replace", address, "dev", "eth0", "lladdr", mac(host, "eth1"),
                       "nud", "reachable")
    by_group = addresses(MODES["multicast"], 2)
    assert heard_on("eth0") == dict.fromkeys(by_group, "eth0")
    assert heard_on("eth1") == {}

    settings, = recipes("sysctl -w")
    type_in(host, [setting for setting in settings if "rp_filter" in setting])
    assert heard_on("eth0") == {address: "eth0" if address in by_group else "eth1"
                                for address in everybody()}
    assert heard_on("eth1") == dict.fromkeys(everybody(), "eth1")

    type_in(host, settings)
    for manager in managers:
        manager.ip("neigh", "flush", "dev", "eth0")
    for interface in ("eth0", "eth1"):
        assert heard_on(interface) == dict.fromkeys(everybody(), interface)


def mac(host, interface):
    shown = json.loads(host.run(["ip", "-j", "link", "show", "dev", interface]).stdout)
    return shown[0]["address"]
