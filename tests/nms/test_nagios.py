# SPDX-License-Identifier: BSD-2-Clause
"""Nagios as ldm-nagios(7) sets it up, from nothing to alerts."""

import re
import signal

import scenario
from lab import wait_for
from monitoring import STATES, Agent, Result, Server, page_commands, page_lines, replace
from report import say

# A minute of the configuration is three seconds.
FASTER = [(r"^interval_length=60", "interval_length=3"),
          (r"^status_update_interval=10", "status_update_interval=1"),
          (r"^check_result_reaper_frequency=10", "check_result_reaper_frequency=1"),
          (r"^service_freshness_check_interval=60", "service_freshness_check_interval=1"),
          (r"^cfg_file=/etc/nagios4/objects/localhost.cfg", "")]
VERSION_3 = """
define host {
    use                 generic-host
    host_name           station-v3
    address             192.0.2.1
    hostgroups          ldm-agentx
    contact_groups      admins
    max_check_attempts  1
    _SNMP_OPTIONS       %s
}
"""


class Nagios(Server):
    def result(self, service, host):
        for block in re.findall(r"servicestatus \{(.*?)\n\t\}",
                                self.text("/var/lib/nagios4/status.dat"), re.S):
            fields = dict(line.strip().split("=", 1) for line in block.splitlines() if "=" in line)
            if (fields["host_name"], fields["service_description"]) == (host, f"LDM {service}") \
                    and fields["has_been_checked"] == "1":
                final = fields["current_state"] == fields["last_hard_state"]
                return Result(STATES[int(fields["current_state"])], final, fields["plugin_output"],
                              fields["long_plugin_output"].split("\\n"),
                              fields["performance_data"])
        return None

    def log(self):
        return self.text("/var/log/nagios4/nagios.log")

    def messages(self, service):
        return re.findall(rf"SERVICE NOTIFICATION: \w+;station;LDM {service};[CWU].*", self.log())


def test_nagios(lab):
    agent = Agent(lab)
    nms = Nagios(lab, agent.segment)
    replace(nms.path("/etc/nagios4/nagios.cfg"), FASTER)
    nms.path("/etc/nagios4/conf.d/version-3.cfg").write_text(VERSION_3 % page_lines("-P 3")[0])
    assert len(page_commands("nagios4")) + len(page_commands("ldm-passive nagios")) <= 10
    nms.type(page_commands("check_ldm.conf"))
    try:
        *commands, watch = page_commands("nagios4")
        nms.type(commands)
        assert watch == "tail -F /var/log/nagios4/nagios.log"
        wait_for(nms.log, 10, "the log")
        scenario.first_alert(nms, agent)
        dependencies(nms)
        nms.type(page_commands("ldm-passive nagios"))
        nms.try_handler()
        scenario.notifications(nms, agent)
        replace(nms.path("/etc/nagios4/conf.d/ldm.cfg"),
                [(r"(freshness_threshold +)300", r"\g<1>5")])
        nms.sh("service nagios4 reload")
        scenario.lost_notifications(nms, agent)
        scenario.failing_discovery(nms, agent)
    finally:
        nms.end("snmptrapd", signal.SIGKILL)
        nms.end("nagios4", signal.SIGKILL)


def dependencies(nms):
    pairs = re.findall(r"servicedependency \{\n\thost_name\t(.*)\n.*\n\tdependent_host_name\t(.*)\n",
                       nms.text("/var/lib/nagios4/objects.cache"))
    assert len(pairs) == 4 and all(parent == child for parent, child in pairs), pairs
    say("services depend on the discovery of their own host")
