# SPDX-License-Identifier: BSD-2-Clause
"""The master agent is frozen, absent, restarted, or refuses access.

Rounds continue at the same pace, as seen on another host, no manager is falsely
reported as down, and SIGTERM ends the daemon within a second.  The reason why there
is no link is logged once, and the daemon keeps trying.
"""

import os
import signal
import stat
import time
from pathlib import Path

import pytest

from lab import SLOW, UP, WRAPPER, Daemon, addresses, wait_for

MANAGERS = addresses("198.18.0.1", 5)

# The daemon's messages about the link.
LINK = "AgentX link|master agent"

# ldm-agentx(8): within a second; programs are slower under valgrind and the like.
END_WITHIN = 1.0 if not WRAPPER else 10.0


def socket_path(host):
    return Path(host.agentx.removeprefix("unix:"))


def no_process(host):
    """A place for the AgentX socket, as the master would make it."""
    socket_path(host).parent.mkdir(exist_ok=True)
    return socket_path(host)


@pytest.mark.slow
def test_master_frozen(lab):
    """Frozen for 30 s: the cadence is kept, nothing falsely down, SIGTERM works."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 5, "-a", MANAGERS[0], delay="0:10")
    daemon = station.daemon(interval="1s", window="400ms")
    station.wait_all_up(MANAGERS)
    wait_for(lambda: len(station.trapd.appeared()) == 5, 10, "the notifications")

    station.master.send_signal(signal.SIGSTOP)
    frozen = time.monotonic()
    responder.command("off", MANAGERS[0])
    wait_for(lambda: time.monotonic() - frozen >= 5, 10, "5 s")
    responder.command("on", MANAGERS[0])
    wait_for(lambda: time.monotonic() - frozen >= 30, 40, "30 s")
    station.master.send_signal(signal.SIGCONT)

    starts = [start for start in responder.rounds(gap=0.5) if frozen <= start < frozen + 30]
    assert len(starts) >= 28
    assert max(b - a for a, b in zip(starts, starts[1:])) < 1.6

    station.wait_all_up(MANAGERS, 30)
    # Events of the time when it was frozen arrive; nothing else does.
    wait_for(lambda: len(station.trapd.appeared()) >= 6, 30, "the held back notifications")
    assert {n.objects["ldmEventAddress"] for n in station.trapd.disappeared()} == {MANAGERS[0]}

    station.master.send_signal(signal.SIGSTOP)
    again = time.monotonic()
    wait_for(lambda: time.monotonic() - again >= 4, 10, "4 s")
    status, took = daemon.end()
    assert status == 0 and took < END_WITHIN
    station.master.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("state", ["connected", "absent", "killed"])
def test_sigterm_ends_it_within_a_second(lab, state):
    """SIGTERM and SIGINT end the daemon within a second in every state of the link."""
    station = lab.station(snmp=False)
    no_process(station)
    responder = lab.manager_host().responder("-n", 5, "-a", MANAGERS[0])
    for signo in (signal.SIGTERM, signal.SIGINT):
        master = station.snmpd() if state != "absent" else None
        daemon = station.daemon()
        responder.wait_requests(2, 10)
        if master:
            station.wait_all_up(MANAGERS)
        if state == "killed":
            master.kill()
            responder.wait_requests(2, 10)
        status, took = daemon.end(signo)
        assert status == 0 and took < END_WITHIN
        if master:
            master.kill()


def test_no_master_at_start(lab):
    """Started before snmpd: logs it once, discovers, and connects when snmpd is there."""
    station = lab.station(snmp=False)
    no_process(station)
    responder = lab.manager_host().responder("-n", 5, "-a", MANAGERS[0])
    daemon = station.daemon(interval="500ms", window="200ms")
    responder.wait_requests(12, 20)
    said = daemon.lines(LINK)
    assert len(said) == 1 and str(socket_path(station)) in said[0], said

    station.trapd = station.snmptrapd()
    station.snmpd()
    listening = time.monotonic()
    station.wait_all_up(MANAGERS, 20)
    assert time.monotonic() - listening < 4 * SLOW
    wait_for(lambda: len(station.trapd.appeared()) == 5, 10, "the notifications held back")
    assert len(daemon.lines(LINK)) == 2


def test_master_restarted(lab):
    """snmpd restarted: the link is back soon, one line for each change, nothing lost."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 5, "-a", MANAGERS[0])
    daemon = station.daemon(interval="500ms", window="200ms", config=["misses 2"])
    station.wait_all_up(MANAGERS)
    wait_for(lambda: len(station.trapd.appeared()) == 5, 10, "the notifications")
    before = len(daemon.lines(LINK))

    station.master.end()
    responder.command("off", MANAGERS[2])
    responder.wait_requests(12, 20)
    station.master = station.snmpd()
    listening = time.monotonic()
    station.wait_statuses({a: UP if a != MANAGERS[2] else 3 for a in MANAGERS}, 20)
    assert time.monotonic() - listening < 4 * SLOW
    wait_for(lambda: station.trapd.disappeared(MANAGERS[2]), 10, "what happened meanwhile")
    assert len(station.trapd.appeared()) == 5
    # Lost, and back.
    assert len(daemon.lines(LINK)) == before + 2


def test_master_killed(lab):
    """snmpd killed, its socket file left behind stale, and started again."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 5, "-a", MANAGERS[0])
    station.daemon(interval="500ms", window="200ms")
    station.wait_all_up(MANAGERS)
    for _ in range(3):
        station.master.kill()
        responder.wait_requests(2, 10)
        station.master = station.snmpd()
        station.wait_all_up(MANAGERS)
    assert len(station.trapd.disappeared()) == 0


def test_no_permission_for_the_socket(lab):
    """An ordinary user without access to the socket's directory: logs it once, keeps trying."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 5, "-a", MANAGERS[0])
    path = socket_path(station)
    os.chmod(path, 0)
    argv = station.daemon_command(config=["interval 500ms", "window 200ms"],
                                  binary=lab.public_copy("ldm-agentx"))
    daemon = station.start("ldm-agentx", lab.ordinary_user() + argv, Daemon)
    responder.wait_requests(10, 20)
    said = daemon.lines(LINK)
    assert len(said) == 1 and str(path) in said[0] and "ermission denied" in said[0], said

    os.chmod(path, stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)
    station.wait_all_up(MANAGERS)
    assert len(daemon.lines(LINK)) == 2
