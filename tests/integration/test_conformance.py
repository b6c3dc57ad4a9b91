# SPDX-License-Identifier: BSD-2-Clause
"""The agent conforms to the text of its MIB, as smidump reads it.

Every accessible object exists; each value has the declared base type and is within
its range, size and enumeration; every notification carries exactly its OBJECTS;
read-only and not-accessible objects refuse SET with the standard errors; invalid
indexes (too short, too long, sub-identifiers of 256 or 2^32-1) result in
noSuchInstance or noSuchObject, never in genErr.
"""

import re
import socket
from pathlib import Path

import pytest

import ber
from lab import BUILDDIR, DOWN, MOVING, UNKNOWN, UP, addresses, mib, wait_for
from lab_mib import raw_notifications, smi_module, wait_first_round, writable_station

TRAP_OID, SYS_UPTIME = "1.3.6.1.6.3.1.1.4.1.0", "1.3.6.1.2.1.1.3.0"
HUGE = 2**32 - 1
EVENT_TYPES = {1, 2, 3, 4, 5, 6, 7}


@pytest.fixture(scope="module")
def module():
    return smi_module()


def eventful_station(lab):
    """A daemon with managers, interfaces and events of every kind: (station, client)."""
    station = writable_station(lab, ("red", "blue"))
    # Interfaces that are not used, for one reason each.
    for name, peer in (("idle0", "cut0"), ("bare0", "other0")):
        station.ip("link", "add", name, "type", "veth", "peer", "name", peer)
    for name in ("bare0", "other0"):
        station.ip("link", "set", name, "up")
    red = lab.manager_host("red")
    responder = red.responder("-n", 5, "-a", "198.18.0.1", "-H", "host-%u", delay="0:20")
    longest = red.responder("-n", 1, "-a", "198.18.0.100", "-H", "h" * 255, "-R", "v" * 31,
                            "-P", "65535", delay="0:20")
    lab.manager_host("blue").responder("-n", 3, "-a", "198.18.128.1", delay="0:20")
    station.daemon(interval="500ms", window="200ms",
                   config=["misses 2", "expect 198.18.9.9", "expect 198.18.0.1",
                           "interface * !other0 !lo"])
    everybody = addresses("198.18.0.1", 5) + addresses("198.18.128.1", 3) + ["198.18.0.100"]
    for address in everybody:
        wait_for(lambda a=address: station.status(a) == UP, 20, f"{address} to be up")
    longest.command("set", "198.18.0.100", "hostname", "")
    longest.command("set", "198.18.0.100", "version", "")
    responder.command("set", "198.18.0.2", "hostname", "renamed")
    responder.command("off", "198.18.0.3")
    impostor = lab.manager_host("red", 3).responder("-n", 1, "-a", "198.18.0.5", "-H", "impostor",
                                                    delay="0:20")
    station.carrier("eth1", False)
    wait_for(lambda: station.status("198.18.128.1") == UNKNOWN, 20, "blindness on eth1")
    wait_for(lambda: station.status("198.18.0.3") == DOWN, 20, "198.18.0.3 to be down")
    station.carrier("eth1", True)
    wait_for(lambda: station.status("198.18.9.9") == DOWN, 20, "198.18.9.9 to be down")
    # Not sooner: an expected manager that was never heard might be on this link.
    station.ip("link", "set", "cut0", "up")

    def types():
        return {int(dict(n)[TRAP_OID].rpartition(".")[2])
                for n in raw_notifications(station.trapd)}

    wait_for(lambda: 4 in types(), 20, "a conflict")
    impostor.command("off", "198.18.0.5")
    wait_for(lambda: EVENT_TYPES <= types(), 20, "notifications of every type")
    responder.command("off", "198.18.0.4")  # missing, down or up while we look
    return station, ber.Client(station)


def test_walk_against_the_module(lab, module):
    """Every accessible object exists, with valid indexes and values that conform to its syntax."""
    station, client = eventful_station(lab)
    root = ber.parse_oid(lab_root(module))
    seen, faults, rows = set(), [], {}
    for bulk in (0, 20):
        for oid, tag, value in client.walk(root, bulk):
            smi_object, index = module.object_of(oid)
            if smi_object is None or not smi_object.accessible():
                faults.append(f"{ber.show_oid(oid)} is no accessible object")
                continue
            fault = module.index_fault(smi_object, index) or smi_object.syntax.fault(tag, value)
            if fault:
                faults.append(f"{smi_object.name}.{ber.show_oid(index)} = {value!r}: {fault}")
            seen.add(smi_object.name)
            rows.setdefault(smi_object.oid[:-1], {}).setdefault(smi_object.name, set()).add(index)
    assert faults == []
    assert seen == {o.name for o in module.objects.values() if o.accessible()}

    # The tables have no holes: apart from rows that come or go meanwhile, each column has all rows.
    managers = rows[module.objects["ldmManagerStatus"].oid[:-1]]
    assert len(set(map(frozenset, managers.values()))) == 1
    assert len(managers["ldmManagerStatus"]) == 10

    # What the walk has met: each state of a manager but missing(2), each type of event, and
    # interfaces used and unused.
    column = dict(station.column("ldmManagerStatus"))
    assert {UP, DOWN} <= set(column.values())
    kinds = {v.value for v in client.walk(module.objects["ldmEventType"].oid)}
    assert kinds == EVENT_TYPES
    states = {v.value for v in client.walk(module.objects["ldmInterfaceState"].oid)}
    assert {1, 2, 3, 4, 7} <= states


def lab_root(module):
    """The OID of ldmObjects, of the module's own text."""
    return next(ber.show_oid(oid) for oid, name in module.others.items() if name == "ldmObjects")


def test_notifications_against_the_module(lab, module):
    """Every notification carries sysUpTime.0, snmpTrapOID.0 and exactly its OBJECTS in order."""
    station, client = eventful_station(lab)
    tags = {int: (ber.INTEGER, ber.GAUGE32, ber.COUNTER32), bytes: (ber.OCTETS,),
            str: (ber.IP_ADDRESS,)}
    seen = set()
    for varbinds in raw_notifications(station.trapd):
        assert [oid for oid, _ in varbinds[:2]] == [SYS_UPTIME, TRAP_OID]
        kind = ber.parse_oid(varbinds[1][1])
        assert kind in module.notifications, f"{kind} is no notification of the module"
        seen.add(kind)
        names = []
        for oid, value in varbinds[2:]:
            smi_object, index = module.object_of(ber.parse_oid(oid))
            assert smi_object is not None, oid
            names.append(smi_object.name)
            assert module.index_fault(smi_object, index) is None, oid
            syntax = smi_object.syntax
            assert syntax.tag in tags[type(value)], (smi_object.name, value)
            if not isinstance(value, str):
                assert syntax.fault(syntax.tag, value) is None, (smi_object.name, value)
            # All belong to one event, and equal its row in the table.
            assert index == (varbinds[2][1],), oid
            answer = client.get(ber.parse_oid(oid)).varbinds[0]
            shown = ".".join(map(str, answer.value)) if answer.tag == ber.IP_ADDRESS \
                else answer.value
            assert (answer.tag, shown) == (syntax.tag, value), smi_object.name
        assert names == module.notifications[kind]
    assert seen == set(module.notifications)


def small_station(lab):
    """A daemon with two managers up on one network, and nothing going on: (station, client)."""
    station = writable_station(lab)
    lab.manager_host().responder("-n", 2, "-a", "198.18.0.1")
    station.daemon(interval="600s", window="500ms")
    station.wait_all_up(addresses("198.18.0.1", 2))
    wait_first_round(station)
    wait_for(lambda: station.value("ldmEventsSent") == 2, 10, "the notifications to be out")
    return station, ber.Client(station)


def test_set_of_what_cannot_be_set(lab, module):
    """SET of a read-only object is notWritable, of a not-accessible one noAccess."""
    _, client = small_station(lab)
    root = ber.parse_oid(lab_root(module))
    before = client.walk(root)
    tried = set()
    for oid, tag, value in before:
        smi_object, index = module.object_of(oid)
        tried.add(smi_object.name)
        if smi_object.access != "readonly":
            continue
        # For any value: the current one, one of another type, another instance.
        # (Except NULL, which snmpd itself refuses as a wrong type.)
        for name, kind, new in ((oid, tag, value), (oid, ber.OID, (1, 3)),
                                (oid + (7,), tag, value), (oid[:-1], tag, value)):
            answer = client.set((name, kind, new))
            assert (answer.error, answer.index) == ("notWritable", 1), (ber.show_oid(name), answer)
    assert tried == {o.name for o in module.objects.values() if o.accessible()}

    for smi_object in module.objects.values():
        if smi_object.accessible():
            continue
        some = 0
        for sibling, _, _ in before:
            if sibling[:len(smi_object.oid) - 1] != smi_object.oid[:-1]:
                continue
            some += 1
            index = sibling[len(smi_object.oid):]
            right = b"\1\2\3\4" if smi_object.syntax.tag == ber.IP_ADDRESS else 1
            for kind, new in ((smi_object.syntax.tag, right), (ber.OCTETS, b"")):
                answer = client.set((smi_object.oid + index, kind, new))
                assert answer.error == "noAccess", (smi_object.name, answer)
        assert some, f"no row for {smi_object.name}"

    # Everything else: nodes, tables, rows, columns that do not exist.
    for oid in module.others:
        if oid[:len(root)] == root and oid != root:
            for extra in ((), (0,), (99,), (99, 0), (1, 99, 1, 2, 3, 4)):
                name = oid + extra
                if module.object_of(name)[0] is not None:
                    continue
                answer = client.set((name, ber.INTEGER, 1))
                assert answer.error in ("notWritable", "noAccess"), (ber.show_oid(name), answer)

    def steady(varbinds):
        return [v for v in varbinds if module.object_of(v.oid)[0].name not in MOVING]

    assert steady(client.walk(root)) == steady(before)


def odd_indexes(index):
    """Variations of an index, none of which exists."""
    odd = [(), index + (0,), index + index, index + (HUGE,)]
    odd += [index[:n] for n in range(1, len(index))]
    for position in range(len(index)):
        for arc in (256, HUGE, 2**31, 2**31 - 1):
            odd.append(index[:position] + (arc,) + index[position + 1:])
    odd += [tuple(0 for _ in index) + (0,), tuple(HUGE for _ in index), (HUGE,) * 30]
    return odd


def test_odd_indexes(lab, module):
    """Odd indexes are noSuchInstance to GET, and a place in the order to GETNEXT."""
    _, client = small_station(lab)
    root = ber.parse_oid(lab_root(module))
    walked = client.walk(root)
    names = [v.oid for v in walked]
    first = {}
    for name in names:
        smi_object, index = module.object_of(name)
        first.setdefault(smi_object.name, (smi_object, index))
    assert len(first) == len([o for o in module.objects.values() if o.accessible()])

    def check(name, expected):
        answer = client.get(name)
        assert answer.error == "noError", (ber.show_oid(name), answer)
        assert answer.varbinds[0].tag in expected, (ber.show_oid(name), answer)
        assert answer.varbinds[0].oid == name
        answer = client.get_next(name)
        assert answer.error == "noError", (ber.show_oid(name), answer)
        later = [other for other in names if other > name]
        if later:
            assert answer.varbinds[0].oid == later[0], (ber.show_oid(name), answer)
        else:
            assert answer.varbinds[0].oid > names[-1]

    for smi_object, index in first.values():
        for odd in odd_indexes(index):
            # RFC 3416, 4.2.1: the object exists.  For its bare name either error is allowed.
            expected = {ber.NO_INSTANCE} if odd else {ber.NO_INSTANCE, ber.NO_OBJECT}
            check(smi_object.oid + odd, expected)

    # Objects that do not exist, or may not be accessed.
    for oid, name in module.others.items():
        if oid[:len(root)] != root:
            continue
        for extra in ((), (0,), (99,), (99, 0), (HUGE,), (0, 0), (HUGE, 198, 18, 0, 1)):
            if oid + extra not in names and module.object_of(oid + extra)[0] is None:
                check(oid + extra, {ber.NO_OBJECT, ber.NO_INSTANCE})
    for smi_object in module.objects.values():
        if not smi_object.accessible():
            for extra in ((1,), (198, 18, 0, 1), (HUGE,)):
                check(smi_object.oid + extra, {ber.NO_OBJECT, ber.NO_INSTANCE})

    # Many in one request: each is answered separately.
    oids = [o.oid + odd for o, index in list(first.values())[:8] for odd in ((1, 2), index)]
    answer = client.get(*oids)
    assert answer.error == "noError"
    assert [v.tag == ber.NO_INSTANCE for v in answer.varbinds] == [True, False] * 8


def test_conformance_section(module):
    """Each accessible object and each notification is in a group that is part of the compliance."""
    dump = module.dumps["LDM-DISCOVERY-MIB"]
    groups = {group.get("name"): {m.get("name") for m in group.iter("member")}
              for group in dump.find("groups")}
    required = {m.get("name") for c in dump.find("compliances")
                for m in c.iter("mandatory")} | {
        o.get("name") for c in dump.find("compliances") for o in c.iter("option")}
    members = set().union(*(groups[name] for name in required))
    notifications = {element.get("name") for element in dump.find("notifications")}
    assert members == notifications | {o.name for o in module.objects.values() if o.accessible()}
    assert set(groups) == required


PAGE = Path(__file__).resolve().parents[2] / "src" / "LDM-DISCOVERY-MIB.7"
DEFAULT_ROOT = "1.3.6.1.4.1.8072.9999.9999.6482"


def test_manual_page(module):
    """LDM-DISCOVERY-MIB(7) has each name, OID, type and unit as the module, and possible values."""
    text = (BUILDDIR / "mibs" / "LDM-DISCOVERY-MIB.txt").read_text()
    root = lab_root(module).rpartition(".")[0]
    page = PAGE.read_text()
    entries = re.findall(r"^\.It Va (\w+)(\S*) Pq (\S+?)(?:, (.*))?\n\.Dl (\S+)(?: = (.*))?$", page,
                         re.M)
    assert len(entries) == page.count(".It ") == page.count(".Dl ") > 20
    for name, index, kind, unit, oid, example in entries:
        assert oid.startswith(DEFAULT_ROOT + "."), oid
        oid = ber.parse_oid(root + oid[len(DEFAULT_ROOT):])
        if kind == "NOTIFICATION-TYPE":
            assert mib().oid(name) == ber.show_oid(oid) and oid in module.notifications
            continue
        smi_object = module.objects[name]
        assert oid == smi_object.oid + ber.parse_oid(index[1:]), name
        assert module.index_fault(smi_object, oid[len(smi_object.oid):]) is None, name
        definition = re.search(rf"^{name} OBJECT-TYPE(.*?)::=", text, re.M | re.S).group(1)
        assert kind == re.search(r"SYNTAX\s+(\w+)", definition).group(1), name
        assert re.findall(r'UNITS\s+"(.*?)"', definition) == ([unit] if unit else []), name
        value = {ber.OCTETS: str.encode, ber.IP_ADDRESS: socket.inet_aton}.get(
            smi_object.syntax.tag, int)(example)
        assert smi_object.syntax.fault(smi_object.syntax.tag, value) is None, (name, example)
    names = {*module.objects, *module.others.values(), *mib().objects}
    unknown = set(re.findall(r"\bldm[A-Z]\w*", page)) - names
    assert not unknown
