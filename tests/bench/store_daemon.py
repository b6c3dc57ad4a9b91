# SPDX-License-Identifier: BSD-2-Clause
"""What daemons of two trees give the kernel to write into their state files: strace counts."""

import re
import subprocess
import time
from pathlib import Path

import bench

FIRST = "198.18.0.1"
BURST = 5000
PAIRS = 2
# A daemon saves within a second, or a few if it spares the disk.
QUIET_S = 7
LIMIT_S = 300
CALL = re.compile(r"(write|pwrite64|fsync|fdatasync)\(\d+<([^>]*)>.*\) = (\d+)$")
# A log for each thread, in which no call is interrupted by those of others.
TRACE = ["strace", "-ff", "-y", "-s0", "-e", "trace=write,pwrite64,fsync,fdatasync"]


def traced(log, where):
    """(octets, syncs) of the files in a directory, in the logs of TRACE with -o log."""
    written = syncs = 0
    for line in (line for thread in log.parent.glob(log.name + ".*")
                 for line in thread.read_text(errors="replace").splitlines()):
        call = CALL.search(line)
        if call and call[2].startswith(str(where)):
            syncs += call[1] in ("fsync", "fdatasync")
            written += int(call[3]) if call[1] in ("write", "pwrite64") else 0
    return written, syncs


class Watched:
    """A daemon that knows some managers, and what it writes."""

    def __init__(self, lab, tree, managers):
        import lab as lab_module  # pylint: disable=import-outside-toplevel
        self.lab = lab
        self.wait_for = lab_module.wait_for
        self.mib = lab_module.Mib((tree / "mibs/LDM-DISCOVERY-MIB.txt").read_text())
        self.managers = lab_module.addresses(FIRST, managers)
        self.station = lab.station()
        self.responder = lab.manager_host().responder("-n", managers, "-a", FIRST, delay="0:500")
        self.state = lab.path / "state"
        self.state.mkdir(mode=0o700)
        self.daemon = self.station.start("ldm-agentx", self.station.daemon_command(
            config=[f"stateFile {self.state}/state.db", "interval 3s", "window 1500ms",
                    "misses 2", "announceFirst no"],
            binary=str(tree / "src/ldm-agentx")), lab_module.Daemon)
        self.log = lab.path / "strace"
        self.wait_judged(0)
        self.wait_quiet()
        self.attach()

    def wait_judged(self, down):
        """Wait until so many managers are down, the others up, and no notification is queued."""
        oids = [self.mib.oid(name) + ".0"
                for name in ("ldmManagersUp", "ldmManagersDown", "ldmEventsQueued")]
        expected = [len(self.managers) - down, down, 0]
        self.wait_for(lambda: self.station.get(*oids) == expected, 120, f"{down} managers down")

    def attach(self):
        self.tracer = subprocess.Popen([*TRACE, "-o", self.log, "-p", str(self.daemon.pid)],
                                       stderr=subprocess.DEVNULL)
        tasks = Path(f"/proc/{self.daemon.pid}/task")
        self.wait_for(lambda: all(bench.first_field(task / "status", "TracerPid") != "0"
                                  for task in tasks.iterdir()), 20, "strace")

    def written_at(self):
        """When a file in the directory was last changed."""
        return max((path.stat().st_mtime_ns for path in self.state.glob("*.db*")), default=0)

    def wait_quiet(self):
        """Wait until nothing was written for some seconds."""
        deadline = time.monotonic() + LIMIT_S
        last, since = None, time.monotonic()
        while time.monotonic() - since < QUIET_S:
            now = self.written_at()
            if now != last:
                last, since = now, time.monotonic()
            if since > deadline:
                raise TimeoutError("the daemon does not stop writing")
            time.sleep(0.5)

    def cost(self, word, which, down):
        """(octets, syncs) if the responder switches managers on or off."""
        before = traced(self.log, self.state)
        self.responder.command(word, which)
        self.wait_judged(down)
        self.wait_quiet()
        return tuple(b - a for a, b in zip(before, traced(self.log, self.state)))

    def stop_trace(self):
        self.tracer.terminate()
        self.tracer.wait(20)


def one_event(watched):
    """Managers vanish and come back, one at a time."""
    costs = []
    for address in watched.managers[:PAIRS]:
        costs.append(watched.cost("off", address, 1))
        costs.append(watched.cost("on", address, 0))
    return costs


def burst(watched):
    last = watched.managers[BURST - 1]
    return [watched.cost("off", f"{FIRST}-{last}", BURST)]


def measure_one(where, tree, managers, what):
    """The medians of its costs."""
    with bench.laboratory(where) as lab:
        watched = Watched(lab, tree, managers)
        try:
            costs = what(watched)
        finally:
            watched.stop_trace()
    return {"octets": bench.median([octets for octets, _ in costs]),
            "syncs": bench.median([syncs for _, syncs in costs])}


def measure(where, trees, sizes):
    """{case: {tree's name: {"octets", "syncs"}}}; each case with both trees in turn."""
    cases = {f"one event, {size} managers": (size, one_event) for size in sizes}
    cases[f"{BURST} of {sizes[-1]} managers vanish"] = (sizes[-1], burst)
    return {case: {name: measure_one(where, tree, managers, what)
                   for name, tree in trees.items()}
            for case, (managers, what) in cases.items()}
