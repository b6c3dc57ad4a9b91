# SPDX-License-Identifier: BSD-2-Clause
"""A Debian machine just after "apt-get install snmpd snmp", and the commands typed there.

A host of the lab gets its own /etc, /var, /usr/local and /root, which start as copies of
those of this machine, with snmpd's files as Debian ships them; snmpd has been
started once, by Debian's own script.  Commands are run by root and by alice, an
ordinary user, each in a login shell of "su -".

Blocks are the literal text of README (lines indented by four columns or more)
and of the manual pages (.Bd -literal, .Dl).
"""

import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from lab import BUILDDIR, wait_for
from lab_mib import ietf_modules

SOURCE = Path(__file__).resolve().parents[2]
SCRIPT = Path("/etc/init.d/snmpd")
MIB_ROOT = "1.3.6.1.4.1.8072.9999.9999.6482"


# Text

class Block:
    """Some lines of literal text, and the commands in them, if any."""

    def __init__(self, lines):
        self.lines = lines
        self.title = lines[0]

    def text(self):
        return "".join(f"{line}\n" for line in self.lines)

    def commands(self):
        """[(prompt, command, output shown)]; a backslash continues the command on the next line."""
        found, open_line = [], False
        for line in self.lines:
            if open_line:
                found[-1][1] += "\n" + line
            elif line[:2] in ("$ ", "# "):
                found.append([line[0], line[2:], []])
            else:
                assert found, f"not a command: {line!r}"
                found[-1][2].append(line)
            open_line = line.endswith("\\") and not found[-1][2]
        return found


def unindented(lines):
    indent = min(len(line) - len(line.lstrip()) for line in lines)
    return Block([line[indent:] for line in lines])


def readme_blocks(text):
    blocks, current = [], []
    for line in [*text.splitlines(), ""]:
        if line.startswith("    "):
            current.append(line)
        elif current:
            blocks.append(unindented(current))
            current = []
    return blocks


def unescaped(line):
    """What mdoc shows for a line of literal text."""
    for escape, meaning in (("\\(dq", '"'), ("\\(aq", "'"), ("\\-", "-"), ("\\&", ""),
                            ("\\e", "\\")):
        line = line.replace(escape, meaning)
    return line


def manual_blocks(text):
    blocks, current = [], None
    for line in text.splitlines():
        if line.startswith(".Dl "):
            blocks.append(Block([unescaped(line[4:])]))
        elif line.startswith(".Bd -literal"):
            current = []
        elif line == ".Ed":
            # An empty line between two examples does not separate them.
            blocks.append(Block(current))
            current = None
        elif current is not None:
            current.append(unescaped(line))
    return blocks


def blocks(name):
    text = (SOURCE / name).read_text()
    return readme_blocks(text) if name == "README" else manual_blocks(text)


def recipes(start):
    """The commands in ldm-agentx(8) that start like this, block by block."""
    found = [[command for _, command, _ in block.commands() if command.startswith(start)]
             for block in blocks("src/ldm-agentx.8") if block.title[:2] in ("# ", "$ ")]
    return [commands for commands in found if commands]


def shape(lines):
    """Lines of output without the parts that differ between runs."""
    return [re.sub(r"\d+\.\d ?ms", "N ms", " ".join(line.split())) for line in lines if line.strip()]


# The machine

def skip_reason():
    """Why these tests cannot run here, or None."""
    if "4294967295" not in Path("/proc/self/uid_map").read_text():
        return "these need several users, and so root"
    if not SCRIPT.exists() or shutil.which("service") is None:
        return "these are for Debian's snmpd"
    makefile = (BUILDDIR / "Makefile").read_text()
    if "\nprefix = /usr/local\n" not in makefile or f"\nMIB_ROOT = {MIB_ROOT}\n" not in makefile:
        return "these are for the usual prefix, /usr/local, and the usual root of the MIB"
    if ietf_modules() is None:
        return "the IETF's MIB modules are not here: name their folder in LDM_IETF_MIBS"
    return None


def stock_snmpd_conf():
    """Debian's snmpd.conf: that of this machine if it is unmodified, or else our copy."""
    here = Path("/etc/snmp/snmpd.conf")
    recorded = subprocess.run(["dpkg-query", "-W", "-f=${Conffiles}", "snmpd"], text=True,
                              capture_output=True).stdout
    if here.exists() and hashlib.md5(here.read_bytes()).hexdigest() in recorded:
        return here.read_text()
    return (SOURCE / "tests/integration/debian-snmpd.conf").read_text()


FURNISH = """
set -e
for place in /etc /var /usr/local /root; do
	mkdir -p $1$place/upper $1$place/work
	mount -t overlay overlay -o lowerdir=$place,upperdir=$1$place/upper,workdir=$1$place/work \
		$place
done
rm -rf /var/agentx /var/lib/snmp/* /etc/snmp/*.d/* /etc/snmp/snmpd.local.conf /etc/default/snmpd
rm -rf /etc/snmp/ldm-agentx* /usr/local/share/snmp /usr/local/var /root/state.db
cp $1/snmpd.conf /etc/snmp/snmpd.conf
chown root:Debian-snmp /etc/snmp/snmpd.conf
chmod 0640 /etc/snmp/snmpd.conf
mkdir -p /etc/snmp/snmpd.conf.d
for name in alice ldm-agentx; do
	! grep -q "^$name:" /etc/passwd || userdel --force $name
	! grep -q "^$name:" /etc/group || groupdel $name
done
mkdir -p $2
useradd --create-home --home-dir $2/alice --shell /bin/bash --user-group alice
service snmpd start >/dev/null
echo furnished
exec sleep infinity
"""


class Machine:
    def __init__(self, lab, host):
        self.lab = lab
        self.host = host
        self.variables = {"$": [], "#": []}
        place = lab.path / f"{host.name}-places"
        place.mkdir()
        home = lab.path / f"{host.name}-home"
        (place / "snmpd.conf").write_text(stock_snmpd_conf())
        self.keeper = host.start("places", ["unshare", "--mount", "sh", "-c", FURNISH, "furnish",
                                            str(place), str(home)])
        self.keeper.wait_output("^furnished", 30)
        # From here on all commands of the host run in that mount namespace.
        inside = host.inside
        host.inside = lambda argv: [*inside(["nsenter", f"--mount=/proc/{self.keeper.pid}/ns/mnt"]),
                                    *argv]
        wait_for(lambda: self.daemons("snmpd"), 10, "snmpd")
        # The files of a configured and built tree that README's commands use.
        self.tree = home / "alice" / "ldm-agentx"
        shutil.copytree(SOURCE / "contrib", self.tree / "contrib")
        shutil.copytree(BUILDDIR / "contrib", self.tree / "contrib", dirs_exist_ok=True)
        shutil.copy(SOURCE / "bootstrap", self.tree)
        (self.tree / "tests").mkdir()
        shutil.copy(SOURCE / "tests" / "build.sh", self.tree / "tests")
        host.run(["chown", "-R", "alice", str(self.tree)], check=True)

    def daemons(self, name):
        """{pid} of the processes of that name in this lab, which has its own pid namespace."""
        def is_it(pid):
            try:
                return Path(f"/proc/{pid}/comm").read_text().strip() == name
            except OSError:
                return False
        return {int(pid) for pid in os.listdir("/proc") if pid.isdigit() and is_it(pid)}

    def argv(self, prompt, script, directory=None):
        user = {"$": "alice", "#": "root"}[prompt]
        lines = [f"export LDM_IETF_MIBS={shlex.quote(ietf_modules())}",
                 f"cd {shlex.quote(str(directory or self.tree))}", *self.variables[prompt], script]
        return ["su", "-", user, "-c", "\n".join(lines)]

    def type(self, prompt, command, directory=None, script=None):
        """Type a command, and wait for its end; returns the lines of its output.
        The script is its standard input."""
        if re.match(r"(export )?[A-Z]+=", command):
            self.variables[prompt].append(command)
            return []
        result = self.host.run(self.argv(prompt, command, directory), seconds=60, input=script or "")
        said = result.stdout + result.stderr
        assert result.returncode == 0, f"{prompt} {command}\n{said}"
        return said.splitlines()

    def leave_running(self, prompt, command, until=None):
        """Type a command that keeps running, and wait for a line of its output."""
        process = self.host.start(command, self.argv(prompt, command))
        if until:
            process.wait_output(until)
        return process

    def session(self, block):
        """Type the commands of a block, and compare their output with the output shown, if any."""
        for prompt, command, shown in block.commands():
            if re.match(r"(\S*/)?ldm-agentx -[fu]", command):
                self.stop_daemons()
            if re.match(r"(\S*/)?ldm-agentx -f", command):
                self.leave_running(prompt, command, "link .* is up")
                continue
            said = self.type(prompt, command)
            if command.startswith("service snmpd"):
                wait_for(lambda: self.daemons("snmpd"), 10, "snmpd")
            if shown:
                assert shape(said) == shape(shown), command

    def stop_daemons(self):
        """End every ldm-agentx here, as Ctrl-C or kill(1) would."""
        for pid in self.daemons("ldm-agentx"):
            os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not self.daemons("ldm-agentx"), 10, "the daemons to end")

    def wait_answer(self, command, pattern, prompt="$", seconds=20):
        """Repeat a command until a line of its output matches."""
        def answered():
            said = self.host.run(self.argv(prompt, command)).stdout
            return re.findall(pattern, said, re.M)
        return wait_for(answered, seconds, f"{pattern!r} from {command}")

    def path(self, name):
        """The path by which we reach a file of the machine."""
        return Path(f"/proc/{self.keeper.pid}/root") / name.lstrip("/")

    def turn_off(self):
        self.stop_daemons()
        for pid in self.daemons("snmpd"):
            os.kill(pid, signal.SIGTERM)


@pytest.fixture
def machine(lab):
    """A newcomer's machine, 192.0.2.1, two servers, and a station that is notified."""
    reason = skip_reason()
    if reason:
        pytest.skip(reason)
    segment = lab.segment("red")
    host = lab.host("debian", (segment, "192.0.2.1/24"))
    for number in (1, 2):
        server = lab.host(f"t5-0{number}", (segment, f"192.0.2.2{number}/24"))
        server.responder("-a", f"192.0.2.2{number}", "-H", f"t5-0{number}.example",
                         "-R", "3.6.0.1")
    nms = lab.host("nms", (segment, "192.0.2.10/24"))
    the_machine = Machine(lab, host)
    the_machine.server = server
    the_machine.trapd = nms.snmptrapd("192.0.2.10")
    yield the_machine
    the_machine.turn_off()
