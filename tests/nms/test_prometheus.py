# SPDX-License-Identifier: BSD-2-Clause
"""Prometheus as ldm-prometheus(7) sets it up, from nothing to alerts.

The commands of the page are typed literally, except apt-get, for which the unpacked packages of
a release of Debian are put in place.  Time is the only thing that is changed: what takes
minutes by the shipped configuration takes seconds here.
"""

import json
import re
import signal
import urllib.parse
from pathlib import Path

import pytest

from lab import BUILDDIR, wait_for
from newcomer import SOURCE, blocks
from report import say

PAGE = "contrib/prometheus/ldm-prometheus.7"
MANAGERS = ["192.0.2.21", "192.0.2.22", "192.0.2.23"]
RELEASES = ["bookworm", "trixie"]
# As after the installation of the packages of $1, and of ldm-agentx.
FURNISH = """
set -e
packages=$1 place=$2
for directory in /etc /var /usr/local /usr/bin /usr/share; do
	mkdir -p $place$directory/upper $place$directory/work
	lower=$directory
	[ ! -d $packages$directory ] || lower=$packages$directory:$directory
	mount -t overlay overlay -o lowerdir=$lower,upperdir=$place$directory/upper,workdir=$place$directory/work \
		$directory
done
id prometheus >/dev/null 2>&1 || useradd --system --home-dir /var/lib/prometheus prometheus
mkdir -p /var/lib/prometheus /var/log/prometheus /run/prometheus
chown -R prometheus: /var/lib/prometheus /var/log/prometheus /run/prometheus
# The lab has no address of a private network: see the page.
echo 'ARGS="--cluster.listen-address="' >/etc/default/prometheus-alertmanager
make -s -C $3 install >/dev/null
echo furnished
exec sleep infinity
"""
# What is installed, after which it is changed.
FASTER = r"""
cd /etc/prometheus
sed -i 's/scrape_interval: 30s/scrape_interval: 1s/; s/scrape_timeout: 20s/scrape_timeout: 1s/
	1i global: {evaluation_interval: 1s}' prometheus.yml
sed -i -E 's/for: [0-9]+m/for: 3s/' ldm.rules.yml
sed -i -E 's/group_wait: .*/group_wait: 1s/' alertmanager.yml
"""


def page_commands(release):
    """What to type on this release, as one script; the last commands restart the servers."""
    install, older = [[command for _, command, _ in block.commands()]
                      for block in blocks(PAGE) if block.title.startswith("# ")]
    assert install[0].startswith("apt-get install ")
    restarts = [command for command in install if command.startswith("service ")]
    files = install[1:-len(restarts)] + (older if release == "bookworm" else [])
    assert len(files) + len(restarts) + 2 <= 10
    return files, restarts


class Prometheus:
    """The machine with Prometheus, 192.0.2.10."""

    def __init__(self, lab, segment, release):
        self.host = lab.host("nms", (segment, "192.0.2.10/24"))
        self.keeper = self.host.start("places", [
            "unshare", "--mount", "sh", "-c", FURNISH, "furnish",
            str(SOURCE / "build/nms" / release), str(lab.path / "nms-places"), str(BUILDDIR)])
        self.keeper.wait_output("^furnished", 60)
        inside = self.host.inside
        self.host.inside = lambda argv: [
            *inside(["nsenter", f"--mount=/proc/{self.keeper.pid}/ns/mnt"]), *argv]
        files, restarts = page_commands(release)
        self.sh("\n".join([*files, FASTER, *restarts]))

    def sh(self, script):
        result = self.host.run(["sh", "-ec", script], seconds=60)
        assert result.returncode == 0, script + result.stdout + result.stderr + self.logs()
        return result.stdout

    def logs(self):
        directory = Path(f"/proc/{self.keeper.pid}/root/var/log/prometheus")
        return "\n".join(path.read_text()[-2000:] for path in directory.glob("*.log"))

    def agents(self, text):
        self.sh(f"cat >/etc/prometheus/ldm-agents.yml <<'END'\n{text}\nEND")

    def query(self, expression):
        """[(labels, value)] of an expression."""
        said = self.host.run(["curl", "-s", "http://127.0.0.1:9090/api/v1/query?query="
                              + urllib.parse.quote(expression)]).stdout
        if not said.startswith("{"):  # it starts
            return []
        answer = json.loads(said)
        assert answer["status"] == "success", answer
        return [(sample["metric"], float(sample["value"][1]))
                for sample in answer["data"]["result"]]

    def wait(self, expression, value, seconds=40):
        """Wait until the expression has this value; returns the labels."""
        def is_so():
            seen.append(self.query(expression))
            return [labels for labels, number in seen[-1] if number == value]
        seen = []
        try:
            labels = wait_for(is_so, seconds, expression)[0]
        except AssertionError as error:
            raise AssertionError(f"{error}: {seen[-1]}; {self.logs()}") from None
        say(f"{expression} is {value}")
        return labels

    def firing(self):
        """{(alert, manager)}, not from ALERTS, which outlives a restart for five minutes."""
        return {(alert["labels"]["alertname"], alert["labels"].get("ldmManagerName"))
                for alert in self.alerts() if alert["state"] == "firing"}

    def wait_firing(self, expected, seconds=40):
        try:
            wait_for(lambda: self.firing() == expected, seconds, f"alerts {expected}")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.firing()}; {self.logs()}") from None
        say(f"alerts: {sorted(expected, key=str) or 'none'}")

    def alerts(self):
        said = self.host.run(["curl", "-s", "http://127.0.0.1:9090/api/v1/alerts"]).stdout
        return json.loads(said)["data"]["alerts"] if said.startswith("{") else []

    def summaries(self):
        return [alert["annotations"]["summary"] for alert in self.alerts()]

    def page_alerts(self):
        """The output of the page's last command."""
        command, = [block.lines[0][2:] for block in blocks(PAGE) if "amtool" in block.title]
        return self.sh(command)

    def end(self):
        self.host.run(["sh", "-c", "for name in prometheus prometheus-snmp-exporter "
                       "prometheus-alertmanager; do service $name stop; done"], seconds=60)


def agent(lab, name, segment, address, net, *plugs):
    """A host with snmpd and ldm-agentx."""
    host = lab.host(name, (segment, f"{address}/24"), *plugs)
    host.snmpd([f"agentAddress udp:{address}:161", f"rocommunity public {net}"])
    return host


@pytest.mark.parametrize("release", RELEASES)
def test_prometheus(lab, release):
    segment = lab.segment("red")
    station = agent(lab, "agent", segment, "192.0.2.1", "192.0.2.0/24")
    managers = lab.host("managers", (segment, "192.0.2.254/24"))
    responder = managers.responder("-n", len(MANAGERS), "-a", MANAGERS[0],
                                   "-H", "t5-%02u.example", "-R", "3.6.0.1")
    daemon = station.daemon()
    station.wait_all_up(MANAGERS)
    server = Prometheus(lab, segment, release)
    try:
        from_nothing_to_alert(server, station, responder)
        all_down(server, responder)
        conflict(server, lab, segment)
        agent_gone(server, station, managers, daemon)
    finally:
        server.end()


def from_nothing_to_alert(server, station, responder):
    server.wait("up", 1)
    server.wait("ldmManagersUp", 3)
    for name in ("ldmManagersAll", "ldmManagersMax", "ldmDiscoveryInterval", "ldmInterfacesImpaired",
                 "ldmKernelDrops", "ldmEventsDropped", "ldmStateErrors"):
        server.wait(f'{name}{{instance="192.0.2.1",job="ldm"}}', int(station.value(name)))
    labels = server.wait(f'ldmManagerVersion{{ldmManagerAddress="{MANAGERS[1]}"}}', 1)
    assert labels["ldmManagerVersion"] == "3.6.0.1" and labels["ldmManagerName"] == "t5-02.example"
    server.wait("min(ldmManagerPort)", 6482)
    server.wait('count(ldmManagerStatus{ldmManagerStatus="up"} == 1)', 3)
    server.wait('ldmInterfaceState{ldmInterfaceName="eth0",ldmInterfaceState="usable"}', 1)
    server.wait("instance:ldm_agent_up:bool", 1)
    server.wait_firing(set())
    responder.command("off", MANAGERS[1])
    server.wait_firing({("LdmManagerDown", "t5-02.example")})
    assert "The Logical Domains Manager t5-02.example (192.0.2.22) is down" in server.summaries()
    shown = wait_for(lambda: re.findall("LdmManagerDown.*", server.page_alerts()), 20,
                     "the alert in Alertmanager")
    say(f"amtool: {shown[0]}")
    responder.command("on", MANAGERS[1])
    server.wait('ldmManagerStatus{ldmManagerName="t5-02.example",ldmManagerStatus="up"}', 1)
    server.wait_firing(set())


def all_down(server, responder):
    """Alertmanager tells of one thing."""
    def only_one():
        shown = server.page_alerts()
        return "LdmManagersAllDown" in shown and "LdmManagerDown" not in shown
    for address in MANAGERS:
        responder.command("off", address)
    server.wait_firing({("LdmManagersAllDown", None),
                        *(("LdmManagerDown", f"t5-{n:02}.example") for n in (1, 2, 3))})
    wait_for(only_one, 20, "the other alerts to be inhibited")
    say(f"amtool: {server.page_alerts().splitlines()[1:]}")
    for address in MANAGERS:
        responder.command("on", address)
    server.wait_firing(set())


def conflict(server, lab, segment):
    other = lab.host("other", (segment, "192.0.2.253/24"))
    impostor = other.responder("-a", MANAGERS[2], "-H", "impostor.example")
    server.wait_firing({("LdmManagerConflict", "t5-03.example")})
    impostor.end()
    server.wait_firing(set())


def agent_gone(server, station, managers, daemon):
    """With many managers that are watched, one alert."""
    managers.responder("-n", "1000", "-a", "198.18.0.1", "-H", "many-%04u.example", delay="0:300")
    server.wait("ldmManagersUp", 1003)
    server.wait("count(ldmManagerSilence)", 1003)
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()
    server.wait_firing({("LdmAgentDown", None)})
    server.wait("instance:ldm_agent_up:bool", 0)
    station.daemon(interval="2s", window="1s")
    server.wait("ldmManagersUp", 1003)
    server.wait_firing(set())


def test_many_subnets(lab):
    """Three agents, each in a subnet of its own, and one Prometheus."""
    office = lab.segment("office")
    server = Prometheus(lab, office, RELEASES[-1])
    try:
        for number in (1, 2, 3):
            segment = lab.segment(f"net{number}")
            station = agent(lab, f"agent{number}", office, f"192.0.2.{number}", "192.0.2.0/24",
                            (segment, f"198.18.{number}.1/24"))
            managers = lab.host(f"hosts{number}", (segment, f"198.18.{number}.254/24"))
            managers.responder("-n", number, "-a", f"198.18.{number}.21",
                               "-H", f"net{number}-%u.example")
            station.daemon(config=["interface eth1"])
        server.agents("""
- targets: [192.0.2.1, 192.0.2.2]
  labels: {site: one}
- targets: [192.0.2.3]
  labels: {site: two}""")
        for number, site in ((1, "one"), (2, "one"), (3, "two")):
            server.wait(f'ldmManagersUp{{instance="192.0.2.{number}",site="{site}"}}', number)
        server.wait("sum(ldmManagersUp)", 6)
        assert {(labels["instance"], labels["ldmManagerName"])
                for labels, _ in server.query("ldmManagerSilence")} == {
                    ("192.0.2.1", "net1-1.example"),
                    ("192.0.2.2", "net2-1.example"), ("192.0.2.2", "net2-2.example"),
                    ("192.0.2.3", "net3-1.example"), ("192.0.2.3", "net3-2.example"),
                    ("192.0.2.3", "net3-3.example")}
        say("each manager is found through the agent of its subnet")
        one_alert_for_one_cause(server, station)
    finally:
        server.end()


def one_alert_for_one_cause(server, station):
    """The limit of the page, a lost link, and the exporter's end."""
    rule, = [block for block in blocks(PAGE) if "ldm_managers:min" in block.text()]
    path = "/etc/prometheus/site.yml"
    text = rule.text().replace("192.0.2.1", "192.0.2.2").replace("12", "3")
    server.sh(f"cat >{path} <<'END'\n{text}END\n"
              "sed -i '/^rule_files:/a\\  - site.yml' /etc/prometheus/prometheus.yml\n"
              "service prometheus restart")
    server.wait_firing({("LdmManagersFew", None)})
    assert "Only 2 Logical Domains Managers answer to 192.0.2.2" in server.summaries()
    server.sh(f"sed -i 's/vector(3)/vector(2)/' {path} && service prometheus restart")
    server.wait("sum(ldmManagersUp)", 6)
    server.wait_firing(set())
    station.carrier("eth1", False)
    server.wait('ldmManagersUnknown{instance="192.0.2.3"}', 3)
    server.wait_firing({("LdmInterfaceImpaired", None)})
    station.carrier("eth1", True)
    server.wait_firing(set())
    server.sh("service prometheus-snmp-exporter stop")
    server.wait_firing({("LdmNoneReachable", None)})
    server.sh("service prometheus-snmp-exporter start")
    server.wait_firing(set())
