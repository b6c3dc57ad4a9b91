# SPDX-License-Identifier: BSD-2-Clause
"""The daemon works within the restrictions of contrib/systemd/ldm-agentx.service.in."""

import os
import shutil
import signal
import stat
from pathlib import Path

import pytest

import database
from lab import DOWN, UP, WRAPPER, Daemon, addresses, wait_for

HERE = Path(__file__).resolve().parent
UNIT = HERE.parent.parent / "contrib" / "systemd" / "ldm-agentx.service.in"

pytestmark = [
    pytest.mark.skipif(bool(WRAPPER), reason="the wrapper needs what the unit forbids"),
    pytest.mark.skipif(not shutil.which("systemd-analyze"),
                       reason="no systemd-analyze here, which knows the sets of system calls"),
]


class Service:
    """What systemd does for a service, reproduced without systemd."""

    def __init__(self, lab, host):
        self.lab = lab
        self.host = host
        self.directory = lab.path / "ldm-agentx"  # StateDirectory=
        self.state = self.directory / "state.db"
        self.directory.mkdir(mode=0o700)
        if "--reuid=65534" in lab.ordinary_user():
            os.chown(self.directory, 65534, 65534)
        # In a place where an ordinary user can read them.
        self.restrict = shutil.copy(HERE / "restrict.py", str(lab.path))
        self.unit = shutil.copy(UNIT, str(lab.path))
        self.binary = lab.public_copy("ldm-agentx")

    def within(self, argv):
        return ["/usr/bin/python3", self.restrict, "mounts", str(self.directory),
                *self.lab.ordinary_user(),
                "/usr/bin/python3", self.restrict, "calls", self.unit, *argv]

    def start(self, *config):
        argv = self.host.daemon_command(config=[f"stateFile {self.state}", *config],
                                        binary=self.binary)
        # Leak detection uses ptrace(), which the unit forbids.
        return self.host.start("ldm-agentx", self.within(argv), Daemon,
                               env={"ASAN_OPTIONS": "detect_leaks=0"})

    def python(self, text):
        return self.host.run(self.within(["/usr/bin/python3", "-c", text]))


def test_everything_works(lab):
    """Finds managers, answers walks, notifies, saves its state, stops, and restores it."""
    station = lab.station()
    service = Service(lab, station)
    responder = lab.manager_host().responder("-n", 30, "-a", "198.18.0.1", delay="0:20")
    every = addresses("198.18.0.1", 30)
    lines = ["interval 500ms", "window 200ms", "misses 2"]
    daemon = service.start(*lines)
    station.wait_all_up(every)
    wait_for(lambda: len(station.trapd.appeared()) == 30, 10, "the notifications")
    responder.command("off", every[3])
    wait_for(lambda: station.trapd.disappeared(every[3]), 10, "the one that is gone")
    expected = dict.fromkeys(every, UP) | {every[3]: DOWN}
    station.wait_statuses(expected)
    assert station.column("ldmManagerHostname")[every[0]] == b"ldom001"

    status = Path(f"/proc/{daemon.pid}/status").read_text()
    for line in ("CapEff:\t0000000000000000", "CapPrm:\t0000000000000000",
                 "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"):
        assert line in status
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_output("configuration reloaded")
    assert daemon.end()[0] == 0
    # The way to the state file is for its owner only; so is the file.
    assert stat.S_IMODE(service.state.stat().st_mode) == 0o600
    assert database.setting(service.state, "clean") == 1
    assert database.count(service.state, "event") == 31

    again = service.start(*lines)
    station.wait_statuses(expected)
    responder.command("on", every[3])
    wait_for(lambda: station.trapd.appeared(every[3])[1:], 10, "the one that is back")
    station.wait_all_up(every)
    assert len(station.trapd.appeared()) == 31 and len(station.trapd.disappeared()) == 1
    assert again.end()[0] == 0


@pytest.mark.parametrize("attempt, outcome", [
    ("open('/tmp/x', 'w')", 0),
    ("open({directory!r} + '/x', 'w')", 0),
    ("open('/run/x', 'w')", "Read-only file system"),
    ("open('/usr/x', 'w')", "Read-only file system"),
    ("open({directory!r} + '/../x', 'w')", "Read-only file system"),
    ("open('/proc/sys/kernel/hostname', 'w')", "No such file"),
    ("import socket; socket.socket(socket.AF_INET)", 0),
    ("import socket; socket.socket(socket.AF_INET6)", "Address family not supported"),
    ("import socket; socket.socket(socket.AF_PACKET)", "Address family not supported"),
    ("import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE)", 0),
    ("import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)",
     "Operation not permitted"),
    ("import os; os.setpriority(os.PRIO_PROCESS, 0, 5)", -signal.SIGSYS),
    ("import os; os.chroot('/tmp')", -signal.SIGSYS),
], ids=lambda value: value if isinstance(value, str) and "(" in value else "")
def test_the_restrictions_are_real(lab, attempt, outcome):
    """The restrictions of the test above are in effect."""
    service = Service(lab, lab.host("a"))
    result = service.python(attempt.format(directory=str(service.directory)))
    if isinstance(outcome, str):
        assert result.returncode == 1 and outcome in result.stderr
    else:
        assert result.returncode == outcome, result.stderr
