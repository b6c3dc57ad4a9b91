# SPDX-License-Identifier: BSD-2-Clause
"""Notifications on their way: Debian's snmpd with each drop-in of contrib/snmpd, snmptrapd with
contrib/snmptrapd/snmptrapd.conf, and snmptt with contrib/snmptt/snmptt.conf."""

import os
import re
import signal

import pytest

from lab import BUILDDIR, wait_for
from newcomer import SOURCE, blocks, shape, stock_snmpd_conf
from report import say
from test_recipes import install_all

PAGE = "contrib/snmptrapd/ldm-traps.7"
SHARE = "/usr/local/share/ldm-agentx"
DROP_INS = "/etc/snmp/snmpd.conf.d"
STOCK = "/etc/snmp/snmpd.conf"
OBJECTS = """ldmEventId ldmEventTime ldmEventText ldmEventType ldmEventAddress ldmEventName
    ldmEventHostname ldmEventVersion ldmEventPort ldmEventStatus ldmEventPreviousHostname
    ldmEventPreviousVersion ldmEventPreviousPort ldmEventSourceAddress ldmEventOtherSourceAddress
    ldmEventOtherHostname ldmEventOtherPort ldmEventIfIndex ldmEventReason""".split()


# The page

def page(title):
    """The block of the page that begins with this line."""
    block, = [block for block in blocks(PAGE) if block.title == title]
    return block


def without_numbers(lines):
    return [re.sub(r"\.\d+ =", ".N =", line) for line in shape(lines)]


class Terminal:
    """Types the commands of the page, except the installation of packages."""

    def __init__(self, machine):
        self.machine = machine
        self.receiver = None

    def session(self, block):
        commands = block.commands()
        assert len(commands) <= 10
        for prompt, command, shown in commands:
            assert not shown
            if command.startswith("apt-get install "):
                continue
            if command.startswith("tail "):  # too early
                continue
            self.run(prompt, command)

    def run(self, prompt, command):
        if command.startswith("snmptrapd "):
            self.stop()
            self.receiver = self.machine.leave_running(prompt, command, "NET-SNMP version")
        else:
            self.machine.type(prompt, command)
        if command.startswith("service snmpd"):
            wait_for(lambda: self.machine.daemons("snmpd"), 10, "snmpd")
        say(f"{prompt} {command}")

    def stop(self):
        """End the snmptrapd that it runs; su does not pass a signal on."""
        if not self.receiver:
            return
        for pid in self.machine.daemons("snmptrapd"):
            os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not self.machine.daemons("snmptrapd"), 10, "snmptrapd to end")


def unpack_snmptt(machine):
    """What "apt-get install snmptt" does, for this machine only."""
    script = ("set -e; mkdir -p $1/u $1/w; mount -t overlay overlay "
              "-o lowerdir=/usr/sbin,upperdir=$1/u,workdir=$1/w /usr/sbin; "
              "cp $2/usr/sbin/snmptt* /usr/sbin; cp $2/etc/snmp/snmptt.* /etc/snmp; "
              "mkdir -p /var/log/snmptt; rm -f /var/log/snmptt/*")
    place = machine.lab.path / "snmptt"
    place.mkdir()
    machine.host.run(["sh", "-c", script, "sh", str(place), os.environ["LDM_TOOLS"]], check=True)
    logger = machine.path("/usr/local/bin/logger")
    logger.write_text('#!/bin/sh\nfor word; do echo "$word"; done >>/var/log/on-down\n')
    logger.chmod(0o755)


def faster(machine):
    """A round lasts a second, not a minute."""
    machine.path("/etc/snmp/ldm-agentx.conf").write_text("interval 1s\nwindow 500ms\n")


@pytest.fixture
def terminal(machine):
    machine.trapd.end()
    install_all(machine)
    faster(machine)
    terminal = Terminal(machine)
    yield terminal
    terminal.stop()


def test_page(terminal):
    """From nothing to the first notification; then snmptt."""
    machine = terminal.machine
    terminal.session(page("# apt-get install snmpd snmp snmptrapd"))
    shown = page("SNMPv2-MIB::snmpTrapOID.0 = OID: LDM-DISCOVERY-MIB::ldmManagerAppeared").lines
    for line in without_numbers(shown):
        wait_for(lambda: line in without_numbers(terminal.receiver.lines()), 20, line)
        say(f"shown: {line}")
    for command in [block for block in blocks(PAGE) if "mibs :" in block.title]:
        machine.type("#", command.title[2:])
    terminal.run("#", "snmptrapd -f -Lo")
    machine.server.responder("-a", "192.0.2.29")
    wait_for(lambda: terminal.receiver.lines("::ldmManagerAppeared"), 20, "names by snmp.conf")

    unpack_snmptt(machine)
    terminal.session(page("# apt-get install snmptt"))
    evil = "x$(touch /run/evil)`touch /run/evil`\"; touch /run/evil; \"'\\"
    other = machine.server.responder("-a", "192.0.2.30", "-H", evil)
    log = machine.path("/var/log/snmptt/snmptt.log")

    def logged(pattern):
        def there():
            text = log.read_text() if log.exists() else ""
            return re.search(pattern, text, re.M)
        try:
            found = wait_for(there, 20, f"{pattern} in snmptt.log")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{log.read_text() if log.exists() else ''}\n"
                                 + terminal.receiver.output()[-5000:]) from None
        say(f"snmptt.log: {found[0]}")

    logged(r'^.* NORMAL "Status Events" localhost - Logical Domains Manager .*'
           r'\(192\.0\.2\.30\) is up: \S.*$')
    other.command("off", "all")
    logged(r'^.* CRITICAL "Status Events" localhost - Logical Domains Manager .*'
           r'\(192\.0\.2\.30\) is down: \S.*$')
    run = machine.path("/var/log/on-down")
    wait_for(lambda: run.exists() and "is down" in run.read_text(), 10, "EXEC's command")
    words = run.read_text().splitlines()
    assert words == ["-p", "daemon.crit", "manager 192.0.2.30 is down"], words
    assert not os.path.exists("/run/evil") and not machine.path("/run/evil").exists()
    say(f"EXEC: {words}")


# Each drop-in, with a receiver of its own.

class Receiver:
    """snmptrapd at an address of the station, with the shipped configuration."""

    def __init__(self, machine, station, address, more=()):
        self.machine, self.station, self.address = machine, station, address
        self.state = machine.lab.path / f"trapd-{address}"
        self.state.mkdir()
        # Not with -C, which keeps it from reading the engine ID that it has saved.
        self.conf = machine.lab.path / f"trapd-{address}-conf"
        self.conf.mkdir()
        text = machine.path(f"{SHARE}/snmptrapd/snmptrapd.conf").read_text()
        for old, new in more:
            assert old in text
            text = text.replace(old, new)
        (self.conf / "snmptrapd.conf").write_text(text)
        self.texts = []
        self.start()

    def start(self):
        self.process = self.station.start(
            "snmptrapd", ["nsenter", f"--mount=/proc/{self.machine.keeper.pid}/ns/mnt",
                          "env", "-u", "MIBS", "-u", "MIBDIRS",
                          f"SNMPCONFPATH={self.conf}:{self.state}",
                          f"SNMP_PERSISTENT_DIR={self.state}",
                          "snmptrapd", "-f", "-X", "-Lo", f"udp:{self.address}:162"])
        self.process.wait_output("NET-SNMP version")

    def stop(self):
        self.process.end()
        self.texts.append(self.process.output())

    def notifications(self, name):
        """[{object: value}] of all notifications with this name."""
        found = []
        for record in re.split(r"^(?=    \d{4}-|\d{4}-)", "".join(self.texts)
                               + self.process.output(), flags=re.M):
            values = dict(re.findall(r"^ *(?:\S+ )*[\w-]+::(\w+)\.\d+ = (.*?)$", record, re.M))
            if values.get("snmpTrapOID", "").endswith(f"::{name}"):
                found.append(values)
        return found

    def wait(self, name, **wanted):
        def there():
            return [one for one in self.notifications(name)
                    if all(re.search(value, one.get(key, "")) for key, value in wanted.items())]
        try:
            return wait_for(there, 30, f"{name} at {self.address}")[0]
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.process.output()[-4000:]}") from None


def engine_id(machine):
    """By the command of the page."""
    block = page("# sed -n 's/^oldEngineID //p' /var/lib/snmp/snmpd.conf")
    (prompt, command, _), = block.commands()
    said, = machine.type(prompt, command)
    return said


def with_user(engine=""):
    return [("#createUser ", f"createUser {engine}"), ("#authUser ", "authUser ")]


def test_drop_ins(terminal):
    machine = terminal.machine
    station, = [host for host in machine.lab.hosts if host.name == "nms"]
    stock = machine.path(STOCK).read_text()
    assert stock == stock_snmpd_conf()
    contents = {name: machine.path(f"{SHARE}/snmpd/{name}.conf").read_text()
                for name in ("ldm-trap", "ldm-inform", "ldm-inform-v3", "ldm-trap-v3")}
    contents["informsink"] = "informsink 192.0.2.10 public\n"
    user = with_user()
    # snmpd keeps its engine ID when it ends.
    machine.type("#", "service snmpd restart")
    more = {"ldm-inform-v3": user, "ldm-trap-v3": with_user(f"-e {engine_id(machine)} ")}
    receivers = {}
    for number, (name, text) in enumerate(contents.items()):
        address = f"192.0.2.{110 + number}"
        station.ip("addr", "add", f"{address}/24", "dev", "eth0")
        assert "192.0.2.10" in text
        text = text.replace("192.0.2.10", address)
        if name == "ldm-trap-v3":
            assert "-e 0x80001f88... " in text
            text = text.replace("0x80001f88...", engine_id(machine))
        machine.path(f"{DROP_INS}/{name}.conf").write_text(text)
        receivers[name] = Receiver(machine, station, address, more.get(name, ()))
    machine.type("#", f"cp {SHARE}/snmpd/ldm.conf {DROP_INS}/")
    machine.type("#", "service snmpd restart")
    wait_for(lambda: machine.daemons("snmpd"), 10, "snmpd")
    machine.leave_running("#", "ldm-agentx -f -i eth0", "link .* is up")

    def everywhere(name, **wanted):
        for kind, receiver in receivers.items():
            values = receiver.wait(name, **wanted)
            assert list(values)[2:21] == OBJECTS, values
            say(f"{kind}: {name}: {values['ldmEventText']}")

    everywhere("ldmManagerAppeared", ldmEventAddress="192.0.2.22", ldmEventStatus=r"up\(1\)",
               ldmEventHostname="t5-02.example", ldmEventVersion="3.6.0.1",
               ldmEventText=r"manager 192.0.2.22 \(t5-02.example\) appeared: ")
    impostor = machine.server.responder("-a", "192.0.2.21", "-H", "impostor.example")
    everywhere("ldmManagerConflict", ldmEventAddress="192.0.2.21",
               ldmEventText=r"manager 192.0.2.21 \(t5-01.example\) conflict: ")
    impostor.end()
    extra = machine.server.responder("-a", "192.0.2.40", "-H", "t5-40.example")
    everywhere("ldmManagerAppeared", ldmEventAddress="192.0.2.40")
    extra.command("off", "all")
    everywhere("ldmManagerDisappeared", ldmEventAddress="192.0.2.40", ldmEventStatus="down",
               ldmEventText=r"manager 192.0.2.40 \(t5-40.example\) disappeared: ")

    # Informs survive a restart of their receiver.
    sent = "snmpget -v2c -c public -OqvU -m LDM-DISCOVERY-MIB -M+/usr/local/share/snmp/mibs " \
        "localhost ldmEventsSent.0"
    restarted = [receivers[name] for name in ("ldm-trap", "ldm-inform", "ldm-inform-v3")]
    for receiver in restarted:
        receiver.stop()
    before = int(machine.type("$", sent)[-1])
    extra.command("on", "all")
    wait_for(lambda: int(machine.type("$", sent)[-1]) > before, 20, "the notification to be sent")
    receivers["informsink"].wait("ldmManagerAppeared", ldmEventReason="again|down")
    for receiver in restarted:
        receiver.start()
    for name in ("ldm-inform", "ldm-inform-v3"):
        wait_for(lambda: len([one for one in receivers[name].notifications("ldmManagerAppeared")
                              if "192.0.2.40" in one["ldmEventAddress"]]) >= 2, 40,
                 f"{name} after a restart of snmptrapd")
        say(f"{name}: not lost over a restart of snmptrapd")
    lost = receivers["ldm-trap"].notifications("ldmManagerAppeared")
    assert len([one for one in lost if "192.0.2.40" in one["ldmEventAddress"]]) == 1
    say("ldm-trap: lost over a restart of snmptrapd, as the page says")

    # What Debian's snmpd.conf says is still in force.
    assert machine.path(STOCK).read_text() == stock
    machine.wait_answer("snmpget -v2c -c public localhost .1.3.6.1.2.1.1.3.0", "Timeticks")
    refused = machine.type("$", "snmpget -v2c -c public localhost .1.3.6.1.2.1.2.1.0")
    assert "No Such Object" in refused[-1], refused
    outside = station.run(["snmpget", "-v2c", "-c", "public", "-t1", "-r1", "192.0.2.1",
                           ".1.3.6.1.2.1.1.3.0"])
    assert outside.returncode != 0 and "Timeout" in outside.stderr, outside
    say("snmpd.conf: agentaddress, view and rocommunity are Debian's")


def test_files_are_installed(terminal):
    """What the page names is there, and nothing is missing on the page."""
    text = (SOURCE / PAGE).read_text()
    names = sorted(path.name for path in terminal.machine.path(f"{SHARE}/snmpd").iterdir())
    assert names == ["ldm-inform-v3.conf", "ldm-inform.conf", "ldm-trap-v3.conf", "ldm-trap.conf",
                     "ldm.conf"]
    assert all(name in text for name in names)
    assert (BUILDDIR / "contrib/snmptt/snmptt.conf").read_text() == \
        terminal.machine.path(f"{SHARE}/snmptt/snmptt.conf").read_text()
