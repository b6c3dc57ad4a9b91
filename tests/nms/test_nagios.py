# SPDX-License-Identifier: BSD-2-Clause
"""Nagios as ldm-nagios(7) sets it up, from nothing to alerts."""

import re
import signal

from lab import wait_for
from monitoring import MANAGERS, Agent, Nms, page_commands, page_lines, replace, say

OK, WARNING, CRITICAL, UNKNOWN = "0", "1", "2", "3"
# A minute of the configuration is three seconds.
FASTER = [(r"^interval_length=60", "interval_length=3"),
          (r"^status_update_interval=10", "status_update_interval=1"),
          (r"^check_result_reaper_frequency=10", "check_result_reaper_frequency=1"),
          (r"^service_freshness_check_interval=60", "service_freshness_check_interval=1"),
          (r"^cfg_file=/etc/nagios4/objects/localhost.cfg", "")]


class Nagios(Nms):
    def status(self, service, host="station"):
        """{field: value} of a service."""
        for block in re.findall(r"servicestatus \{(.*?)\n\t\}",
                                self.text("/var/lib/nagios4/status.dat"), re.S):
            fields = dict(line.strip().split("=", 1) for line in block.splitlines() if "=" in line)
            if (fields["host_name"], fields["service_description"]) == (host, service):
                return fields
        return {}

    def log(self):
        return self.text("/var/log/nagios4/nagios.log")

    def wait(self, service, state, text, seconds=20, host="station"):
        """Wait until the hard state and the output are these."""
        def is_so():
            seen = self.status(service, host)
            good = seen.get("last_hard_state") == seen.get("current_state") == state and \
                seen.get("has_been_checked") == "1" and re.search(text, seen["plugin_output"])
            last.append(f"{seen.get('current_state')} {seen.get('plugin_output')}")
            return seen if good else None
        last = []
        try:
            seen = wait_for(is_so, seconds, f"{service}: {state} {text}")
        except AssertionError as error:
            raise AssertionError(f"{error}; {last[-1]}; {self.log()[-3000:]}") from None
        say(f"{host}, {service}: {seen['plugin_output']}")
        return seen

    def wait_log(self, pattern):
        try:
            found = wait_for(lambda: re.search(pattern, self.log()), 10, pattern)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.log()[-3000:]}") from None
        say(found[0])


def test_nagios(lab):
    agent = Agent(lab)
    nms = Nagios(lab, agent.segment)
    replace(nms.path("/etc/nagios4/nagios.cfg"), FASTER)
    assert len(page_commands("nagios4")) + len(page_commands("ldm-passive nagios")) <= 10
    with_version_3(nms)
    nms.follow("nagios4")
    try:
        from_nothing_to_alert(nms, agent)
        notifications(nms, agent)
        failing_discovery(nms, agent)
    finally:
        nms.end("snmptrapd", signal.SIGKILL)
        nms.end("nagios4", signal.SIGKILL)


def from_nothing_to_alert(nms, agent):
    nms.wait("LDM managers", OK, r"^LDM OK - 3 managers, 3 up$")
    perfdata = nms.status("LDM managers")["performance_data"]
    assert perfdata.startswith("down=0;;0;0 up=3;;;0 "), perfdata
    nms.wait("LDM discovery", OK, "^LDM OK - discovery works: ")
    nms.wait("LDM managers", OK, "3 up$", host="station-v3")
    pairs = re.findall(r"servicedependency \{\n\thost_name\t(.*)\n.*\n\tdependent_host_name\t(.*)\n",
                       nms.text("/var/lib/nagios4/objects.cache"))
    assert len(pairs) == 4 and all(parent == child for parent, child in pairs), pairs
    say("services depend on the discovery of their own host")
    agent.responder.command("off", MANAGERS[1])
    seen = nms.wait("LDM managers", CRITICAL, r"^LDM CRITICAL - managers down: 1 \(t5-02.example\)$")
    assert seen["long_plugin_output"].startswith("t5-02.example (192.0.2.22): down, silent for")
    nms.wait_log(r"SERVICE NOTIFICATION: \w+;station;LDM managers;CRITICAL;.*t5-02")
    agent.responder.command("on", MANAGERS[1])
    nms.wait("LDM managers", OK, "3 up$")


def with_version_3(nms):
    """Another name for the same agent, with the page's user."""
    nms.path("/etc/nagios4/conf.d/version-3.cfg").write_text("""
define host {
    use                 generic-host
    host_name           station-v3
    address             192.0.2.1
    hostgroups          ldm-agentx
    contact_groups      admins
    max_check_attempts  1
    _SNMP_OPTIONS       """ + page_lines("-P 3")[0] + "\n}\n")
    for command in page_commands("check_ldm.conf"):
        nms.sh(command)


def notifications(nms, agent):
    nms.follow("ldm-passive nagios")
    wait_for(lambda: nms.pids("snmptrapd"), 10, "snmptrapd")
    agent.responder.command("off", MANAGERS[0])
    nms.wait("LDM notifications", CRITICAL, "^LDM: .*t5-01.example.*")
    agent.responder.command("off", MANAGERS[2])
    nms.wait("LDM notifications", CRITICAL, "^LDM: .*t5-03.example.*")
    agent.responder.command("on", MANAGERS[0])
    nms.wait("LDM notifications", CRITICAL, r"managers down: 1 \(t5-03.example\)$")
    agent.responder.command("on", MANAGERS[2])
    nms.wait("LDM notifications", OK, "3 up$")
    assert not re.search(r"SERVICE ALERT: station-v3;LDM notifications;CRITICAL.*LDM: ", nms.log())
    freshness(nms, agent)


def freshness(nms, agent):
    """A notification that is lost leaves a wrong state only until the result is stale."""
    nms.end("snmptrapd")
    replace(nms.path("/etc/nagios4/conf.d/ldm.cfg"),
            [(r"(freshness_threshold +)300", r"\g<1>5")])
    nms.sh("service nagios4 reload")
    agent.responder.command("off", MANAGERS[0])
    nms.wait("LDM notifications", CRITICAL, r"managers down: 1 \(t5-01.example\)$", 40)
    agent.responder.command("on", MANAGERS[0])
    nms.wait("LDM notifications", OK, "3 up$", 40)
    say("lost notifications are made up for")


def failing_discovery(nms, agent):
    agent.daemon.send_signal(signal.SIGKILL)
    agent.daemon.wait()
    nms.wait("LDM discovery", CRITICAL, "ldm-agentx does not run")
    nms.wait("LDM managers", UNKNOWN, "ldm-agentx does not run")
    nms.wait_log(r"SERVICE NOTIFICATION: \w+;station;LDM discovery;CRITICAL;")
    assert "station;LDM managers;UNKNOWN;notify" not in nms.log()
    say("of the services of an agent without daemon only discovery sends a message")
    agent.daemon = agent.host.daemon()
    nms.wait("LDM discovery", OK, "discovery works")
    nms.wait("LDM managers", OK, "3 up$")
