# SPDX-License-Identifier: BSD-2-Clause
"""What Nagios and Icinga 2 have to do alike; see monitoring.Server."""

import signal

from lab import wait_for
from monitoring import MANAGERS
from report import say


def first_alert(server, agent):
    """A manager disappears, which is told to a contact by name, and comes back."""
    server.wait("managers", "OK", "^LDM OK - 3 managers, 3 up$", 40)
    server.wait("discovery", "OK", "^LDM OK - discovery works: ")
    server.wait("managers", "OK", "3 up$", host="station-v3")
    agent.responder.command("off", MANAGERS[1])
    seen = server.wait("managers", "CRITICAL",
                       r"^LDM CRITICAL - managers down: 1 \(t5-02.example\)$")
    assert seen.lines[0].startswith("t5-02.example (192.0.2.22): down, silent for"), seen
    assert "down=1;;0;0 up=2;;;0 " in seen.perfdata, seen
    say(wait_for(lambda: server.messages("managers"), 10, "a message to the contact")[0])
    agent.responder.command("on", MANAGERS[1])
    server.wait("managers", "OK", "3 up$")


def notifications(server, agent):
    """They are shown at once.  Afterwards the state is that of all managers."""
    server.wait("notifications", "OK", "3 up$")
    before = len(server.messages("notifications"))
    agent.responder.command("off", MANAGERS[0])
    server.wait("notifications", "CRITICAL", "^LDM: .*t5-01.example.*")
    agent.responder.command("off", MANAGERS[2])
    server.wait("notifications", "CRITICAL", "^LDM: .*t5-03.example.*")
    agent.responder.command("on", MANAGERS[0])
    server.wait("notifications", "CRITICAL", r"managers down: 1 \(t5-03.example\)$")
    # A check may have found the manager of the first alert, too.
    messages = server.messages("notifications")[before:]
    assert len(messages) == 1, messages
    say("two managers that disappear cause one message")
    agent.responder.command("on", MANAGERS[2])
    server.wait("notifications", "OK", "3 up$")


def lost_notifications(server, agent):
    """A notification that nobody receives leaves a wrong state only for a time."""
    server.end("snmptrapd")
    agent.responder.command("off", MANAGERS[0])
    server.wait("notifications", "CRITICAL", r"managers down: 1 \(t5-01.example\)$", 40)
    agent.responder.command("on", MANAGERS[0])
    server.wait("notifications", "OK", "3 up$", 40)
    say("lost notifications are made up for")


def failing_discovery(server, agent):
    """The daemon is killed, about which there is one message, and comes back."""
    before = server.messages("managers")
    agent.daemon.send_signal(signal.SIGKILL)
    agent.daemon.wait()
    server.wait("discovery", "CRITICAL", "ldm-agentx does not run")
    server.wait("managers", "UNKNOWN", "ldm-agentx does not run")
    wait_for(lambda: server.messages("discovery"), 10, "a message about discovery")
    assert server.messages("managers") == before
    say("without the daemon, only discovery sends a message")
    agent.daemon = agent.host.daemon()
    server.wait("discovery", "OK", "discovery works")
    server.wait("managers", "OK", "3 up$")
