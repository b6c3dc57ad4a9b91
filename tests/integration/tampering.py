# SPDX-License-Identifier: BSD-2-Clause
"""Ways to make a process see another clock, or have its system calls fail."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from lab import WRAPPER, wait_for


def fake_clock(path):
    """The environment of a program whose wall clock is set by the file."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.exit("no libfaketime (package faketime) here: cannot test", 77)
    path.write_text("+0")
    # The library precedes that of AddressSanitizer, if the program is built with it.
    return {"LD_PRELOAD": str(found[0]), "DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1",
            "FAKETIME_TIMESTAMP_FILE": str(path), "ASAN_OPTIONS": "verify_asan_link_order=0"}


class Tampering:
    """System calls of a running daemon fail, or take long, while this context lasts.

    what: as in strace's "inject=CALL:WHAT".
    """

    def __init__(self, daemon, call, what):
        self.daemon = daemon
        self.argv = ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(daemon.pid),
                     "-e", f"trace={call}", "-e", f"inject={call}:{what}"]

    def __enter__(self):
        self.strace = subprocess.Popen(self.argv)
        wait_for(self.attached, 10, "strace to be there")
        return self

    def attached(self):
        try:
            tasks = list(Path(f"/proc/{self.daemon.pid}/task").iterdir())
            traced = ["TracerPid:\t0\n" not in (task / "status").read_text() for task in tasks]
        except (FileNotFoundError, ProcessLookupError):
            traced = []
        ended = not self.daemon.running()
        assert ended or self.strace.poll() is None, "strace has ended"
        return ended or all(traced)

    def __exit__(self, *_):
        self.strace.terminate()
        self.strace.wait()


HAS_STRACE = not WRAPPER and shutil.which("strace") is not None
needs_strace = pytest.mark.skipif(not HAS_STRACE,
                                  reason="no strace here, or a wrapper that it would trace")


# LeakSanitizer, which would trace the program itself, ends it with an error.
STRACE = ["strace", "-E", "ASAN_OPTIONS=detect_leaks=0"]


def tampered(call, what, path):
    """The same from the start of a process on, for calls on this file: a prefix of its command."""
    return [*STRACE, "-D", "-f", "-qq", "-o", "/dev/null", "-P", str(path),
            "-e", f"trace={call}", "-e", f"inject={call}:{what}"]


@contextlib.contextmanager
def hanging(path):
    """Opening the file blocks, as on a disk that hangs, until this context ends.

    By a lease, which the kernel breaks after /proc/sys/fs/lease-break-time, 45 s.
    """
    previous = signal.signal(signal.SIGIO, signal.SIG_IGN)
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield
    finally:
        os.close(fd)
        signal.signal(signal.SIGIO, previous)
