# SPDX-License-Identifier: BSD-2-Clause
"""Which answers are accepted, and which interfaces are used.

The access list is tried with every pair of announced and source address.
ldmInterfaceTable shows why an interface is not used; one that is added later is used
from the next round on.
"""

import itertools

import pytest

from lab import NO_INSTANCE, PORT, UP, addresses, mib, response_datagram, wait_for
from lab_mib import interface_rows, reload, wait_first_round, wait_rounds

USABLE, LINK_DOWN, NO_CARRIER, NO_ADDRESS, NOT_JOINED, UNSUITABLE, EXCLUDED = range(1, 8)

LINES = ["interval 600s", "window 200ms", "retention 0"]

# Announced addresses and sources; every pair is tried with every list.
ANNOUNCED = ["198.18.0.7", "198.18.0.66", "198.18.66.1", "192.0.2.7", "198.18.254.66"]
SOURCES = ["198.18.254.2", "198.18.254.66"]
EVERY_PAIR = set(itertools.product(ANNOUNCED, SOURCES))


def announcing(*announced):
    return set(itertools.product(announced, SOURCES))


def coming_from(*sources):
    return set(itertools.product(ANNOUNCED, sources))


# (lines of configuration, the pairs of announced address and source that are accepted)
MATRIX = [
    ([], EVERY_PAIR),
    # A list that only denies accepts the rest.
    (["deny 198.18.66.0/24"], EVERY_PAIR - announcing("198.18.66.1")),
    (["deny 198.18.0.66"], EVERY_PAIR - announcing("198.18.0.66")),
    (["deny 198.18.254.66"], coming_from("198.18.254.2") - announcing("198.18.254.66")),
    (["deny 0.0.0.0/0"], set()),
    # With any accept line the rest is denied; both addresses have to pass.
    (["accept 198.18.0.0/16"], EVERY_PAIR - announcing("192.0.2.7")),
    (["accept 198.18.0.0/24"], set()),
    (["accept 198.18.0.0/24", "accept 198.18.254.2"],
     {("198.18.0.7", "198.18.254.2"), ("198.18.0.66", "198.18.254.2")}),
    (["accept 0.0.0.0/0"], EVERY_PAIR),
    (["accept 192.0.0.0/3"], EVERY_PAIR),
    (["accept 128.0.0.0/1", "deny 0.0.0.0/0"], EVERY_PAIR),
    (["accept 198.18.0.6/31", "accept 198.18.254.0/24"],
     announcing("198.18.0.7", "198.18.254.66")),
    # The first match decides.
    (["deny 198.18.0.66", "accept 198.18.0.0/16"],
     EVERY_PAIR - announcing("198.18.0.66", "192.0.2.7")),
    (["accept 198.18.0.0/16", "deny 198.18.0.66"], EVERY_PAIR - announcing("192.0.2.7")),
    (["deny 198.18.0.0/24", "accept 198.18.0.7"], set()),
    (["accept 198.18.0.7", "deny 198.18.0.0/24", "accept 198.18.0.0/16"],
     EVERY_PAIR - announcing("198.18.0.66", "192.0.2.7")),
    (["deny 198.18.254.66", "accept 0.0.0.0/0"],
     coming_from("198.18.254.2") - announcing("198.18.254.66")),
    # sourceMatch is checked before the list, which still applies.
    (["sourceMatch yes"], {("198.18.254.66", "198.18.254.66")}),
    (["sourceMatch no"], EVERY_PAIR),
    (["sourceMatch yes", "deny 198.18.254.66"], set()),
    (["sourceMatch yes", "accept 198.18.0.0/16"], {("198.18.254.66", "198.18.254.66")}),
    (["sourceMatch yes", "accept 198.18.0.0/24"], set()),
]


def test_matrix(lab):
    """Each pair of announced and source address, with each list: accepted, or counted as denied."""
    station = lab.station()
    host = lab.host("peer", ("red", "198.18.254.2/24"))
    host.ip("addr", "add", "198.18.254.66/24", "dev", "eth0")
    sockets = {source: host.udp(0, source) for source in SOURCES}
    daemon = station.daemon(config=LINES[2:], interval="600s", window="200ms")
    wait_first_round(station)
    counters = [f"{mib().oid(name)}.0"
                for name in ("ldmDatagramsUnconfirmed", "ldmDatagramsDenied")]
    faults = []
    for rules, believed in MATRIX:
        reload(daemon, LINES + rules)
        for announced, source in sorted(EVERY_PAIR):
            before = station.get(*counters)
            sockets[source].sendto(response_datagram(announced), ("198.18.254.1", PORT))
            after = wait_for(lambda: (now := station.get(*counters)) != before and now, 10,
                             f"the verdict on {announced} from {source} with {rules}")
            change = [later - sooner for later, sooner in zip(after, before)]
            if change != ([1, 0] if (announced, source) in believed else [0, 1]):
                faults.append((rules, announced, source, change))
    assert faults == []


def test_denied_are_no_managers(lab):
    """A denied manager has no row; an existing row is removed without being reported as down."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 4, "-a", "198.18.0.1", delay="0:20")
    lines = ["interval 500ms", "window 200ms", "misses 2"]
    daemon = station.daemon(config=[*lines[2:], "deny 198.18.0.2"], interval="500ms",
                            window="200ms")
    allowed = ["198.18.0.1", "198.18.0.3", "198.18.0.4"]
    station.wait_all_up(allowed)
    seen = len(responder.requests())
    wait_rounds(station, 4)
    assert list(station.statuses()) == allowed
    assert station.value("ldmManagersUnconfirmed") == 0
    assert station.value("ldmDatagramsDenied") >= len(responder.requests()) - seen - 1 > 0

    reload(daemon, lines + ["deny 198.18.0.3"])
    assert station.status("198.18.0.3") == NO_INSTANCE
    assert daemon.lines("removed.*accept or deny")
    wait_for(lambda: station.status("198.18.0.2") == UP, 20, "the other one to be up")
    wait_rounds(station, 4)
    assert list(station.statuses()) == ["198.18.0.1", "198.18.0.2", "198.18.0.4"]
    reload(daemon, lines)
    station.wait_all_up(addresses("198.18.0.1", 4))
    assert station.trapd.disappeared() == []
    wait_for(lambda: len(station.trapd.appeared("198.18.0.3")) == 2, 10, "it to be new again")


def test_source_match(lab):
    """With sourceMatch only managers that answer from the announced address are found."""
    station = lab.station()
    host = lab.manager_host()
    host.responder("-n", 1, "-a", "198.18.254.2", delay="0:20")
    host.responder("-n", 2, "-a", "198.18.0.1", delay="0:20")
    daemon = station.daemon(config=["sourceMatch yes"], interval="500ms", window="200ms")
    station.wait_all_up(["198.18.254.2"])
    wait_rounds(station, 3)
    assert list(station.statuses()) == ["198.18.254.2"]
    reload(daemon, ["interval 500ms", "window 200ms"])
    station.wait_all_up(["198.18.0.1", "198.18.0.2", "198.18.254.2"])


def state(station, interface):
    row = interface_rows(station).get(interface)
    return row and row["ldmInterfaceState"]


def test_why_an_interface_is_not_used(lab):
    """The table shows each interface with its state, and why it is not used."""
    station = lab.station(("red", "blue"))
    station.plug(lab.segment("green"), "eth2", "198.18.253.1/24")
    lab.manager_host("blue").responder("-n", 2, "-a", "198.18.128.1", delay="0:20")
    lab.manager_host("red").responder("-n", 1, "-a", "198.18.0.1", delay="0:20")
    station.ip("link", "set", "eth1", "down")
    station.daemon(config=["interface eth0 eth1 late0 !eth2"], interval="700ms", window="250ms")
    station.wait_all_up(["198.18.0.1"])

    rows = interface_rows(station)
    assert set(rows) == {"lo", "eth0", "eth1", "eth2"}
    assert {name: row["ldmInterfaceState"] for name, row in rows.items()} == {
        "lo": EXCLUDED, "eth0": USABLE, "eth1": LINK_DOWN, "eth2": EXCLUDED}
    assert rows["eth0"]["ldmInterfaceReason"] == b""
    assert rows["eth0"]["ldmInterfaceAddress"] == "198.18.254.1"
    assert rows["eth0"]["ldmInterfaceManagersUp"] == 1
    assert rows["eth0"]["ldmInterfaceRequests"] > 0 < rows["eth0"]["ldmInterfaceResponses"]
    assert b"down" in rows["eth1"]["ldmInterfaceReason"]
    assert b"configuration" in rows["eth2"]["ldmInterfaceReason"]
    for name in ("lo", "eth1", "eth2"):
        assert rows[name]["ldmInterfaceReason"] and rows[name]["ldmInterfaceRequests"] == 0

    # One reason after the other, until it can be used.
    station.ip("addr", "flush", "dev", "eth1")
    station.carrier("eth1", False)
    station.ip("link", "set", "eth1", "up")
    wait_for(lambda: state(station, "eth1") == NO_CARRIER, 10, "no carrier")
    assert b"carrier" in interface_rows(station)["eth1"]["ldmInterfaceReason"]
    station.carrier("eth1", True)
    wait_for(lambda: state(station, "eth1") == NO_ADDRESS, 10, "no address")
    assert b"address" in interface_rows(station)["eth1"]["ldmInterfaceReason"]
    assert interface_rows(station)["eth1"]["ldmInterfaceAddress"] == "0.0.0.0"
    assert station.status("198.18.128.1") != UP
    station.ip("addr", "add", "198.18.255.1/24", "dev", "eth1")
    rounds = station.value("ldmDiscoveryRounds")
    station.wait_all_up(["198.18.0.1", "198.18.128.1", "198.18.128.2"])
    # The round under way, or just beginning, does not count.
    assert station.value("ldmDiscoveryRounds") <= rounds + 2
    row = interface_rows(station)["eth1"]
    assert (row["ldmInterfaceState"], row["ldmInterfaceReason"]) == (USABLE, b"")
    assert row["ldmInterfaceAddress"] == "198.18.255.1"
    wait_for(lambda: interface_rows(station)["eth1"]["ldmInterfaceManagersUp"] == 2, 10, "both")


def test_interface_that_appears_later(lab):
    """A new interface has a row and is used by the next round; a removed one has no row."""
    station = lab.station(("red", "blue"))
    responder = lab.manager_host("blue").responder("-n", 2, "-a", "198.18.128.1", delay="0:20")
    station.daemon(config=["interface late*"], interval="2s", window="600ms")
    wait_first_round(station)
    assert state(station, "late0") is None and state(station, "eth0") == EXCLUDED
    for turn in (1, 2):
        rounds = station.value("ldmDiscoveryRounds")
        seen = len(responder.requests())
        station.plug("blue", "late0", "198.18.255.9/24")
        wait_for(lambda: state(station, "late0") == USABLE, 10, "its row")
        wait_for(lambda: len(responder.requests()) > seen, 10, "the first request there")
        assert station.value("ldmDiscoveryRounds") <= rounds + 1
        station.wait_all_up(addresses("198.18.128.1", 2))
        assert station.value("ldmDiscoveryRounds") <= rounds + 2
        requests = interface_rows(station)["late0"]["ldmInterfaceRequests"]
        # The counters continue if an interface is replaced by one with the same name.
        assert requests >= turn
        station.ip("link", "del", "late0")
        wait_for(lambda: state(station, "late0") is None, 10, "the row to go")
    assert station.trapd.disappeared() == []


@pytest.mark.parametrize("pattern, used", [
    (None, {"eth0", "eth1", "net0"}),
    ("interface eth*", {"eth0", "eth1"}),
    ("interface !eth1", {"eth0", "net0"}),
    ("interface eth* !eth1", {"eth0"}),
    ("interface !eth* eth1", {"eth1"}),
    ("interface [en]*0", {"eth0", "net0"}),
    ("interface *", {"eth0", "eth1", "net0", "lo"}),
    ("interface * !lo", {"eth0", "eth1", "net0"}),
    ("interface lo", {"lo"}),
    ("interface nothing", set()),
])
def test_interface_patterns(lab, pattern, used):
    """Patterns and exclusions decide as documented; -t and the table agree."""
    station = lab.station(("red", "blue"))
    station.plug(lab.segment("green"), "net0", "198.18.253.1/24")
    config = [pattern] if pattern else []
    checked = station.run(station.daemon_command("-t", config=config))
    assert checked.returncode == 0
    named = {line.split()[3] for line in checked.stdout.splitlines()
             if line.startswith("# would use ")}
    assert named == used
    station.daemon(config=config, interval="500ms", window="200ms")
    wait_first_round(station)
    rows = interface_rows(station)
    assert {name for name, row in rows.items() if row["ldmInterfaceState"] == USABLE} == used
    assert {name for name, row in rows.items() if row["ldmInterfaceRequests"] > 0} == used
    for name in set(rows) - used:
        assert rows[name]["ldmInterfaceState"] in (UNSUITABLE, EXCLUDED)
        assert (rows[name]["ldmInterfaceState"] == UNSUITABLE) == (
            name == "lo" and pattern in (None, "interface !eth1"))
