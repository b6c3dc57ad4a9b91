# SPDX-License-Identifier: BSD-2-Clause
"""The commands in README and the manual pages work as printed, with Debian's snmpd.conf.

The tables below have an action for each block of literal text, by its first line.
A block without an entry fails the test.
"""

import os
import re
import subprocess
from pathlib import Path

from lab import BUILDDIR, program, wait_for
from lab_mib import ietf_modules
from newcomer import SOURCE, blocks, shape

PAGES = ["src/ldm-agentx.8", "src/ldm-agentx.conf.5", "src/ldm-responder.1", "src/ldm-scan.1"]
DROP_IN = "/etc/snmp/snmpd.conf.d/ldm.conf"


def run(machine, block):
    machine.session(block)


def not_run(reason):
    """Deliberately not run here."""
    assert reason
    return lambda machine, block: None


def follow(machine, name, table, others=None):
    """Perform the action of each block, in the order of the table."""
    seen = blocks(name)
    unknown = [block.title for block in seen if block.title not in table]
    assert others or not unknown, f"{name} has blocks without a line in a table here"
    assert {block.title for block in seen} >= set(table), f"{name} has lost some blocks"
    for block in seen:
        if block.title in unknown:
            others(machine, block)
    for title, handler in table.items():
        for block in seen:
            if block.title == title:
                handler(machine, block)


def snmpd_conf(machine, block, *more):
    """Put lines for snmpd.conf into a file that Debian's snmpd.conf includes."""
    machine.path(DROP_IN).write_text(block.text() + "".join(f"{line}\n" for line in more))
    machine.type("#", "service snmpd restart")


def install_all(machine):
    """The installation that the manual pages assume."""
    machine.type("#", "make install", directory=BUILDDIR)
    machine.type("#", "./bootstrap mibs /usr/local/share/snmp/mibs")


# README

def demo(machine, block):
    """The demonstration, with the build under test."""
    (prompt, command, _), = block.commands()
    assert command == "./bootstrap demo"
    machine.demo = machine.leave_running(
        "#", f"LDM_BUILDDIR='{BUILDDIR}' MIBDIRS='{ietf_modules()}' '{SOURCE}/tests/demo'")


def install(machine, block):
    """Install from the build; the build itself is not repeated."""
    commands = [command for _, command, _ in block.commands()]
    assert [command.split()[0] for command in commands] == ["apt-get", "./bootstrap", "make"]
    packages = re.search("^build_packages='([^']*)'$", (SOURCE / "bootstrap").read_text(), re.M)
    # The compiler recommends libc6-dev, and apt-get installs recommended packages.
    expected = {*packages.group(1).split(), "snmpd", "snmp"} - {"libc6-dev"}
    assert set(commands[0].replace("\\", "").split()[2:]) == expected
    machine.type("#", commands[2], directory=BUILDDIR)


def shipped_drop_in(machine, block):
    """It equals the file in contrib/, except for comments."""
    lines = (BUILDDIR / "contrib/snmpd/ldm.conf").read_text().splitlines()
    assert shape(block.lines) == shape([line for line in lines if line[:1] not in ("#", "")])


def other_snmpd_conf(machine, block):
    """As the only snmpd.conf it shows the whole MIB of the host."""
    path = machine.lab.path / "other-snmpd.conf"
    path.write_text(block.text() + f"agentAddress udp:127.0.0.1:1161\n"
                    f"agentXSocket {machine.lab.path}/other-agentx\n")
    other = machine.host.start("snmpd", ["snmpd", "-f", "-Lo", "-C", "-c", str(path)])
    machine.wait_answer("snmpget -v2c -c public localhost:1161 1.3.6.1.2.1.1.3.0", "Timeticks")
    assert "agentx" in other.output().lower()
    other.end()


def walk(machine, block):
    """The walk, as soon as both managers have answered twice."""
    (prompt, command, shown), = block.commands()
    wait_for(lambda: shape(machine.type(prompt, command)) == shape(shown), 20,
             "the walk to be as README shows it")
    wait_for(lambda: len(machine.trapd.appeared()) == 2, 10, "the notifications")


README = {
    "$ ./bootstrap demo": demo,
    "# ./bootstrap deb": not_run("the stage deb builds and installs the packages"),
    "# apt-get install autoconf automake pkg-config gcc make libsnmp-dev \\": install,
    "$ ldm-scan -i eth0": run,
    "# cp contrib/snmpd/ldm.conf /etc/snmp/snmpd.conf.d/": run,
    "master  agentx": shipped_drop_in,
    "rocommunity public localhost": other_snmpd_conf,
    "# ldm-agentx -f -i eth0": run,
    "$ snmpwalk -v2c -c public localhost \\": walk,
    "# ./bootstrap mibs /usr/local/share/snmp/mibs": run,
}


def a_list(machine, block):
    """Terms and their meanings; contains no commands."""
    assert re.match(r"[^$#\s].*\S {2,}\S", block.title), f"no line in a table here: {block.title}"


def test_readme(machine):
    follow(machine, "README", README, others=a_list)
    assert machine.demo.wait(30) == 0
    assert machine.demo.lines(r"Done in \d+ seconds")


# ldm-agentx(8)

def ask(machine, block):
    run(machine, block)
    if len(block.lines) == 1:
        return
    machine.wait_answer("snmpget -v2c -c public localhost ldmManagerStatus.198.18.0.7",
                        r"up\(1\)")
    wait_for(lambda: machine.trapd.appeared("198.18.0.7"), 10, "the notification")
    daemon, = machine.daemons("ldm-agentx")
    assert os.stat(f"/proc/{daemon}").st_uid != 0


def by_hand(machine, block):
    machine.type("#", "usermod -a -G ldm-agentx alice")
    run(machine, block)


def receive_buffers(machine, block):
    """Up to setting the limit, which is that of all programs on this machine."""
    (prompt, write, _), (_, load, _) = block.commands()
    machine.type(prompt, write)
    key, value = machine.path(load.split()[-1]).read_text().split("=")
    assert Path("/proc/sys", *key.split(".")).exists()
    assert int(value) == 16777216


AGENTX = {
    "37 log lines were dropped": not_run("output"),
    "datagram refused: from 198.18.0.77:64535 on eth0: denied, ...": not_run("output"),
    "master       agentx": lambda machine, block: snmpd_conf(machine, block,
                                                             "rwcommunity private localhost"),
    "# useradd --system --user-group ldm-agentx": run,
    "# install -d -m 0700 -o ldm-agentx /var/lib/ldm-agentx": ask,
    "$ export MIBDIRS=+/usr/local/share/snmp/mibs MIBS=LDM-DISCOVERY-MIB": run,
    "$ $SET ldmManagerRowStatus.198.18.0.12 i createAndGo": run,
    "$ echo 'stateFile none' >try.conf": by_hand,
    "receive buffers of 425984 octets have room for 332 answers at once": not_run("output"),
    "# echo net.core.rmem_max=16777216 > /etc/sysctl.d/ldm-agentx.conf": receive_buffers,
    # While the daemon runs.
    "# DB=/var/lib/ldm-agentx/state.db": run,
    "# ldm-agentx -H 2h": run,
    "# sqlite3 /var/lib/ldm-agentx/state.db \"VACUUM INTO '/root/state.db'\"": run,
    "# rm -f /var/lib/ldm-agentx/state.db*": not_run("test_state.py runs it"),
    "# firewall-cmd --permanent --zone=public --add-port=64535/udp":
        not_run("needs a system bus and firewalld; what it sets is what the others set"),
    **dict.fromkeys(["# nft insert rule inet filter input iifname eth0 udp dport 64535 accept",
                     "# iptables -I INPUT -i eth0 -p udp --dport 64535 -j ACCEPT",
                     "# nft insert rule inet filter input iifname eth0 \\",
                     "$ ip maddress show dev eth0",
                     "# tcpdump -n -i eth0 -c 1 igmp and dst 224.0.0.1",
                     "# ip link set dev br0 type bridge mcast_querier 1",
                     "# sysctl -w net.ipv4.conf.eth0.rp_filter=2"],
                    not_run("test_network.py runs them")),
}


def test_ldm_agentx(machine):
    install_all(machine)
    # The place of packages, as in the manual.
    machine.path("/etc/snmp/ldm-agentx.conf").write_text("stateFile /var/lib/ldm-agentx/state.db\n")
    with machine.path("/etc/hosts").open("a") as hosts:
        hosts.write("192.0.2.10 nms.example.com\n")
    machine.server.responder("-a", "198.18.0.7")
    follow(machine, "src/ldm-agentx.8", AGENTX)


# ldm-agentx.conf(5)

def configuration(machine, block):
    path = machine.lab.path / "example.conf"
    path.write_text(block.text())
    result = machine.host.run([program("ldm-agentx"), "-t", "-C", "-c", str(path)])
    assert result.returncode == 0, block.text() + result.stderr


def mistakes(machine, block):
    """The lines with errors, at these places; each message is on one line."""
    shown = " ".join(block.lines)
    path = machine.path("/etc/snmp/ldm-agentx.conf")
    lines = [""] * 20
    for number, token, value in re.findall(r":(\d+): (\w+) '(.*?)'", shown):
        lines[int(number) - 1] = f"{token} {value}"
    path.write_text("\n".join(lines))
    result = machine.host.run(machine.argv("#", "/usr/local/sbin/ldm-agentx -t"))
    assert result.returncode == 1
    said = [line.removeprefix("ldm-agentx: error: ") for line in result.stderr.splitlines()]
    assert " ".join(said) == shown


def in_context(machine, block):
    machine.path("/etc/snmp/ldm-agentx.conf").write_text("context ldm\n")
    machine.leave_running("#", "ldm-agentx -f", "link .* is up")
    for prompt, command, _ in block.commands():
        if command.startswith("export"):
            machine.type(prompt, command)
        else:
            machine.wait_answer(command, r"ldmManagerStatus.192.0.2.21 = INTEGER: up\(1\)")


CONF = {
    "/etc/snmp/ldm-agentx.conf:12: interval '30x': expected a duration such as": mistakes,
    "master      agentx": snmpd_conf,
    "$ export MIBDIRS=+/usr/local/share/snmp/mibs MIBS=LDM-DISCOVERY-MIB": in_context,
}


def test_ldm_agentx_conf(machine):
    install_all(machine)
    follow(machine, "src/ldm-agentx.conf.5", CONF, others=configuration)


# ldm-responder(1)

def session_of_its_own(machine, block):
    """The commands after the first one are input of the shell that it starts."""
    commands = [command for _, command, _ in block.commands()]
    said = machine.type("$", commands[0], script="\n".join(commands[1:]))
    shown = [line for _, _, lines in block.commands() for line in lines]
    assert [line for line in said if line in shown] == shown
    scanned = [line.split()[0] for line in said if line.startswith("198.18.0.")]
    assert len(scanned) == 20 + 15


def many(machine, block):
    (prompt, command, _), = block.commands()
    machine.leave_running(prompt, command, "^ready: 5000 managers")


RESPONDER = {
    "ready: 20 managers, 198.18.0.1-198.18.0.20, on eth0,eth1": not_run("output"),
    "2026-11-22T13:02:12.345Z 8125.123456 eth0 198.18.255.1 64535": not_run("output"),
    "$ unshare -rn": session_of_its_own,
    "$ ldm-responder -i eth1 -n 5000 -r multicast -d 50:900 -l 5": many,
}


def test_ldm_responder(machine):
    install_all(machine)
    machine.lab.segment("blue")
    machine.host.plug("blue", "eth1", "198.18.255.1/24")
    follow(machine, "src/ldm-responder.1", RESPONDER)


# ldm-scan(1)

def scan(machine, block):
    """Start the scan; its output is checked when all have ended."""
    (prompt, command, _), = block.commands()
    machine.scans.append((command, machine.leave_running(prompt, command)))


SCAN = {
    "$ ldm-scan -i eth0": scan,
    "$ ldm-scan -q -w 10s -n 10 -e 12": scan,
    """$ ldm-scan -j | jq -r 'select(.version == "1.2") | .hostname'""": scan,
    "# ldm-scan --diagnose": scan,
    """$ ldm-scan -d -j | jq -r 'select(.result == "problem") | .found'""": scan,
    "$ ldm-scan -v": scan,
}


def test_ldm_scan(machine):
    install_all(machine)
    machine.server.responder("-a", "198.18.0.1", "-n", 12, "-H", "old-%u")
    machine.scans = []
    follow(machine, "src/ldm-scan.1", SCAN)
    by_interface, _, names, diagnosis, problems, verbose = [process for _, process in machine.scans]
    for command, process in machine.scans:
        assert process.wait() == 0, command
    assert len(by_interface.lines(r"^(198\.18\.0|192\.0\.2)\.")) == 14
    # Beside the daemon the scans report another program at the port.
    assert sorted(names.lines("^old-")) == sorted(f"old-{i}" for i in range(1, 13))
    assert diagnosis.lines("^ok +14 managers, ") and problems.lines() == []
    assert verbose.lines("^ldm-scan: ")


def test_readme_fits():
    lines = (SOURCE / "README").read_text().splitlines()
    assert len(lines) <= 200 and max(map(len, lines)) <= 80


def test_the_usual_lines_are_the_same():
    """All places that describe access to the AgentX socket agree."""
    places = [*PAGES, "contrib/debian/snmpd.conf", "contrib/systemd/ldm-agentx.service.in"]
    lines = {place: set(re.findall(r"agentXPerms +(\d[^'\n]*)", (SOURCE / place).read_text()))
             for place in places}
    assert {place: said for place, said in lines.items() if said} == {
        place: {"0660 0755 root ldm-agentx"}
        for place in ("src/ldm-agentx.8", *places[len(PAGES):])}


def test_what_refuses_is_named(machine):
    """Debian's snmpd creates its directory for root only, and that was not changed."""
    install_all(machine)
    machine.type("#", "useradd --system --user-group ldm-agentx")
    machine.type("$", "echo 'stateFile none' >try.conf")
    machine.leave_running("#", "ldm-agentx -f -C -c try.conf -u ldm-agentx",
                          "cannot connect .*: this user may not enter /var/agentx, mode 0700")


def effective(path, lines):
    """{token: value} as "ldm-agentx -t" prints the configuration of these lines."""
    path.write_text("".join(f"{line}\n" for line in lines))
    result = subprocess.run([program("ldm-agentx"), "-t", "-C", "-c", str(path)], text=True,
                            capture_output=True, check=True)
    return dict(line.split(" ", 1) for line in result.stdout.splitlines() if line[0] != "#")


def test_sample_configuration(tmp_path):
    """It has every token, commented out, with the default or with an example."""
    tokens = re.findall(r'TOKEN\("(\w+)"', (SOURCE / "src/conf/conf_token.c").read_text())
    sample = (BUILDDIR / "contrib/ldm-agentx.conf").read_text().splitlines()
    assert not [line for line in sample if line and line[0] != "#"]
    lines = [line[1:] for line in sample if re.match("#[^ ]", line)]
    assert {line.split()[0] for line in lines} == set(tokens)
    defaults = effective(tmp_path / "none.conf", [])
    with_default = [line for line in lines if line.split()[0] in defaults]
    assert len(with_default) == len(defaults)
    assert effective(tmp_path / "defaults.conf", with_default) == defaults
    examples = effective(tmp_path / "all.conf", lines)
    assert set(examples) == set(tokens)
