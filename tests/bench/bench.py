# SPDX-License-Identifier: BSD-2-Clause
"""What all benchmarks have in common: the machine, repetition, medians, ratios, the result."""

import argparse
import contextlib
import json
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
# Where the programs of the tree are built: it is given by make bench.
BUILDDIR = Path(os.environ.get("LDM_BUILDDIR", TOP)).resolve()
STARTED = time.monotonic()


def build(*programs):
    """Have make build programs of the tree."""
    subprocess.run(["make", "-s", "-C", BUILDDIR, *programs], check=True)


# The machine

def first_field(path, name):
    """The value of the first line "NAME : VALUE" of a file of proc(5), or None."""
    with contextlib.suppress(OSError):
        for line in Path(path).read_text(errors="replace").splitlines():
            key, colon, value = line.partition(":")
            if colon and key.strip() == name:
                return value.strip()
    return None


def file_system(directory):
    """(type, device) of the file system that a directory is on."""
    real, best = os.path.realpath(directory), ("/", "unknown", "unknown")
    for line in Path("/proc/self/mounts").read_text().splitlines():
        device, where, kind = line.split()[:3]
        inside = real == where or real.startswith(where.rstrip("/") + "/")
        if inside and len(where) >= len(best[0]):
            best = (where, kind, device)
    return best[1:]


def revision():
    """The tree that is measured, or None if it is no git tree."""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        return subprocess.run(["git", "-C", TOP, "describe", "--always", "--dirty"], check=True,
                              capture_output=True, text=True).stdout.strip()
    return None


def machine(directory):
    """What the figures depend on."""
    kind, device = file_system(directory)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": first_field("/proc/cpuinfo", "model name") or platform.machine(),
        "memory": first_field("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "file_system": kind,
        "device": device,
        "load": os.getloadavg()[0],
    }


# Figures

def repeat(times, measure):
    """Call each of measure's functions in turn, so that all see the same weather (A B A B).

    measure: {name: function}.  Returns {name: [result of each time]}.
    """
    results = {name: [] for name in measure}
    for _ in range(times):
        for name, function in measure.items():
            results[name].append(function())
    return results


def median(values):
    return statistics.median(values)


def medians(rows):
    """A dict with the median of each key of dicts that all have the same keys."""
    return {key: median([row[key] for row in rows]) for key in rows[0]}


def ratio(a, b):
    return a / b if b else None


def number(value):
    """For people: three digits that count, and groups of thousands."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(title, header, rows):
    """Print rows of figures under a title, the first column to the left."""
    cells = [list(map(str, header))] + [[number(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    print(f"\n{title}")
    for row in cells:
        print("  " + "  ".join(cell.rjust(width) if i else cell.ljust(width)
                               for i, (cell, width) in enumerate(zip(row, widths))).rstrip())
    sys.stdout.flush()


# Processes

class Usage:
    """What a process has used so far, with all its threads that still run."""

    def __init__(self, pid):
        self.cpu_ms = self.wakeups = 0
        for task in Path(f"/proc/{pid}/task").iterdir():
            self.cpu_ms += int((task / "schedstat").read_text().split()[0]) / 1e6
            self.wakeups += int(first_field(task / "status", "voluntary_ctxt_switches"))
        self.rss_kib = int(first_field(f"/proc/{pid}/status", "VmRSS").split()[0])

    def since(self, then):
        """{"cpu_ms", "wakeups"} since then, and the memory now."""
        return {"cpu_ms": self.cpu_ms - then.cpu_ms, "wakeups": self.wakeups - then.wakeups,
                "rss_kib": self.rss_kib}


# A run

def arguments(description, directory="/var/tmp", minutes=None):
    """A parser with the options that all benchmarks have; those that take a number of minutes
    have no repetitions."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("-n", "--times", type=int, default=minutes or 5,
                        help="minutes" if minutes else "repetitions")
    parser.add_argument("-d", "--directory", default=directory,
                        help="where files are written, on the disk to be measured")
    parser.add_argument("-o", "--output", help="file for the result, in JSON")
    return parser


@contextlib.contextmanager
def scratch(options):
    """An empty directory, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="ldm-bench.", dir=options.directory) as name:
        yield Path(name).resolve()


def finish(name, options, where, results):
    """Print the machine, and write the result."""
    result = {"benchmark": name, "revision": revision(), "time": time.strftime(
        "%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "times": options.times,
        "seconds": round(time.monotonic() - STARTED),
        "machine": machine(where), "results": results}
    table("Machine", ("", ""), [(key, value if isinstance(value, str) else f"{value:g}")
                                for key, value in result["machine"].items() if value is not None])
    print(f"\nThis took {result['seconds']} s.")
    if options.output:
        Path(options.output).write_text(json.dumps(result, indent=1) + "\n")
        print(f"\n{options.output} has the result")


# Namespaces

def network():
    """The network namespace that we are in."""
    return os.readlink("/proc/self/ns/net")


def enter_namespaces(limit):
    """Go on in network, mount and process namespaces of our own, for `limit` seconds at most.

    The program is started again there: no packet leaves this host, and nothing outlives it.
    """
    if os.environ.setdefault("LDM_BENCH_OUTSIDE", network()) == network():
        how = subprocess.run([TOP / "tests" / "namespaces"], stdout=subprocess.PIPE, text=True)
        if how.returncode != 0:
            sys.exit(77)
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        os.execvp("timeout", [
            "timeout", "--foreground", "--signal=KILL", str(limit), "unshare",
            *how.stdout.split(), "--net", "--mount", "--pid", "--fork", "--kill-child",
            "--mount-proc", sys.executable, *sys.argv])
    if os.getpid() != 1 or [name for _, name in socket.if_nameindex()] != ["lo"]:
        sys.exit("refusing to run outside namespaces of our own")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"], check=True)
    os.mkdir("/run/netns")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # Process 1 gets only the signals that it handles.
    for signo in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signo, lambda signo, _: sys.exit(128 + signo))


@contextlib.contextmanager
def laboratory(where):
    """A Lab of tests/integration/lab.py in a directory, for whoever is in namespaces."""
    os.environ["LDM_BUILDDIR"] = str(BUILDDIR)
    sys.path.insert(0, str(TOP / "tests" / "integration"))
    import lab  # pylint: disable=import-outside-toplevel
    path = where / f"lab-{time.monotonic_ns()}"
    path.mkdir()
    the_lab = lab.Lab(path)
    try:
        yield the_lab
    finally:
        the_lab.dismantle()


@contextlib.contextmanager
def awake():
    """Keep the processors from sleeping, by processes that run only when no other does."""
    spinning = [subprocess.Popen(["chrt", "--idle", "0", "sh", "-c", "while :; do :; done"])
                for _ in range(os.cpu_count())]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


# Debian's default of net.core.rmem_max
RMEM_MAX = 212992


def agentx(lab, ordinary):
    """How to start ldm-agentx as root, or as an ordinary user whose receive buffers are limited
    by RMEM_MAX: words before the command, the program, and the environment."""
    # Where every user may execute it.
    program = shutil.copy(BUILDDIR / "tests" / "bench" / "limited_agentx", lab.path)
    if not ordinary:
        return [], program, None
    return lab.ordinary_user(), program, {"LDM_RMEM_MAX": str(RMEM_MAX)}
