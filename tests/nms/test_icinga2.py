# SPDX-License-Identifier: BSD-2-Clause
"""Icinga 2 as ldm-nagios(7) sets it up, from nothing to alerts, seen by its API."""

import json
import re
import signal

from lab import wait_for
from monitoring import MANAGERS, Agent, Nms, page_commands, page_lines, replace, say

OK, WARNING, CRITICAL, UNKNOWN = range(4)
API = "https://localhost:5665/v1"


class Icinga(Nms):
    def api(self, path):
        """The results of a GET, as the user that "icinga2 api setup" has made."""
        text = self.text("/etc/icinga2/conf.d/api-users.conf")
        password = re.search(r'password = "(\w+)"', text)[1]
        said = self.host.run(["curl", "-sk", "--noproxy", "*", "-u", f"root:{password}",
                              f"{API}/{path}"]).stdout
        return json.loads(said)["results"] if said else []

    def status(self, service, host="station"):
        for each in self.api(f"objects/services/{host}!{service}"):
            return each["attrs"]
        return {}

    def log(self):
        """Without the many lines about api()."""
        text = self.text("/var/log/icinga2/icinga2.log")
        return "\n".join(line for line in text.splitlines()
                         if not re.search("information/(HttpServer|ApiListener)", line))

    def messages(self, service):
        """The messages about problems of a service that were sent."""
        return re.findall(f"Sending 'Problem' notification 'station!{service}!.*", self.log())

    def wait(self, service, state, text, seconds=20, host="station"):
        """Wait until the hard state and the output are these."""
        def is_so():
            seen = self.status(service, host)
            result = seen.get("last_check_result") or {}
            last.append(f"{seen.get('state')} {result.get('output')}")
            good = seen.get("state") == state and seen["state_type"] == 1 and \
                re.search(text, result["output"], re.M)
            return seen if good else None
        last = [""]
        try:
            seen = wait_for(is_so, seconds, f"{service}: {state} {text}")
        except AssertionError as error:
            raise AssertionError(f"{error}; {last[-1]}; {self.log()[-3000:]}") from None
        say(f"{host}, {service}: {seen['last_check_result']['output'].splitlines()[0]}")
        return seen


def faster(nms):
    """A minute of the configuration is three seconds, except between one notification and the next."""
    replace(nms.path("/etc/icinga2/conf.d/ldm.conf"),
            [("= 1m$", "= 3s"), ("= 30s$", "= 1s"), ("timeout = 1s", "timeout = 30s"),
             ("= 15s$", "= 500ms"), ("= 5m$", "= 15s")])


def test_icinga2(lab):
    agent = Agent(lab)
    nms = Icinga(lab, agent.segment)
    commands, handler = page_commands("icinga2"), page_commands("ldm-passive icinga2")
    assert len(commands) + len(handler) <= 10
    with_version_3(nms)
    *commands, start, watch = commands
    for command in commands:
        if not command.startswith("apt-get "):
            nms.sh(command)
    faster(nms)
    try:
        nms.sh(start)
        assert watch.startswith("tail ")
        from_nothing_to_alert(nms, agent)
        notifications(nms, agent)
        failing_discovery(nms, agent)
    finally:
        nms.end("snmptrapd", signal.SIGKILL)
        nms.end("icinga2", signal.SIGKILL)


def with_version_3(nms):
    """Another name for the same agent, with the page's user."""
    nms.path("/etc/icinga2/conf.d/version-3.conf").write_text(
        'object Host "station-v3" {\nimport "generic-host"\naddress = "192.0.2.1"\n'
        "vars.ldm_agentx = true\n" + "\n".join(page_lines("vars.ldm_version")) + "\n}\n")
    for command in page_commands("check_ldm.conf"):
        nms.sh(command)


def from_nothing_to_alert(nms, agent):
    seen = nms.wait("ldm-managers", OK, r"^LDM OK - 3 managers, 3 up", 40)
    assert "down=0;;0;0" in seen["last_check_result"]["performance_data"]
    nms.wait("ldm-discovery", OK, "^LDM OK - discovery works: ")
    nms.wait("ldm-managers", OK, "3 up", host="station-v3")
    agent.responder.command("off", MANAGERS[1])
    seen = nms.wait("ldm-managers", CRITICAL, r"^LDM CRITICAL - managers down: 1 \(t5-02.example\)")
    assert "\nt5-02.example (192.0.2.22): down" in seen["last_check_result"]["output"]
    say(wait_for(lambda: nms.messages("ldm-managers"), 10, "a message")[0])
    agent.responder.command("on", MANAGERS[1])
    nms.wait("ldm-managers", OK, "3 up")


def notifications(nms, agent):
    nms.follow("ldm-passive icinga2")
    wait_for(lambda: nms.pids("snmptrapd"), 10, "snmptrapd")
    agent.responder.command("off", MANAGERS[0])
    seen = nms.wait("ldm-notifications", CRITICAL, "^LDM: .*t5-01.example.*")
    assert seen["last_check_result"]["active"] is False
    agent.responder.command("off", MANAGERS[2])
    nms.wait("ldm-notifications", CRITICAL, "^LDM: .*t5-03.example.*")
    agent.responder.command("on", MANAGERS[0])
    nms.wait("ldm-notifications", CRITICAL, r"managers down: 1 \(t5-03.example\)")
    agent.responder.command("on", MANAGERS[2])
    nms.wait("ldm-notifications", OK, "3 up")
    # Nobody receives the next ones.
    nms.end("snmptrapd")
    agent.responder.command("off", MANAGERS[0])
    nms.wait("ldm-notifications", CRITICAL, r"managers down: 1 \(t5-01.example\)", 40)
    agent.responder.command("on", MANAGERS[0])
    nms.wait("ldm-notifications", OK, "3 up", 40)
    say("lost notifications are made up for")


def failing_discovery(nms, agent):
    before = nms.messages("ldm-managers")
    agent.daemon.send_signal(signal.SIGKILL)
    agent.daemon.wait()
    nms.wait("ldm-discovery", CRITICAL, "ldm-agentx does not run")
    nms.wait("ldm-managers", UNKNOWN, "ldm-agentx does not run")
    wait_for(lambda: not nms.status("ldm-managers")["last_reachable"], 10,
             "the dependency")
    wait_for(lambda: nms.messages("ldm-discovery"), 10, "a message about discovery")
    assert nms.messages("ldm-managers") == before
    say("while discovery fails, ldm-managers is not reachable and sends no messages")
    agent.daemon = agent.host.daemon()
    nms.wait("ldm-discovery", OK, "discovery works")
    nms.wait("ldm-managers", OK, "3 up")
