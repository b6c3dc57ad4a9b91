# SPDX-License-Identifier: BSD-2-Clause
"""Icinga 2 as ldm-nagios(7) sets it up, from nothing to alerts, seen by its API."""

import json
import re
import signal

import scenario
from monitoring import STATES, Agent, Result, Server, page_commands, page_lines, replace

# Icinga 2 buffers its log for ten seconds, so the contact's messages are counted.
MESSAGES = "/var/lib/icinga2/messages"
MAIL = f"""#!/bin/sh
while getopts 4:6:b:c:d:e:f:HhiI:l:n:o:r:s:St:u:v: option; do
	case $option in
	e) service=$OPTARG ;;
	l) host=$OPTARG ;;
	o) output=$OPTARG ;;
	t) kind=$OPTARG ;;
	esac
done
echo "$host $service $kind $output" >>{MESSAGES}
"""
API = "https://localhost:5665/v1"
# A minute of the configuration is three seconds, except between notifications.
FASTER = [("= 1m$", "= 3s"), ("= 30s$", "= 1s"), ("timeout = 1s", "timeout = 30s"),
          ("= 15s$", "= 500ms"), ("= 5m$", "= 15s")]
VERSION_3 = """
object Host "station-v3" {
  import "generic-host"
  address = "192.0.2.1"
  vars.ldm_agentx = true
  %s
}
"""


class Icinga(Server):
    def attributes(self, service, host="station"):
        """Those of a service, for the user that "icinga2 api setup" has made."""
        users = self.text("/etc/icinga2/conf.d/api-users.conf")
        password = re.search(r'password = "(\w+)"', users)[1]
        said = self.host.run(["curl", "-sk", "--noproxy", "*", "-u", f"root:{password}",
                              f"{API}/objects/services/{host}!ldm-{service}"]).stdout
        for each in json.loads(said or "{}").get("results", []):
            return each["attrs"]
        return {}

    def result(self, service, host):
        seen = self.attributes(service, host)
        last = seen.get("last_check_result")
        if not last:
            return None
        first, *lines = last["output"].splitlines()
        return Result(STATES[int(seen["state"])], seen["state_type"] == 1, first.strip(), lines,
                      " ".join(last["performance_data"] or []) + " ")

    def log(self):
        """Without the many lines about the API."""
        text = self.text("/var/log/icinga2/icinga2.log")
        return "\n".join(line for line in text.splitlines()
                         if not re.search("information/(HttpServer|ApiListener)", line))

    def messages(self, service):
        return re.findall(f"^station ldm-{service} PROBLEM .*", self.text(MESSAGES), re.M)


def test_icinga2(lab):
    agent = Agent(lab)
    nms = Icinga(lab, agent.segment)
    nms.path("/etc/icinga2/conf.d/version-3.conf").write_text(
        VERSION_3 % "\n  ".join(page_lines("vars.ldm_version")))
    assert len(page_commands("icinga2")) + len(page_commands("ldm-passive icinga2")) <= 10
    nms.type(page_commands("check_ldm.conf"))
    nms.path("/etc/icinga2/scripts/mail-service-notification.sh").write_text(MAIL)
    try:
        *commands, start, watch = page_commands("icinga2")
        nms.type(commands)
        replace(nms.path("/etc/icinga2/conf.d/ldm.conf"), FASTER)
        nms.type([start])
        assert watch == "tail -F /var/log/icinga2/icinga2.log"
        scenario.first_alert(nms, agent)
        nms.type(page_commands("ldm-passive icinga2"))
        nms.try_handler()
        scenario.notifications(nms, agent)
        scenario.lost_notifications(nms, agent)
        scenario.failing_discovery(nms, agent)
    finally:
        nms.end("snmptrapd", signal.SIGKILL)
        nms.end("icinga2", signal.SIGKILL)
