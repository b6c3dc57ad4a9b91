# SPDX-License-Identifier: BSD-2-Clause
"""ldm-agentx from its Debian package on a stock machine, and Zabbix on another one: the commands of
README.Debian and of the package's ldm-zabbix(7), each where its reader types it.

Intervals are shorter than by default; with LDM_WHOLE they are not.
"""

import gzip
import os
import re
import shutil
import time
from pathlib import Path

from lab import addresses, wait_for
from machine import Machine
from newcomer import manual_blocks
from report import say
from test_zabbix import MACROS, Site
from zabbix import URL, Zabbix

TREE = os.environ["LDM_AGENT_TREE"]
PACKAGE = Path(os.environ["LDM_PACKAGE"])
WHOLE = "LDM_WHOLE" in os.environ
MANAGERS = addresses("192.0.2.21", 3)
TYPED = {"AGENT": "192.0.2.1", "SERVER": "192.0.2.10", "COMMUNITY": "watch", "URL": URL}
# Without systemd, what it does with these two units.
SERVICE = r"""#!/bin/sh -eu
unit=/lib/systemd/system/$1.service
pid=/run/$1.pid
if [ -f "$pid" ]; then
	kill "$(cat "$pid")"
	while kill -0 "$(cat "$pid")" 2>/dev/null; do
		sleep 0.1
	done
fi
command=$(sed -n 's/^ExecStart=//p' "$unit" | sed 's/ -LSwd\| -Lsd/ -Lo/')
user=$(sed -n 's/^User=//p' "$unit")
if [ -n "$user" ]; then
	install -d -m 0700 -o "$user" -g "$user" "/var/lib/$(sed -n 's/^StateDirectory=//p' "$unit")"
	command="setpriv --reuid=$user --regid=$user --init-groups --no-new-privs --bounding-set=-all \
		--inh-caps=-all $command"
fi
mask=$(sed -n 's/^UMask=//p' "$unit")
sh -c "umask ${mask:-0022}; exec env -i HOME=/ PATH=$PATH $command" >>"/run/$1.log" 2>&1 </dev/null &
echo $! >"$pid"
"""
# The other machine has no sshd here.
SCP = """#!/bin/sh -eu
cp "/agent${1#*:}" "$2"
"""


class Package(Site):
    def __init__(self, lab):
        self.lab = lab
        red = lab.segment("red")
        self.agent = Machine(lab.host("agent", (red, "192.0.2.1/24")), "agent", TREE)
        self.agent.write("/usr/local/sbin/service", SERVICE, 0o755)
        # The installer of Debian writes it.
        self.agent.write("/etc/hosts", "127.0.0.1 localhost\n")
        managers = lab.host("managers", (red, "192.0.2.254/24"))
        self.responder = managers.responder("-n", len(MANAGERS), "-a", MANAGERS[0], "-H", "t5-%02u")
        self.zabbix = Zabbix(lab.host("nms", (red, "192.0.2.10/24")))
        self.zabbix.write("/usr/local/bin/scp", SCP, 0o755)

    def install(self):
        """By apt; then what its scripts ask systemd to do."""
        agent = self.agent
        agent.run("service snmpd start")
        self.wait_walk(".1.3.6.1.2.1.1.3", "Timeticks", "snmpd as Debian ships it")
        shutil.copy(PACKAGE, agent.path("/root"))
        agent.run("cd /root && DEBIAN_FRONTEND=noninteractive apt install -y ./ldm-agentx_*.deb",
                  seconds=120)
        if not WHOLE:
            agent.run("printf '%s\n' 'interval 2s' 'window 1s' >>/etc/snmp/ldm-agentx.conf")
        agent.run("service snmpd restart; service ldm-agentx start")
        self.wait_table()
        say(f"{PACKAGE.name} is installed, and a walk from localhost shows the table")

    def wait_walk(self, oid, shown, what):
        walk = f"snmpwalk -v2c -c public -t1 -r0 localhost {oid} || :"
        wait_for(lambda: shown in self.agent.run(walk), 90, what)

    def wait_table(self):
        self.wait_walk(".1.3.6.1.4.1.8072.9999.9999.6482.1.1.1.6", "INTEGER: 1", "a manager")

    def page(self):
        """The commands in the manual page that the package has: for the agent, for the server."""
        page = gzip.open(self.agent.path("/usr/share/man/man7/ldm-zabbix.7.gz"), "rt").read()
        return [block for block in manual_blocks(page)
                if block.title.startswith(("# cat >/etc/snmp/snmpd", "$ "))]


def typed(block):
    return re.sub(r"(?m)^[#$] ", "", block.text())


def test_package(lab):
    site = Package(lab)
    try:
        site.install()
        first_alert(site)
    finally:
        site.zabbix.end()
        site.agent.end()


def first_alert(site):
    zabbix, agent = site.zabbix, site.agent
    shutil.copytree(agent.path("/usr/share/ldm-agentx"), zabbix.path("/agent/usr/share/ldm-agentx"))
    token = zabbix("token.create", name="page", userid="1")["tokenids"][0]
    token = zabbix("token.generate", token)[0]["token"]
    for_agent, for_server = site.page()
    prompts = [line for block in (for_agent, for_server) for line in block.lines
               if line[:2] in ("# ", "$ ")]
    assert len(prompts) <= 10, prompts
    agent.run(typed(for_agent), **TYPED)
    site.wait_table()
    commands = typed(for_server)
    begun = time.monotonic()
    said = zabbix.run(commands, TOKEN=token, **TYPED)
    assert re.search(r"\.6482\.1\.2\.2\.0 = Gauge32: 3$", said, re.M), said
    assert said.count('"result":true') == 2 and '"error"' not in said, said
    zabbix.hostid = zabbix("host.get", filter={"host": [TYPED["AGENT"]]})[0]["hostid"]
    for name, value in () if WHOLE else MACROS.items():
        zabbix("usermacro.create", hostid=zabbix.hostid, macro=name, value=value)
    site.wait_rows(len(MANAGERS), seconds=240)
    say(f"managers have values after {time.monotonic() - begun:.0f} s")
    begun = time.monotonic()
    site.responder.command("off", MANAGERS[1])
    site.wait_problems(rf"LDM: Manager t5-02 \({re.escape(MANAGERS[1])}\) is down", seconds=400)
    last = commands.splitlines()[-1]
    said = zabbix.run(commands[:commands.index("scp ")] + last, TOKEN=token, **TYPED)
    assert f"Manager t5-02 ({MANAGERS[1]}) is down" in said
    say(f"the first alert after {time.monotonic() - begun:.0f} s: {said.splitlines()[-1]}")
