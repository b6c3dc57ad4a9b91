# SPDX-License-Identifier: BSD-2-Clause
"""A machine with Nagios or Icinga 2, and an agent that it monitors.

The machine is a host of the lab with its own /etc, /var and others, which start as copies
of those of this machine.  The commands of ldm-nagios(7) are typed there literally, except
apt-get: bootstrap has installed the packages.  Time is the only thing that is changed:
what takes minutes by the shipped configuration takes seconds here.
"""

import collections
import os
import re
import signal
import subprocess
from pathlib import Path

from lab import BUILDDIR, DOWN, SLOW, wait_for
from newcomer import blocks
from report import say

PAGE = "contrib/nagios/ldm-nagios.7"
MANAGERS = ["192.0.2.21", "192.0.2.22", "192.0.2.23"]
APPEARED = """agent
UDP: [192.0.2.1]:49152->[192.0.2.10]:162
LDM-DISCOVERY-MIB::ldmEventType.1 appeared
LDM-DISCOVERY-MIB::ldmEventText.1 a manager appeared"""
KEEPER = """
set -e
# Not an overlay, on which copy_file_range(2) of Icinga 2's setup fails.
mkdir -p $1
cp -a /etc $1
mount --bind $1/etc /etc
for place in /var /usr/local /usr/lib/nagios; do
	mkdir -p $1$place/upper $1$place/work
	mount -t overlay overlay -o lowerdir=$place,upperdir=$1$place/upper,workdir=$1$place/work \
		$place
done
hostname nms
echo '192.0.2.10 nms.example nms' >>/etc/hosts
rm -rf /etc/snmp/snmptrapd.conf* /var/lib/snmp/snmptrapd.conf
make -s -C $2 install >/dev/null
echo kept
exec sleep infinity
"""


def page_commands(word):
    """The commands of the first block of commands that contains this word."""
    for block in blocks(PAGE):
        text = block.text()
        if word in text and text.startswith("# "):
            return [command.strip() for command in re.split(r"^# ", text, flags=re.M)[1:]]
    raise AssertionError(f"no commands with {word} in {PAGE}")


def page_lines(word):
    """The lines of the block that starts with this word."""
    return [line for block in blocks(PAGE) if block.title.startswith(word) for line in block.lines]


STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
Result = collections.namedtuple("Result", "state final text lines perfdata")


class Server:
    """The machine with the monitoring software, 192.0.2.10.

    A server has result(service, host), the Result or None; messages(service), those to contacts
    about problems of the host "station"; and log().  Services are "managers", "discovery" and
    "notifications".
    """

    def __init__(self, lab, segment):
        host = lab.host("nms", (segment, "192.0.2.10/24"))
        place = lab.path / "nms-places"
        self.keeper = host.start("places", ["unshare", "--mount", "--uts", "sh", "-c", KEEPER,
                                            "keeper", str(place), str(BUILDDIR)])
        self.keeper.wait_output("^kept", 60)
        inside = host.inside
        space = [f"--{kind}=/proc/{self.keeper.pid}/ns/{file}"
                 for kind, file in (("mount", "mnt"), ("uts", "uts"))]
        host.inside = lambda argv: [*inside(["nsenter", *space]), *argv]
        self.host = host

    def path(self, name):
        return Path(f"/proc/{self.keeper.pid}/root") / name.lstrip("/")

    def text(self, name):
        """The text of a file, or of none."""
        try:
            return self.path(name).read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def sh(self, script):
        """Run a script; returns its output."""
        log = self.path("/var/said")
        with open(log, "w") as out:
            # A daemon that it starts keeps the file open, but not this.
            result = subprocess.run(self.host.inside(["sh", "-c", script]), stdout=out,
                                    stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                    env=dict(os.environ, LC_ALL="C"), timeout=60 * SLOW)
        said = log.read_text(errors="replace")
        assert result.returncode == 0, f"{script}\n{said}"
        return said

    def type(self, commands):
        for command in commands:
            if not command.startswith("apt-get "):
                self.sh(command)

    def try_handler(self):
        """Run snmptrapd's handler as the user that snmptrapd is under systemd, but not here."""
        wait_for(lambda: self.pids("snmptrapd"), 10, "snmptrapd")
        config = self.text("/etc/snmp/snmptrapd.conf")
        command = re.search(r"^traphandle \S+ (.*)", config, re.M)[1]
        user = "setpriv --reuid=Debian-snmp --regid=Debian-snmp --init-groups"
        said = self.sh(f"echo '{APPEARED}' | {user} env PATH=/usr/bin:/bin {command}")
        assert not said, said
        say("the user Debian-snmp may submit notifications")

    def wait(self, service, state, text, seconds=20, host="station"):
        """Wait until the final state and the first line are these; returns the Result."""
        def is_so():
            seen = self.result(service, host)
            last.append(seen)
            good = seen and seen.final and seen.state == state and re.search(text, seen.text)
            return seen if good else None
        last = [None]
        try:
            seen = wait_for(is_so, seconds, f"{service}: {state} {text}")
        except AssertionError as error:
            raise AssertionError(f"{error}; {last[-1]}; {self.log()[-3000:]}") from None
        say(f"{host}, {service}: {seen.text}")
        return seen

    def pids(self, name):
        """The processes of that name in this lab, which has its own process ids."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                    found.append(int(pid))
            except OSError:
                pass
        return found

    def end(self, name, signo=signal.SIGTERM):
        for pid in self.pids(name):
            try:
                os.kill(pid, signo)
            except ProcessLookupError:
                pass
        wait_for(lambda: not self.pids(name), 20, f"{name} to end")


class Agent:
    """The machine with snmpd and ldm-agentx, 192.0.2.1, and three managers."""

    def __init__(self, lab):
        self.segment = lab.segment("red")
        self.host = lab.host("agent", (self.segment, "192.0.2.1/24"))
        settings = ["agentAddress udp:192.0.2.1:161", "rocommunity public 192.0.2.0/24",
                    "trap2sink 192.0.2.10 public"]
        self.host.snmpd([*settings, *page_lines("createUser")])
        managers = lab.host("managers", (self.segment, "192.0.2.254/24"))
        self.responder = managers.responder("-n", len(MANAGERS), "-a", MANAGERS[0],
                                            "-H", "t5-%02u.example")
        self.daemon = self.host.daemon()
        self.host.wait_all_up(MANAGERS)

    def wait_down(self, address):
        wait_for(lambda: self.host.status(address) == DOWN, 20, f"{address} down")


def replace(path, pairs):
    text = path.read_text()
    for old, new in pairs:
        text, count = re.subn(old, new, text, flags=re.M)
        assert count, f"{old} is not in {path}"
    path.write_text(text)
