# SPDX-License-Identifier: BSD-2-Clause
"""Run a program as systemd would by a unit file, where systemd does not run.

    restrict.py mounts DIRECTORY COMMAND...
    restrict.py calls UNIT COMMAND...

"mounts", for users who may mount: the command sees a read-only file system,
except for DIRECTORY and an empty /tmp (ProtectSystem=strict, StateDirectory=,
PrivateTmp=), and only its own processes in /proc (ProcSubset=pid,
ProtectProc=invisible).

"calls", for any user: the command and its children get no new privileges, make
only the system calls of the unit's SystemCallFilter=, open only sockets of its
RestrictAddressFamilies=, and have no memory that is both writable and executable
(MemoryDenyWriteExecute=).  Of RestrictNamespaces= only the effect on threads is
reproduced: there is no clone3().

Needs systemd-analyze, for the contents of the sets of system calls.
"""

import ctypes
import errno
import os
import re
import socket
import struct
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x20000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
SYS_MOUNT_SETATTR = 442  # on every architecture except Alpha
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1

ACT_KILL, ACT_ALLOW, ACT_ERRNO = 0x80000000, 0x7fff0000, 0x00050000
CMP_EQ, CMP_GT, CMP_MASKED_EQ = 4, 6, 7
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000


def checked(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


# Mounts

def mount(source, target, kind, flags, options=None):
    encoded = [text and os.fsencode(text) for text in (source, target, kind)]
    checked(libc.mount(*encoded, ctypes.c_ulong(flags), options and options.encode()),
            f"mount {target}")


def set_read_only(path, on, flags=0):
    attributes = struct.pack("=QQQQ", MOUNT_ATTR_RDONLY * on, MOUNT_ATTR_RDONLY * (not on), 0, 0)
    checked(libc.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, os.fsencode(path), flags, attributes,
                         ctypes.c_size_t(len(attributes))), f"mount_setattr {path}")


def restrict_mounts(directory):
    safe = MS_NOSUID | MS_NODEV | MS_NOEXEC
    checked(libc.unshare(CLONE_NEWNS), "unshare")
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount(directory, directory, None, MS_BIND)
    mount("tmpfs", "/tmp", "tmpfs", safe, "mode=1777")
    mount("proc", "/proc", "proc", safe, "subset=pid,hidepid=invisible")
    set_read_only("/", True, AT_RECURSIVE)
    set_read_only(directory, False)
    set_read_only("/tmp", False)
    set_read_only("/proc", False)


# System calls

class Filter:
    """A seccomp filter, by libseccomp."""

    lib = None

    def __init__(self, otherwise):
        if Filter.lib is None:
            Filter.lib = ctypes.CDLL("libseccomp.so.2")
            Filter.lib.seccomp_init.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.lib.seccomp_init(ctypes.c_uint32(otherwise)))

    def add(self, action, name, *comparisons):
        """Whether the machine has the call; comparisons: (argument, operator, a[, b])."""
        number = self.lib.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return False
        packed = b"".join(struct.pack("=IIQQ", *comparison, *[0] * (4 - len(comparison)))
                          for comparison in comparisons)
        result = self.lib.seccomp_rule_add_array(self.context, ctypes.c_uint32(action), number,
                                                 len(comparisons), packed)
        if result < 0:
            raise OSError(-result, f"seccomp rule for {name}")
        return True

    def load(self):
        # No new privileges from here on; libseccomp requires this first.
        result = self.lib.seccomp_load(self.context)
        if result < 0:
            raise OSError(-result, "seccomp_load")


def settings(unit, key):
    """The values of a key of a unit file, a list of words for each line."""
    with open(unit) as file:
        return [line.partition("=")[2].split() for line in file if line.startswith(key + "=")]


def call_sets():
    """{"@set": names, of sets too} as systemd has them."""
    listed = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter"], text=True,
                            check=True, capture_output=True).stdout
    sets = {}
    for line in listed.splitlines():
        word = line.strip()
        if re.fullmatch(r"@[\w-]+", line):
            current = sets.setdefault(word, [])
        elif re.fullmatch(r"@?[\w-]+", word) and sets:
            current.append(word)
    return sets


def members(name, sets):
    """The system calls that a name stands for: one, or a set."""
    if not name.startswith("@"):
        return {name}
    return set().union(*(members(word, sets) for word in sets[name]))


def allowed_calls(unit):
    sets = call_sets()
    # systemd always adds @default, which every program needs.
    allowed = members("@default", sets)
    for words in settings(unit, "SystemCallFilter"):
        inverted = words[0].startswith("~")
        named = set().union(*(members(word.lstrip("~"), sets) for word in words))
        allowed = allowed - named if inverted else allowed | named
    return allowed


def restrict_calls(unit):
    calls = Filter(ACT_KILL)
    if sum(calls.add(ACT_ALLOW, name) for name in sorted(allowed_calls(unit))) < 100:
        raise ValueError(f"{unit}: its SystemCallFilter= does not make sense")

    others = Filter(ACT_ALLOW)
    families = {getattr(socket, word) for words in settings(unit, "RestrictAddressFamilies")
                for word in words}
    for family in set(range(64)) - families:
        others.add(ACT_ERRNO | errno.EAFNOSUPPORT, "socket", (0, CMP_EQ, family))
    others.add(ACT_ERRNO | errno.EAFNOSUPPORT, "socket", (0, CMP_GT, 63))
    if settings(unit, "MemoryDenyWriteExecute") == [["yes"]]:
        both = PROT_WRITE | PROT_EXEC
        others.add(ACT_ERRNO | errno.EPERM, "mmap", (2, CMP_MASKED_EQ, both, both))
        for name in ("mprotect", "pkey_mprotect"):
            others.add(ACT_ERRNO | errno.EPERM, name, (2, CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC))
        others.add(ACT_ERRNO | errno.EPERM, "shmat", (2, CMP_MASKED_EQ, SHM_EXEC, SHM_EXEC))
    if settings(unit, "RestrictNamespaces") == [["yes"]]:
        # A filter cannot see its flags; C libraries fall back to clone().
        others.add(ACT_ERRNO | errno.ENOSYS, "clone3")
    others.load()
    calls.load()


def main():
    what, argument, *command = sys.argv[1:]
    {"mounts": restrict_mounts, "calls": restrict_calls}[what](argument)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
