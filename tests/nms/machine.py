# SPDX-License-Identifier: BSD-2-Clause
"""A Debian of its own on a host of the lab, which an overlay leaves as it is."""

import signal
import subprocess


class Machine:
    def __init__(self, host, name, tree):
        self.host = host
        self.tree = host.lab.path / name
        place = self.tree.parent / f"{name}-changes"
        for directory in (place / "upper", place / "work", self.tree):
            directory.mkdir(parents=True)
        self.mounts = []
        for kind, where, options in (
                ("overlay", "", f"lowerdir={tree},upperdir={place}/upper,workdir={place}/work"),
                ("proc", "proc", "rw"), ("tmpfs", "dev/shm", "mode=1777"), ("tmpfs", "run", "mode=755")):
            subprocess.run(["mount", "-t", kind, "-o", options, kind, str(self.tree / where)], check=True)
            self.mounts.append(str(self.tree / where))

    def inside(self, argv, user=None):
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
        return ["chroot", str(self.tree), *become, *argv]

    def start(self, title, argv, user=None):
        return self.host.start(title, self.inside(argv, user))

    def run(self, script, user=None, seconds=60, **environment):
        """Run a script there; returns its output."""
        result = self.host.run(self.inside(["sh", "-euc", script], user), seconds,
                               env=dict(self.host.lab.env, **environment))
        assert result.returncode == 0, script + result.stdout + result.stderr
        return result.stdout

    def path(self, name):
        """The path by which we reach a file of the machine."""
        return self.tree / name.lstrip("/")

    def write(self, name, text, mode=0o644):
        self.path(name).write_text(text)
        self.path(name).chmod(mode)

    def end(self):
        for process in reversed(self.host.lab.processes):
            if process.argv[4:6] == ["chroot", str(self.tree)] and process.running():
                process.end(signal.SIGINT, 30)
        for where in reversed(self.mounts):
            subprocess.run(["umount", "-l", where], check=True)
