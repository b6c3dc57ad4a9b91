# SPDX-License-Identifier: BSD-2-Clause
"""Whatever the parent process has closed, blocked, ignored or limited, the programs work."""

import itertools
import os
import signal
from pathlib import Path

import pytest

from lab import WRAPPER, Daemon, addresses, program, wait_for

REDIRECTIONS = {0: "<&-", 1: ">&-", 2: "2>&-"}
COMBINATIONS = [c for n in (1, 2, 3) for c in itertools.combinations(REDIRECTIONS, n)]
QUICK = ["interval 500ms", "window 200ms"]


def without(descriptors, argv):
    """A command line that runs argv with these descriptors closed."""
    closed = " ".join(REDIRECTIONS[fd] for fd in descriptors)
    return ["sh", "-c", f'exec "$@" {closed}', "sh", *argv]


def gone(pid):
    try:
        # It was orphaned to process 1 of our namespace, which may not have reaped it yet.
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def masks(pid):
    """{"SigBlk": set of signal numbers...} of a process."""
    lines = (line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {key: {n + 1 for n in range(64) if int(value, 16) >> n & 1}
            for key, value in lines if key in ("SigBlk", "SigIgn", "SigCgt")}


class Background:
    """A daemon that has detached; wrap makes the command line that starts it."""

    def __init__(self, lab, station, wrap):
        number = len(lab.processes)
        pid_file = lab.path / f"pid-{number}"
        self.log = lab.path / f"daemon-log-{number}"
        argv = station.daemon_command("-p", str(pid_file), "-Lf", str(self.log), config=QUICK)
        argv = wrap([arg for arg in argv if arg not in ("-f", "-Lo")])
        assert station.start("ldm-agentx", argv, Daemon).wait() == 0
        self.pid = int(pid_file.read_text())

    def wait_logged(self, text):
        wait_for(lambda: text in self.log.read_text(), 10, f"{text!r} in the log")

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        wait_for(lambda: gone(self.pid), 10, "the daemon to end")


def scan_and_responder(station, prefix):
    """Both programs, when they handle SIGTERM, with the exit statuses expected."""
    for name, options, status in (("ldm-scan", ["-l"], 1), ("ldm-responder", ["-i", "eth0"], 0)):
        process = station.start(name, [*prefix, program(name), *options])
        wait_for(lambda: signal.SIGTERM in masks(process.pid)["SigCgt"], 10, "the handler")
        yield process, status


def test_daemon_without_standard_descriptors(lab):
    """The daemon detaches, discovers and stops with any of the descriptors 0 to 2 closed."""
    station = lab.station(snmp=False)
    lab.manager_host().responder("-n", 1, "-a", "198.18.0.1")
    for closed in COMBINATIONS:
        daemon = Background(lab, station, lambda argv, closed=closed: without(closed, argv))
        for fd in REDIRECTIONS:
            assert os.readlink(f"/proc/{daemon.pid}/fd/{fd}") == "/dev/null", closed
        daemon.wait_logged("198.18.0.1")
        daemon.end()


def test_scan_without_standard_descriptors(lab):
    """The scan finds managers as usual; output that cannot be written is an error."""
    host = lab.station(snmp=False)
    lab.manager_host().responder("-n", 2, "-a", "198.18.0.1", delay="0")
    for closed in COMBINATIONS:
        command = [program("ldm-scan"), "-w", "300ms", "-e", "2"]
        assert host.run(without(closed, [*command, "-q"])).returncode == 0, closed
        result = host.run(without(closed, command))
        assert result.returncode == (2 if 1 in closed else 0), closed
        if 1 in closed and 2 not in closed:
            assert result.stderr == "ldm-scan: error: cannot write to standard output: " \
                                    "Bad file descriptor\n"


def test_responder_without_standard_descriptors(lab):
    """The responder answers and takes commands; its exit status reports failed output."""
    host = lab.station(snmp=False)
    for closed in COMBINATIONS:
        control = str(lab.path / f"control-{len(lab.processes)}")
        responder = lab.hosts[0].start("ldm-responder", without(
            closed, [program("ldm-responder"), "-i", "eth0", "-S", control]))
        wait_for(lambda: Path(control).exists(), 10, "the control socket")
        for fd in closed:
            assert os.readlink(f"/proc/{responder.pid}/fd/{fd}") == "/dev/null", closed
        listed = host.run([program("ldm-responder"), "-S", control, "list"])
        assert listed.returncode == 0 and "198.18.0.1" in listed.stdout, closed
        assert responder.end()[0] == (1 if 1 in closed else 0), closed


@pytest.mark.skipif(bool(WRAPPER), reason="the wrapper may have signals of its own")
def test_blocked_signals(lab):
    """Programs whose parent blocks every signal can be stopped."""
    station = lab.station(snmp=False)
    blocked = ["env", "--block-signal"]
    daemon = Background(lab, station, lambda argv: [*blocked, *argv])
    assert masks(daemon.pid)["SigBlk"] == set()
    os.kill(daemon.pid, signal.SIGHUP)
    daemon.wait_logged("configuration reloaded")
    daemon.end()
    for process, status in scan_and_responder(station, blocked):
        assert process.end()[0] == status


@pytest.mark.skipif(bool(WRAPPER), reason="the wrapper may have signals of its own")
def test_ignored_signals(lab):
    """The daemon handles its signals; the others keep SIGINT and SIGHUP ignored, as by nohup(1)."""
    station = lab.station(snmp=False)
    ignored = ["env", "--ignore-signal=HUP,INT,TERM,USR1,PIPE,CHLD"]
    daemon = Background(lab, station, lambda argv: [*ignored, *argv])
    assert masks(daemon.pid)["SigCgt"] >= {signal.SIGHUP, signal.SIGINT, signal.SIGTERM,
                                           signal.SIGUSR1}
    os.kill(daemon.pid, signal.SIGHUP)
    daemon.wait_logged("configuration reloaded")
    daemon.end()
    for process, status in scan_and_responder(station, ignored):
        assert masks(process.pid)["SigIgn"] >= {signal.SIGHUP, signal.SIGINT}
        assert process.end()[0] == status


@pytest.mark.parametrize("given, expected", [("16:4096", "2048 4096"), ("16:512", "512 512"),
                                             ("4096:4096", "4096 4096")])
def test_limit_of_descriptors(lab, given, expected):
    """The soft limit is raised for many interfaces, as far as the hard limit allows."""
    station = lab.station(snmp=False)
    for process, _ in scan_and_responder(station, ["prlimit", f"--nofile={given}"]):
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        line = next(line for line in limits.splitlines() if line.startswith("Max open files"))
        assert line.split()[3:5] == expected.split()


def test_descriptors_beyond_select(lab):
    """The link to the master agent works with a descriptor beyond FD_SETSIZE."""
    station = lab.station()
    lab.manager_host().responder("-n", 2, "-a", "198.18.0.1")
    crowd = ("import os, sys\n"
             "for _ in range(1100): os.set_inheritable(os.dup(0), True)\n"
             "os.execvp(sys.argv[1], sys.argv[1:])")
    daemon = station.start("ldm-agentx", ["prlimit", "--nofile=2048", "python3", "-c", crowd,
                                          *station.daemon_command(config=QUICK)], Daemon)
    station.wait_all_up(addresses("198.18.0.1", 2))
    assert len(os.listdir(f"/proc/{daemon.pid}/fd")) > 1100
    wait_for(lambda: len(station.trapd.appeared()) == 2, 10, "the notifications")
