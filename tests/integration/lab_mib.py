# SPDX-License-Identifier: BSD-2-Clause
"""Helpers for tests of the whole MIB, and of operation by SNMP, beyond lab.py."""

import os
import shutil
import signal
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import ber
from lab import BUILDDIR, PORT, GROUP, Snmpd, mib, parse_varbind, wait_for, with_state_file

V3_USER = ["-v3", "-l", "authPriv", "-u", "monitor", "-a", "SHA", "-A", "authentication secret",
           "-x", "AES", "-X", "privacy secret"]


# The module as smidump reads it

BASE_TAGS = {"Integer32": ber.INTEGER, "Enumeration": ber.INTEGER, "OctetString": ber.OCTETS,
             "ObjectIdentifier": ber.OID, "IpAddress": ber.IP_ADDRESS,
             "Counter32": ber.COUNTER32, "Gauge32": ber.GAUGE32, "Unsigned32": ber.GAUGE32,
             "TimeTicks": ber.TIMETICKS, "Counter64": ber.COUNTER64}
FULL_RANGE = {ber.INTEGER: (-2**31, 2**31 - 1), ber.COUNTER32: (0, 2**32 - 1),
              ber.GAUGE32: (0, 2**32 - 1), ber.TIMETICKS: (0, 2**32 - 1),
              ber.COUNTER64: (0, 2**64 - 1), ber.OCTETS: (0, 65535)}


class Syntax:
    """The base type of an object, and each restriction put on it."""

    def __init__(self, tag):
        self.tag = tag
        self.ranges = []   # each a list of (min, max), one of which must match
        self.numbers = None  # of an enumeration

    def fault(self, tag, value):
        """What is wrong with a value, or None."""
        if tag != self.tag:
            return f"type {tag:#x}, not {self.tag:#x}"
        if self.numbers is not None and value not in self.numbers:
            return f"{value} is none of {sorted(self.numbers)}"
        if tag == ber.IP_ADDRESS:
            return None if len(value) == 4 else f"{len(value)} octets"
        measure = len(value) if tag == ber.OCTETS else value
        for alternatives in [[FULL_RANGE[tag]], *self.ranges]:
            if not any(low <= measure <= high for low, high in alternatives):
                return f"{measure} is not within {alternatives}"
        return None


class SmiObject:
    def __init__(self, name, oid, kind, access, syntax, index):
        self.name = name
        self.oid = oid
        self.kind = kind      # "scalar" or "column"
        self.access = access  # "noaccess", "readonly" or "readwrite"
        self.syntax = syntax
        self.index = index    # names of the index objects

    def accessible(self):
        return self.access != "noaccess"


class SmiModule:
    """LDM-DISCOVERY-MIB by smidump: objects and notifications by name."""

    def __init__(self, path, smipath):
        self.smipath = smipath
        self.dumps = {}
        self.objects = {}
        self.notifications = {}  # oid: names of its objects
        self.others = {}         # oid: name of other nodes that have instances below them
        dump, complaints = self.dump(str(path))
        assert path.name not in complaints, complaints
        self.dumps["LDM-DISCOVERY-MIB"] = dump
        for element in dump.find("nodes").iter():
            self.add_node(element, dump)
        for element in dump.find("notifications"):
            oid = ber.parse_oid(element.get("oid"))
            self.notifications[oid] = [o.get("name") for o in element.iter("object")]
        self.by_oid = {o.oid: o for o in self.objects.values()}

    def dump(self, module):
        """(the module as XML, what smidump has to say about it).

        -k, because libsmi rejects some of the changes that distributors made to the IETF's
        modules.
        """
        result = subprocess.run(["smidump", "-k", "-l", "3", "-f", "xml", module],
                                capture_output=True, text=True,
                                env=dict(os.environ, SMIPATH=self.smipath))
        assert result.returncode == 0 and result.stdout, result.stderr
        return ElementTree.fromstring(result.stdout), result.stderr

    def add_node(self, element, dump):
        if element.get("oid") is None:
            return
        oid = ber.parse_oid(element.get("oid"))
        if element.tag not in ("scalar", "column"):
            self.others[oid] = element.get("name")
            return
        index = []
        for row in dump.iter("row"):
            if element in list(row):
                index = [i.get("name") for i in row.find("linkage").iter("index")]
        self.objects[element.get("name")] = SmiObject(
            element.get("name"), oid, element.tag, element.findtext("access"),
            self.syntax(element.find("syntax")[0]), index)

    def syntax(self, element):
        """That of a <type module name/> or a <typedef>."""
        if element.tag != "typedef":
            module, name = element.get("module"), element.get("name")
            # Types with a tag of their own on the wire.
            if name in BASE_TAGS and module in (None, "", "SNMPv2-SMI"):
                return Syntax(BASE_TAGS[name])
            return self.syntax(self.typedef(module, name))
        parent = element.find("parent")
        syntax = self.syntax(parent) if parent is not None else \
            Syntax(BASE_TAGS[element.get("basetype")])
        limits = [(int(r.get("min")), int(r.get("max"))) for r in element.findall("range")]
        if limits:
            syntax.ranges.append(limits)
        numbers = {int(n.get("number")) for n in element.findall("namednumber")}
        if numbers:
            syntax.numbers = numbers
        return syntax

    def typedef(self, module, name):
        if module not in self.dumps:
            self.dumps[module], _ = self.dump(module)
        found = self.dumps[module].find(f"typedefs/typedef[@name='{name}']")
        assert found is not None, f"{module} defines no {name}"
        return found

    def object_of(self, oid):
        """(object, index arcs) of an instance, or (None, None)."""
        for length in range(len(oid), 0, -1):
            if oid[:length] in self.by_oid:
                return self.by_oid[oid[:length]], oid[length:]
        return None, None

    def index_fault(self, smi_object, arcs):
        """What is wrong with the index of an instance, or None."""
        if smi_object.kind == "scalar":
            return None if arcs == (0,) else f"index {arcs} of a scalar"
        left = list(arcs)
        for name in smi_object.index:
            syntax = self.objects[name].syntax
            if syntax.tag == ber.IP_ADDRESS:
                part, left = left[:4], left[4:]
                if len(part) < 4 or max(part) > 255:
                    return f"index {arcs}: no address"
            else:
                if not left:
                    return f"index {arcs}: too short"
                fault = syntax.fault(syntax.tag, left.pop(0))
                if fault:
                    return f"index {arcs}: {fault}"
        return f"index {arcs}: too long" if left else None


def ietf_modules():
    """The folder of the modules that ours imports from, or None."""
    source = Path(__file__).resolve().parents[2]
    places = [os.environ.get("LDM_IETF_MIBS", ""), BUILDDIR / "build/ietf-mibs",
              BUILDDIR.parent / "ietf-mibs", source / "build/ietf-mibs",
              "/usr/share/mibs/ietf", "/var/lib/snmp/mibs/ietf", "/usr/share/snmp/mibs"]
    for place in places:
        if place and any((Path(place) / f"SNMPv2-SMI{suffix}").exists()
                         for suffix in ("", ".txt", ".mib")):
            return str(place)
    return None


def smi_module():
    """The module of the build under test."""
    if shutil.which("smidump") is None:
        skip_file("no smidump (package smitools) here")
    smipath = ietf_modules()
    if smipath is None:
        skip_file("the IETF's MIB modules are not here: name their folder in LDM_IETF_MIBS")
    return SmiModule(BUILDDIR / "mibs" / "LDM-DISCOVERY-MIB.txt", smipath)


def skip_file(reason):
    """Report to make that nothing was tested: exit status 77."""
    pytest.exit(f"{reason}: cannot test", 77)


# A master agent that may be written to

def writable_snmpd(host, *lines):
    """Like host.snmpd(), with a community "private" that may write, and lines of ours."""
    directory = Path(host.agentx.removeprefix("unix:")).parent
    directory.mkdir(exist_ok=True)
    config = host.lab.path / f"{host.name}-writable-snmpd.conf"
    config.write_text("\n".join([
        "agentAddress udp:127.0.0.1:161",
        "rocommunity public 127.0.0.1",
        "rwcommunity private 127.0.0.1",
        "dontLogTCPWrappersConnects yes",
        "sysLocation lab", "sysContact lab",
        "trap2sink 127.0.0.1:162 public",
        "master agentx",
        f"agentXSocket {host.agentx}",
        "agentXPerms 0777 0777",
        *lines, ""]))
    process = host.start("snmpd", ["snmpd", "-f", "-Lo", "-C", "-c", str(config)], Snmpd,
                         host.agentx)
    process.wait_output("NET-SNMP version")
    wait_for(lambda: host.get("1.3.6.1.2.1.1.3.0"), 10, "snmpd to answer")
    return process


def writable_station(lab, segments=("red",), *lines):
    """Like lab.station(), with a master agent that may be written to."""
    station = lab.station(segments, snmp=False)
    station.trapd = station.snmptrapd()
    station.master = writable_snmpd(station, *lines)
    return station


# Operating the daemon

def configuration(daemon):
    """Where the daemon's configuration file is."""
    return Path(daemon.argv[daemon.argv.index("-c") + 1])


def write_configuration(daemon, lines):
    path = configuration(daemon)
    states = [line.split()[1] for line in path.read_text().splitlines()
              if line.startswith("stateFile ")]
    path.write_text("".join(f"{line}\n" for line in with_state_file(lines, states[-1])))


def reload(daemon, lines):
    """Reload the daemon with another configuration, and wait until it is in effect."""
    write_configuration(daemon, lines)
    before = len(daemon.lines("configuration reloaded"))
    daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: len(daemon.lines("configuration reloaded")) > before, 10, "the reload")


def rounds(station):
    """The number of complete rounds; 0 while the agent does not answer yet."""
    value = station.value("ldmDiscoveryRounds")
    return value if isinstance(value, int) else 0


def wait_first_round(station):
    """Wait until the agent answers and its first round is over."""
    wait_for(lambda: rounds(station) >= 1, 20, "the first round to be over")


def wait_rounds(station, count, seconds=30):
    """Wait until count more rounds are complete."""
    goal = rounds(station) + count
    wait_for(lambda: rounds(station) >= goal, seconds, f"{count} rounds")


def mean_gap(starts):
    """The mean of the seconds between rounds that started at these times."""
    return (starts[-1] - starts[0]) / (len(starts) - 1)


def udp_sockets(daemon):
    """{inode: (address, port)} of the UDP sockets it has open."""
    table = {}
    for line in Path(f"/proc/{daemon.pid}/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        address, port = fields[1].split(":")
        octets = reversed(bytes.fromhex(address))
        table[int(fields[9])] = (".".join(map(str, octets)), int(port, 16))
    ours = {}
    for fd in Path(f"/proc/{daemon.pid}/fd").iterdir():
        try:
            target = os.readlink(fd)
        except FileNotFoundError:
            continue
        if target.startswith("socket:[") and int(target[8:-1]) in table:
            ours[int(target[8:-1])] = table[int(target[8:-1])]
    return ours


def listeners(sockets):
    return {inode for inode, (address, _) in sockets.items() if address == GROUP}


def senders(sockets):
    """(inode of the sender at the fixed port, inode of the other one); None: there is none."""
    fixed = [i for i, (address, port) in sockets.items() if address != GROUP and port == PORT]
    other = [i for i, (address, port) in sockets.items() if address != GROUP and port != PORT]
    assert len(fixed) <= 1 and len(other) <= 1, sockets
    return (fixed or [None])[0], (other or [None])[0]


# What notifications carry

def raw_notifications(trapd):
    """Those of the module, each as [(oid, value)] of every varbind in order."""
    found = []
    for line in trapd.lines():
        fields = line.split("\t")
        if fields[0] != "NOTIFY":
            continue
        pairs = [parse_varbind(field) for field in fields[1:] if field.strip()]
        if dict(pairs).get("1.3.6.1.6.3.1.1.4.1.0", "").startswith(
                mib().oid("ldmNotifications") + "."):
            found.append(pairs)
    return found


def interface_rows(station):
    """{name: {column: value}} of ldmInterfaceTable."""
    columns = mib().columns("ldmInterfaceEntry")
    cells = {}
    for column in columns:
        oid = mib().oid(column)
        for instance, value in station.snmp("snmpwalk", oid):
            if instance.startswith(oid + "."):
                cells.setdefault(instance[len(oid) + 1:], {})[column] = value
    rows = {}
    for index, row in cells.items():
        row["index"] = int(index)
        rows[row["ldmInterfaceName"].decode()] = row
    return rows
