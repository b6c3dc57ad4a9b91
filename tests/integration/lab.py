# SPDX-License-Identifier: BSD-2-Clause
"""Hosts on simulated networks, and the programs that run on them.

A Lab lives inside the namespaces that tests/integration/run makes.  A segment
is a bridge; a host is a network namespace plugged into segments.  Everything a
lab starts ends with it.

Addresses are of 198.18.0.0/15: interfaces of hosts 198.18.254.x and .255.x,
simulated managers 198.18.0.1 upward.
"""

import collections
import contextlib
import ctypes
import hashlib
import ipaddress
import os
import re
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

BUILDDIR = Path(os.environ["LDM_BUILDDIR"])
WRAPPER = shlex.split(os.environ.get("LDM_WRAPPER", ""))
SLOW = float(os.environ.get("LDM_SLOW", "1"))

GROUP = "239.129.9.27"
PORT = 64535
MAGIC = 92792004

UP, MISSING, DOWN, UNKNOWN = 1, 2, 3, 4
# Objects whose values change by themselves.
MOVING = {"ldmManagerSilence", "ldmManagerTableAge", "ldmDiscoveryUptime",
          "ldmDiscoveryLastRoundAge", "ldmStateAge"}
NO_OBJECT, NO_INSTANCE, END_OF_VIEW = "noSuchObject", "noSuchInstance", "endOfMibView"

CLONE_NEWNET = 0x40000000
IP_MULTICAST_ALL = 49
libc = ctypes.CDLL(None, use_errno=True)


class SnmpError(Exception):
    """An SNMP command failed; wait_for() tries again."""


def wait_for(condition, seconds, what):
    """Poll until condition() is true and return its value."""
    deadline = time.monotonic() + seconds * SLOW
    last = None
    while True:
        try:
            last = condition()
            if last:
                return last
        except SnmpError as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds * SLOW:g} s for {what}; at the end: {last!r}")
        time.sleep(0.03)


def program(name):
    return str(BUILDDIR / "src" / name)


def addresses(first, count):
    """count addresses starting with first, as text, in order."""
    start = int(ipaddress.IPv4Address(first))
    return [str(ipaddress.IPv4Address(start + i)) for i in range(count)]


def ip(*args):
    subprocess.run(["ip", *args], check=True, capture_output=True, text=True)


def with_state_file(lines, path):
    """Lines of configuration with a state file, this one unless they name one."""
    named = any(line.lower().startswith("statefile ") for line in lines)
    return lines if named else [*lines, f"stateFile {path}"]


def request_datagram(msg_type=2, mac=0):
    """A discovery request (2), a MAC collision query (0) or answer (1)."""
    return struct.pack(">IIIIQ", 1, MAGIC, msg_type, 0, mac).ljust(312, b"\0")


def response_datagram(address, hostname=b"forged", version=b"1.0", port=6482):
    return struct.pack(">IIII32s256s4si", 1, MAGIC, 3, 0, version, hostname,
                       socket.inet_aton(address), port)


def message_type(datagram):
    return struct.unpack_from(">I", datagram, 8)[0] if len(datagram) >= 12 else None


class Process:
    """A program started by the lab, its output in a file."""

    def __init__(self, title, argv, log, env):
        self.title = title
        self.argv = argv
        self.log = log
        with open(log, "wb") as out:
            self.popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=subprocess.STDOUT, env=env)

    @property
    def pid(self):
        return self.popen.pid

    def output(self):
        return self.log.read_text(errors="replace")

    def lines(self, pattern=""):
        """The complete lines of output so far in which pattern is found."""
        ended = not self.running()
        text = self.output()
        if not ended:
            text = text[:text.rfind("\n") + 1]
        return [line for line in text.splitlines() if re.search(pattern, line)]

    def wait_output(self, pattern, seconds=10):
        def there():
            if self.popen.poll() is not None and not self.lines(pattern):
                raise AssertionError(f"{self.title} ended with {self.popen.returncode}:\n"
                                     + self.output())
            return self.lines(pattern)
        return wait_for(there, seconds, f"{pattern!r} from {self.title}")

    def running(self):
        return self.popen.poll() is None

    def send_signal(self, signo):
        self.popen.send_signal(signo)

    def end(self, signo=signal.SIGTERM, seconds=10):
        """Ask it to end; returns (exit status, seconds it took)."""
        start = time.monotonic()
        if self.running():
            stopped = self.stopped()
            self.popen.send_signal(signo)
            if stopped:
                # Only if it is stopped: SIGCONT may hang AddressSanitizer's search for leaks.
                self.popen.send_signal(signal.SIGCONT)
        return self.wait(seconds), time.monotonic() - start

    def stopped(self):
        """Whether it is stopped by SIGSTOP."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def wait(self, seconds=10):
        try:
            return self.popen.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.title} has not ended within {seconds * SLOW:g} s") \
                from None

    def kill(self):
        if self.running():
            self.popen.kill()
            self.popen.wait()


class Daemon(Process):
    """ldm-agentx, in the foreground."""

    COMPLAINTS = re.compile(r"(ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:"
                            r"|==\d+== (?!.*(?:Warning: set address range|to suppress))\S)")

    def complaints(self):
        """The reports of a sanitizer or valgrind (-q)."""
        return self.lines(self.COMPLAINTS)


Request = collections.namedtuple("Request", "mono interface source port")


class Responder(Process):
    """ldm-responder -v, which simulates managers."""

    def __init__(self, host, control, *args):
        super().__init__(*args)
        self.host = host
        self.control = control

    def command(self, *words):
        """Run a command by its control socket; returns the reply."""
        result = self.host.run([program("ldm-responder"), "-S", self.control, *words])
        assert result.returncode == 0, f"{words}: {result.stdout}{result.stderr}"
        return result.stdout

    def requests(self):
        """The discovery requests it has seen, in order."""
        seen = (parse_request(line) for line in self.lines())
        return [request for request in seen if request]

    def rounds(self, gap):
        """When rounds began: requests at least gap seconds after the previous one."""
        starts, last = [], -1e9
        for request in self.requests():
            if request.mono - last >= gap:
                starts.append(request.mono)
            last = request.mono
        return starts

    def wait_requests(self, count, seconds):
        """Wait until it has seen count more requests."""
        goal = len(self.requests()) + count
        wait_for(lambda: len(self.requests()) >= goal, seconds, f"{count} more requests")


class Snmpd(Process):
    """A private master agent."""

    def __init__(self, agentx, *args):
        super().__init__(*args)
        self.agentx = agentx


Notification = collections.namedtuple("Notification", "oid objects")


class Snmptrapd(Process):
    """Receives notifications; lab.MIB gives their objects names."""

    def notifications(self, name=None):
        """Those of LDM-DISCOVERY-MIB received so far, as Notification(oid, {object: value})."""
        every = (parse_notification(line) for line in self.lines())
        return [n for n in every if n and (name is None or n.oid == mib().oid(name))]

    def appeared(self, address=None):
        return self._of("ldmManagerAppeared", address)

    def disappeared(self, address=None):
        return self._of("ldmManagerDisappeared", address)

    def _of(self, name, address):
        return [n for n in self.notifications(name)
                if address is None or n.objects.get("ldmEventAddress") == address]


class Host:
    """A network namespace with interfaces on segments."""

    def __init__(self, lab, name):
        self.lab = lab
        self.name = name
        self.segments = {}
        self.agentx = f"unix:{lab.path}/{name}-agentx/socket"
        ip("netns", "add", name)
        # A new namespace takes these over from the machine, where they are often 2.
        for which in ("all", "default"):
            self.sysctl(f"net.ipv4.conf.{which}.rp_filter", 0)
        self.ip("link", "set", "lo", "up")

    # Networks

    def ip(self, *args):
        ip("-n", self.name, *args)

    def sysctl(self, name, value):
        """Set a parameter of the kernel, in this network namespace."""
        self.run(["sysctl", "-q", "-w", f"{name}={value}"], check=True)

    def filter_input(self, rule):
        """Add an nft rule for what arrives on this host."""
        subprocess.run(self.inside(["nft", "-f", "-"]), text=True, check=True,
                       input="add table ip lab\n"
                             "add chain ip lab arriving { type filter hook input priority 0; }\n"
                             f"add rule ip lab arriving {rule}\n")

    def filter_nothing(self):
        """Remove all rules of filter_input()."""
        subprocess.run(self.inside(["nft", "delete table ip lab"]), check=True)

    def plug(self, segment, interface, address=None):
        """Give it an interface on a segment, with an address/prefix, and bring it up."""
        peer = f"{self.name}-{interface}"
        # A recreated interface keeps its hardware address, because otherwise the ARP caches of
        # other hosts would be wrong for half a minute.
        mac = "02:" + hashlib.sha256(peer.encode()).digest()[:5].hex(":")
        ip("link", "add", peer, "type", "veth",
           "peer", "name", interface, "address", mac, "netns", self.name)
        ip("link", "set", peer, "master", segment, "up")
        self.segments[interface] = segment
        if address:
            self.ip("addr", "add", address, "dev", interface)
        self.ip("link", "set", interface, "up")
        # The kernel notices a carrier with a delay, under load of more than a round.
        wait_for(lambda: self.has_carrier(interface), 10, f"{self.name}'s {interface}")

    def has_carrier(self, interface):
        """Whether the interface and its segment are up and running."""
        peer = ["ip", "link", "show", f"{self.name}-{interface}"]
        return all("state UP" in text for text in (
            self.run(["ip", "link", "show", interface]).stdout,
            subprocess.run(peer, check=True, capture_output=True, text=True).stdout))

    def carrier(self, interface, on):
        """Pull the cable, or put it back."""
        ip("link", "set", f"{self.name}-{interface}", "up" if on else "down")

    def blink_carrier(self, interface):
        """Pull the cable and put it back as soon as the kernel has noticed."""
        self.carrier(interface, False)
        wait_for(lambda: "NO-CARRIER" in self.run(["ip", "link", "show", interface]).stdout,
                 5, "the carrier's loss to be noticed")
        self.carrier(interface, True)

    def blink_address(self, interface, address):
        """Remove the address and add it again at once."""
        subprocess.run(["ip", "-n", self.name, "-batch", "-"], text=True, check=True,
                       input=f"addr del {address} dev {interface}\n"
                             f"addr add {address} dev {interface}\n")

    @contextlib.contextmanager
    def entered(self):
        """This thread is in the host's network namespace; sockets opened here stay there."""
        with open("/proc/self/ns/net") as home, open(f"/run/netns/{self.name}") as there:
            if libc.setns(there.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            try:
                yield
            finally:
                libc.setns(home.fileno(), CLONE_NEWNET)

    def udp(self, port=0, address="0.0.0.0"):
        """A non-blocking UDP socket on this host, its port shared."""
        with self.entered():
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            # Only groups that this socket joins itself.
            sock.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
            sock.bind((address, port))
            sock.setblocking(False)
        self.lab.sockets.append(sock)
        return sock

    def join(self, sock, interface="eth0"):
        """Have sock receive and send the group's datagrams on an interface."""
        with self.entered():
            member = struct.pack("4s4si", socket.inet_aton(GROUP), bytes(4),
                                 socket.if_nametoindex(interface))
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, member)

    # Programs

    def inside(self, argv):
        return ["ip", "netns", "exec", self.name, *argv]

    def run(self, argv, seconds=30, **kwargs):
        """Run a command to its end."""
        kwargs.setdefault("env", self.lab.env)
        return subprocess.run(self.inside(argv), capture_output=True, text=True,
                              timeout=seconds * SLOW, **kwargs)

    def start(self, title, argv, kind=Process, *args, env=None):
        lab = self.lab
        process = kind(*args, f"{title} on {self.name} ({len(lab.processes) + 1})",
                       self.inside(argv), lab.path / f"log-{len(lab.processes) + 1}",
                       dict(lab.env, **(env or {})))
        lab.processes.append(process)
        return process

    def scan(self, *args, seconds=30):
        return self.run([program("ldm-scan"), *args], seconds)

    def responder(self, *args, interfaces=("eth0",), delay="0:50"):
        """Start managers answering, and wait until they do."""
        control = f"{self.lab.path}/control-{len(self.lab.processes)}"
        argv = [program("ldm-responder"), "-v", "-S", control, "-s", "1", "-d", delay]
        for interface in interfaces:
            argv += ["-i", interface]
        process = self.start("ldm-responder", argv + [str(arg) for arg in args],
                             Responder, self, control)
        process.wait_output("^ready")
        return process

    def daemon_command(self, *args, config=(), binary=None):
        """The command line of a daemon with these lines of configuration."""
        path = self.lab.path / f"ldm-agentx-{len(self.lab.processes)}.conf"
        state = self.lab.path / f"state-{len(self.lab.processes)}"
        state.mkdir(exist_ok=True)
        state.chmod(0o1777)  # some daemons run as other users
        path.write_text("".join(f"{line}\n" for line in with_state_file(config, state / "state.db")))
        return [*WRAPPER, binary or program("ldm-agentx"), "-f", "-Lo", "-C", "-c", str(path),
                "-x", self.agentx, *args]

    def daemon(self, *args, config=(), interval="1s", window="500ms"):
        """Start the daemon."""
        lines = [f"interval {interval}", f"window {window}", *config]
        return self.start("ldm-agentx", self.daemon_command(*args, config=lines), Daemon)

    def snmpd(self, settings=()):
        """Start a private snmpd that notifies a snmptrapd on the same host."""
        directory = Path(self.agentx.removeprefix("unix:")).parent
        directory.mkdir(exist_ok=True)
        config = self.lab.path / f"{self.name}-snmpd.conf"
        config.write_text("agentAddress udp:127.0.0.1:161\n"
                          "rocommunity public 127.0.0.1\n"
                          "dontLogTCPWrappersConnects yes\n"
                          "sysLocation lab\nsysContact lab\n"
                          "trap2sink 127.0.0.1:162 public\n"
                          "master agentx\n"
                          f"agentXSocket {self.agentx}\n"
                          "agentXPerms 0777 0777\n"
                          + "".join(f"{line}\n" for line in settings))
        argv = ["snmpd", "-f", "-Lo", "-C", "-c", str(config)]
        process = self.start("snmpd", argv, Snmpd, self.agentx)
        process.wait_output("NET-SNMP version")
        wait_for(lambda: self.get("1.3.6.1.2.1.1.3.0"), 10, "snmpd to answer")
        return process

    def snmptrapd(self, address="127.0.0.1"):
        config = self.lab.path / "snmptrapd.conf"
        config.write_text("disableAuthorization yes\n"
                          "format2 NOTIFY\\t%v\\n\n"
                          "[snmp] hexOutputLength 0\n"
                          "[snmp] serverRecvBuf 1000000\n")
        argv = ["snmptrapd", "-f", "-X", "-Lo", "-n", "-On", "-Ox", "-C", "-c", str(config),
                f"udp:{address}:162"]
        process = self.start("snmptrapd", argv, Snmptrapd)
        process.wait_output("NET-SNMP version")
        return process

    # SNMP

    def snmp(self, command, *args):
        """Run one of net-snmp's commands; returns [(OID, value)] as they came."""
        argv = [command, "-v2c", "-c", "public", "-On", "-Ox", "-r2", f"-t{2 * SLOW:g}"]
        options = [arg for arg in args if arg.startswith("-C")]
        oids = [arg for arg in args if not arg.startswith("-C")]
        result = self.run([*argv, *options, "127.0.0.1", *oids], seconds=120)
        if result.returncode != 0:
            raise SnmpError(f"{command} {' '.join(args)}: {result.stdout}{result.stderr}")
        return [parse_varbind(line) for line in result.stdout.splitlines() if line.strip()]

    def get(self, *oids):
        """Values by GET, in a list; of a single OID, its value."""
        values = []
        for i in range(0, len(oids), 60):
            values += [value for _, value in self.snmp("snmpget", *oids[i:i + 60])]
        return values[0] if len(oids) == 1 else values

    def column(self, name, bulk=True):
        """{address: value} of a column of ldmManagerTable, in the order of the walk."""
        oid = mib().oid(name)
        command = ["snmpbulkwalk", "-Cr25"] if bulk else ["snmpwalk"]
        return {o[len(oid) + 1:]: value for o, value in self.snmp(*command, oid)
                if o.startswith(oid + ".")}

    def statuses(self):
        return self.column("ldmManagerStatus")

    def status(self, address):
        return self.get(f"{mib().oid('ldmManagerStatus')}.{address}")

    def value(self, scalar):
        return self.get(mib().oid(scalar) + ".0")

    def wait_statuses(self, expected, seconds=20, what="the table"):
        """Wait until the table says exactly {address: status}."""
        def as_expected():
            seen = self.statuses()
            if seen == expected:
                return True
            difference = {a: (seen.get(a), expected.get(a)) for a in set(seen) | set(expected)
                          if seen.get(a) != expected.get(a)}
            raise SnmpError(f"{len(difference)} rows differ (seen, expected): "
                            + str(dict(list(difference.items())[:5])))
        return wait_for(as_expected, seconds, what)

    def wait_all_up(self, expected, seconds=20):
        self.wait_statuses({address: UP for address in expected}, seconds,
                           f"{len(expected)} managers up")


class Lab:
    """Segments, hosts and processes of one test."""

    def __init__(self, path):
        self.path = path
        self.processes = []
        self.sockets = []
        self.hosts = []
        self.segments = []
        conf = path / "snmp"
        conf.mkdir()
        (conf / "snmp.conf").write_text("mibs :\nhexOutputLength 0\n")
        persistent = path / "persistent"
        persistent.mkdir(mode=0o777)
        # pytest's directories are for their owner only, and some tests run as other users.
        path.chmod(0o755)
        path.parent.chmod(0o755)
        self.env = dict(os.environ, MIBS="", SNMPCONFPATH=str(conf), LC_ALL="C",
                        SNMP_PERSISTENT_DIR=str(persistent))

    def segment(self, name):
        ip("link", "add", name, "type", "bridge", "mcast_snooping", "0", "stp_state", "0")
        ip("link", "set", name, "up")
        self.segments.append(name)
        return name

    def host(self, name, *plugs):
        """A host with interfaces eth0, eth1...: (segment, address/prefix) each."""
        host = Host(self, name)
        self.hosts.append(host)
        for number, (segment, address) in enumerate(plugs):
            host.plug(segment, f"eth{number}", address)
        return host

    def station(self, segments=("red",), snmp=True):
        """A monitoring host on segments made for it, with snmpd and snmptrapd running."""
        plugs = [(self.segment(name), f"198.18.{254 + i}.1/24") for i, name in enumerate(segments)]
        host = self.host("station", *plugs)
        if snmp:
            host.trapd = host.snmptrapd()
            host.master = host.snmpd()
        return host

    def manager_host(self, segment="red", number=2):
        """A host for responders, on one of station()'s segments."""
        net = 254 + self.segments.index(segment)
        return self.host(f"{segment}{number}", (segment, f"198.18.{net}.{number}/24"))

    def ordinary_user(self):
        """A command prefix that runs a command without root's privileges."""
        if "4294967295" in Path("/proc/self/uid_map").read_text():
            return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                    "--bounding-set=-all", "--inh-caps=-all"]
        # The outer user is an ordinary one: give up the capabilities of being mapped to root.
        return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]

    def public_copy(self, name):
        """A copy of a program where every user may execute it."""
        return shutil.copy(program(name), str(self.path / name))

    def logs(self):
        return [(p.title, shlex.join(p.argv) + "\n" + tail(p.output())) for p in self.processes]

    def dismantle(self):
        """End everything.  A daemon must end with status 0 and no report of a sanitizer."""
        faults = []
        for process in reversed(self.processes):
            if isinstance(process, Daemon) and process.running():
                status, _ = process.end()
                if status != 0:
                    faults.append(f"{process.title} ended with status {status}")
            process.kill()
        for process in self.processes:
            if isinstance(process, Daemon):
                faults += [f"{process.title}: {line}" for line in process.complaints()]
        for sock in self.sockets:
            sock.close()
        for host in self.hosts:
            ip("netns", "del", host.name)
        for segment in self.segments:
            ip("link", "del", segment)
        for _, name in socket.if_nameindex():
            if name != "lo":
                with contextlib.suppress(subprocess.CalledProcessError):
                    ip("link", "del", name)
        assert not faults, "\n".join(faults)


def tail(text, lines=80):
    every = text.splitlines()
    if len(every) > lines:
        every = [f"[{len(every) - lines} lines before]"] + every[-lines:]
    return "\n".join(every)


def parse_request(line):
    """The Request of a line of a responder's output, or None."""
    words = line.split()
    if len(words) == 5 and re.fullmatch(r"\d+\.\d+", words[1]):
        return Request(float(words[1]), words[2], words[3], int(words[4]))
    return None


def parse_notification(line):
    """The Notification of a line of snmptrapd's output; None if it is none of our MIB's."""
    fields = line.split("\t")
    if fields[0] != "NOTIFY":
        return None
    pairs = [parse_varbind(field) for field in fields[1:] if field.strip()]
    oid = dict(pairs).get("1.3.6.1.6.3.1.1.4.1.0", "")
    if not oid.startswith(mib().oid("ldmNotifications") + "."):
        return None
    return Notification(oid, collections.OrderedDict((mib().name_of(o), value)
                                                     for o, value in pairs))


def parse_varbind(text):
    """("1.3.6...", value) of a line as -On -Ox prints it: int, text, or octets."""
    match = re.fullmatch(r"\.([\d.]+) = (.*)", text.strip(), re.S)
    assert match, f"not a varbind: {text!r}"
    oid, value = match.groups()
    for start, meaning in (("No Such Object", NO_OBJECT), ("No Such Instance", NO_INSTANCE),
                           ("No more variables", END_OF_VIEW)):
        if value.startswith(start):
            return oid, meaning
    if value == '""':
        return oid, b""
    kind, _, rest = value.partition(": ")
    if kind == "Hex-STRING":
        return oid, bytes.fromhex(rest)
    if kind in ("INTEGER", "Gauge32", "Counter32"):
        return oid, int(rest)
    if kind == "Timeticks":
        return oid, int(re.match(r"\((\d+)\)", rest).group(1))
    if kind == "OID":
        return oid, rest.removeprefix(".")
    assert kind == "IpAddress", f"not expected: {text!r}"
    return oid, rest


class Mib:
    """Names and OIDs of LDM-DISCOVERY-MIB, from its text."""

    def __init__(self, text):
        text = re.sub(r"--[^\n]*", "", text)
        text = re.sub(r'"[^"]*"', "", text)
        text = re.sub(r"IMPORTS.*?;", "", text, flags=re.S)
        self.oids = {"enterprises": "1.3.6.1.4.1"}
        self.access = {}
        self.objects = {}
        for name, kind, body, parent, arcs in re.findall(
                r"(\w[\w-]*)\s+(OBJECT-TYPE|OBJECT IDENTIFIER|MODULE-IDENTITY|NOTIFICATION-TYPE"
                r"|OBJECT-GROUP|NOTIFICATION-GROUP|MODULE-COMPLIANCE)\b(.*?)"
                r"::=\s*\{\s*([\w-]+)((?:\s+[\w()-]+)+)\s*\}", text, re.S):
            if parent not in self.oids:
                continue
            numbers = re.findall(r"(\d+)\)?(?=\s|$)", arcs)
            self.oids[name] = ".".join([self.oids[parent], *numbers])
            access = re.search(r"MAX-ACCESS\s+([\w-]+)", body)
            if access:
                self.access[name] = access.group(1)
            if kind == "NOTIFICATION-TYPE":
                self.objects[name] = re.findall(r"\w+", re.search(r"OBJECTS\s*\{(.*?)\}", body,
                                                                  re.S).group(1))
        self.names = {oid: name for name, oid in self.oids.items()}

    def oid(self, name):
        return self.oids[name]

    def name_of(self, oid):
        """The name of the object that oid is an instance of, or oid."""
        prefix = oid
        while prefix:
            if prefix in self.names:
                return self.names[prefix]
            prefix = prefix.rpartition(".")[0]
        return oid

    def columns(self, entry):
        """The readable columns below a table's entry, in order."""
        root = self.oid(entry) + "."
        return [name for oid, name in sorted(self.names.items(), key=lambda item:
                                             [int(arc) for arc in item[0].split(".")])
                if oid.startswith(root) and self.access.get(name) != "not-accessible"]


_mib = []


def mib():
    if not _mib:
        _mib.append(Mib((BUILDDIR / "mibs" / "LDM-DISCOVERY-MIB.txt").read_text()))
    return _mib[0]
