# SPDX-License-Identifier: BSD-2-Clause
"""Every version of SNMP, and another context.

Walks show the same objects in every version, in increasing order.  The token context
registers all objects in another SNMPv3 context.
"""

import ber
from lab import MOVING, SnmpError, addresses, mib, parse_varbind, wait_for
from lab_mib import V3_USER, wait_first_round, writable_snmpd, writable_station

V3_LINES = ['createUser monitor SHA "authentication secret" AES "privacy secret"',
            "view everything included .1",
            "group monitors usm monitor",
            'access monitors "" usm priv exact everything everything none',
            "access monitors ldm usm priv exact everything everything none",
            # Conversely, a community that selects the context.
            "com2sec -Cn ldm ldmReader 127.0.0.1 inContext",
            "group ldmReaders v2c ldmReader",
            "access ldmReaders ldm v2c noauth exact everything none none"]


def ask(station, command, version, *oids):
    """[(oid, value)] by that version of SNMP."""
    result = station.run([command, *version, "-On", "-Ox", "-r2", "-t5", "127.0.0.1", *oids])
    if result.returncode != 0:
        raise SnmpError(result.stdout + result.stderr)
    return [parse_varbind(line) for line in result.stdout.splitlines() if line.strip()]


def steady(varbinds):
    return [(oid, value) for oid, value in varbinds if mib().name_of(oid) not in MOVING]


def test_walks_are_the_same(lab):
    """v1, v2c and v3 (authPriv) show the same objects with the same values."""
    station = writable_station(lab, ("red",), *V3_LINES)
    lab.manager_host().responder("-n", 30, "-a", "198.18.0.1", "-H", "host-%u.example")
    station.daemon(interval="600s", window="1s", config=["expect 198.18.9.9"])
    wait_for(lambda: station.value("ldmManagersUp") == 30, 20, "30 managers up")
    wait_first_round(station)
    # Their answers count, too: they may come after snmptrapd has the notifications.
    wait_for(lambda: station.value("ldmEventsSent") == 30, 10, "30 notifications")
    root = mib().oid("ldmObjects")
    walks = {
        "v1": ask(station, "snmpwalk", ["-v1", "-c", "public"], root),
        "v2c": ask(station, "snmpwalk", ["-v2c", "-c", "public"], root),
        "v2c bulk": ask(station, "snmpbulkwalk", ["-v2c", "-c", "public"], root),
        "v3": ask(station, "snmpwalk", V3_USER, root),
        "v3 bulk": ask(station, "snmpbulkwalk", V3_USER, root),
    }
    assert len(walks["v2c"]) > 31 * 15
    for name, walk in walks.items():
        assert steady(walk) == steady(walks["v2c"]), name
        oids = [ber.parse_oid(oid) for oid, _ in walk]
        assert oids == sorted(set(oids)), name

    # Odd requests in version 1 get its errors.
    client = ber.Client(station, version=ber.V1)
    status = ber.parse_oid(mib().oid("ldmManagerStatus"))
    for index in ((), (198, 18, 0), (198, 18, 0, 256), (198, 18, 0, 2**32 - 1), (1, 2, 3, 4)):
        assert client.get(status + index).error == "noSuchName", index
    answer = client.get(status + (198, 18, 0, 1), status + (1, 2, 3, 4))
    assert (answer.error, answer.index) == ("noSuchName", 2)
    assert client.get(status + (198, 18, 0, 1)).varbinds[0].value == 1
    interval = ber.parse_oid(mib().oid("ldmDiscoveryInterval")) + (0,)
    assert client.set((interval, ber.GAUGE32, 7)).error == "badValue"
    assert client.set((interval, ber.GAUGE32, 500000)).error == "noError"
    assert client.get(interval).varbinds[0].value == 500000


def test_set_by_version_3(lab):
    """SET works over version 3 as well."""
    station = writable_station(lab, ("red",), *V3_LINES)
    station.daemon(interval="600s", window="200ms")
    wait_first_round(station)
    interval = mib().oid("ldmDiscoveryInterval") + ".0"
    result = station.run(["snmpset", *V3_USER, "127.0.0.1", interval, "u", "1234"])
    assert result.returncode == 0, result.stderr
    assert station.value("ldmDiscoveryInterval") == 1234
    result = station.run(["snmpset", *V3_USER, "127.0.0.1", interval, "u", "99"])
    assert result.returncode != 0 and "wrongValue" in result.stderr
    assert station.value("ldmDiscoveryInterval") == 1234


def test_context(lab):
    """With `context` everything is in that context, and nothing in the default one."""
    station = writable_station(lab, ("red",), *V3_LINES)
    responder = lab.manager_host().responder("-n", 3, "-a", "198.18.0.1", delay="0:20")
    daemon = station.daemon(interval="500ms", window="200ms", config=["context ldm", "misses 1"])
    root = mib().oid("ldmObjects")
    in_context = [*V3_USER, "-n", "ldm"]
    rounds = mib().oid("ldmDiscoveryRounds") + ".0"

    def up():
        (_, value), = ask(station, "snmpget", in_context, mib().oid("ldmManagersUp") + ".0")
        return value == 3
    wait_for(up, 20, "three managers up")
    seen = {mib().name_of(oid) for oid, _ in ask(station, "snmpwalk", in_context, root)}
    readable = {name for name, access in mib().access.items()
                if access in ("read-only", "read-write", "read-create")}
    assert seen == readable
    # Nothing in the default context, for any user.
    for version in (V3_USER, ["-v2c", "-c", "public"], ["-v1", "-c", "public"]):
        try:
            walked = ask(station, "snmpwalk", version, mib().oid("ldmObjects").rpartition(".")[0])
        except SnmpError:
            walked = []  # version 1 has no other error for it
        assert [v for v in walked if v[1] not in ("noSuchObject", "noSuchInstance",
                                                  "endOfMibView")] == [], version
    # A community may select the context.
    def has_rounds():
        (_, value), = ask(station, "snmpget", ["-v2c", "-c", "inContext"], rounds)
        return value >= 1
    wait_for(has_rounds, 10, "a round to be over")
    # SET and notifications work there.
    interval = mib().oid("ldmDiscoveryInterval") + ".0"
    result = station.run(["snmpset", *in_context, "127.0.0.1", interval, "u", "600"])
    assert result.returncode == 0, result.stderr
    (_, value), = ask(station, "snmpget", in_context, interval)
    assert value == 600
    result = station.run(["snmpset", *V3_USER, "127.0.0.1", interval, "u", "700"])
    assert result.returncode != 0
    wait_for(lambda: len(station.trapd.appeared()) == 3, 10, "three Appeared")
    responder.command("off", "198.18.0.2")
    wait_for(lambda: station.trapd.disappeared("198.18.0.2"), 20, "a Disappeared")
    # They are registered there again after a restart of the master agent.
    station.master.kill()
    station.master = writable_snmpd(station, *V3_LINES)

    def back():
        (_, number), = ask(station, "snmpget", in_context, mib().oid("ldmManagersUp") + ".0")
        return number == 2
    wait_for(back, 20, "the objects to be back")
    assert daemon.lines("(?i)error|refused") == []


def test_order_while_rows_come_and_go(lab):
    """A walk of the whole module stays in increasing order while rows of all tables change."""
    station = writable_station(lab)
    host = lab.manager_host()
    host.responder("-n", 20, "-a", "198.18.0.1", delay="0:20")
    comers = [host.responder("-n", 20, "-a", f"198.{a}.1", delay="0:20")
              for a in ("17.255", "18.1", "18.200")]
    station.daemon(interval="400ms", window="150ms",
                   config=["misses 1", "retention 1s", "probes 2", "eventLog 30"])
    lasting = addresses("198.18.0.1", 20)
    for address in lasting:
        wait_for(lambda a=address: station.status(a) == 1, 20, f"{address} to be up")
    root = ber.parse_oid(mib().oid("ldmObjects"))
    status = ber.parse_oid(mib().oid("ldmManagerStatus"))
    sizes = set()
    clients = [ber.Client(station), ber.Client(station, version=ber.V1)]
    for turn in range(18):
        which = turn % 3
        comers[which].command("loss", "100" if turn // 3 % 2 == 0 else "0")
        if turn % 4 == 0:
            station.plug("red", f"extra{turn}", None)
        elif turn % 4 == 2:
            station.ip("link", "del", f"extra{turn - 2}")
        for client, bulk in ((clients[0], 0), (clients[0], 25), (clients[1], 0)):
            walked = [v.oid for v in client.walk(root, bulk)]  # asserts the order
            shown = [ber.show_oid(oid[len(status):]) for oid in walked
                     if oid[:len(status)] == status]
            assert set(lasting) <= set(shown)
            sizes.add(len(walked))
    assert len(sizes) > 3, "nothing came or went meanwhile"
