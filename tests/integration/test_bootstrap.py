# SPDX-License-Identifier: BSD-2-Clause
"""The messages when something that a build, the tests or the demonstration need is missing.

Programs are hidden by a PATH with links to all others; other conditions (namespaces
refused, another snmpd that listens) are simulated.
"""

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from lab import BUILDDIR
from lab_mib import ietf_modules
from newcomer import SOURCE

MODULES = ("SNMPv2-SMI", "SNMPv2-TC", "SNMPv2-CONF", "SNMPv2-MIB", "SNMP-FRAMEWORK-MIB",
           "INET-ADDRESS-MIB")


@pytest.fixture
def without(tmp_path):
    """A function: environment in which these programs are not to be found."""
    def environment(*missing, **more):
        place = tmp_path / f"without-{'-'.join(missing)}"
        place.mkdir()
        for directory in os.environ["PATH"].split(":"):
            for name in os.listdir(directory) if os.path.isdir(directory) else ():
                link = place / name
                if name not in missing and not link.is_symlink():
                    link.symlink_to(Path(directory) / name)
        return dict(os.environ, PATH=str(place), **more)
    return environment


def run(argv, env, status, **kwargs):
    result = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120, **kwargs)
    said = result.stdout + result.stderr
    assert result.returncode == status, said
    return said


def add(env, name, script):
    """Add a program of ours to that PATH."""
    program = Path(env["PATH"]) / name
    program.unlink(missing_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_no_autoconf(without, tmp_path):
    """The packages are named, and nothing is installed by this form."""
    said = run([SOURCE / "bootstrap"], without("autoreconf", "automake", "apt-get"), 2)
    assert "not found: autoreconf automake" in said
    assert "apt-get install autoconf automake pkg-config gcc" in said


def test_no_pkg_config(without, tmp_path):
    # The tree itself may be configured already.
    for name in ("configure", "build-aux", "src"):
        (tmp_path / name).symlink_to(SOURCE / name)
    said = run(["./configure", "-q", "--disable-hardening"], without("pkg-config", "pkgconf"), 1,
               cwd=tmp_path)
    assert "pkg-config is needed" in said and "Debian: pkg-config" in said
    assert "net-snmp 5.8" not in said


def test_no_xz(without, tmp_path):
    # The rule alone, because a build tree may have to be configured again first.
    rule = re.search(r"^dist-hook:.*?\n\n", (BUILDDIR / "Makefile").read_text(), re.M | re.S)
    (tmp_path / "Makefile").write_text(rule.group())
    env = without("xz")
    said = run(["make", "-C", tmp_path, "dist-hook"], env, 2)
    assert "make dist needs xz (Debian: xz-utils)" in said
    add(env, "xz", "")
    run(["make", "-C", tmp_path, "dist-hook"], env, 0)


def test_mibs_elsewhere(without, tmp_path):
    """Without apt-get the modules are copied from the folders where net-snmp looks for them."""
    env = without("apt-get", LDM_IETF_MIBS=str(tmp_path / "kept"))
    own = [tmp_path / "own-1", tmp_path / "own-2"]
    for number, module in enumerate(MODULES):
        place = own[number % 2]
        place.mkdir(exist_ok=True)
        (place / f"{module}.txt").write_text(f"{module} DEFINITIONS ::= BEGIN END\n")
    add(env, "net-snmp-config",
        f'[ "$*" = --default-mibdirs ] && echo /nonexistent:{own[0]}:{own[1]}')
    run([SOURCE / "bootstrap", "mibs", "here"], env, 0, cwd=tmp_path)
    for module in MODULES:
        assert (tmp_path / "here" / module).read_text().startswith(module)

    (own[1] / "SNMPv2-TC.txt").unlink()
    env["LDM_IETF_MIBS"] = str(tmp_path / "others")
    said = run([SOURCE / "bootstrap", "mibs", "there"], env, 2, cwd=tmp_path)
    assert "no MIB module SNMPv2-TC in " in said and str(own[0]) in said


def test_no_namespaces(without):
    """An ordinary user who may not create namespaces is told what to do."""
    env = without("unshare", "id")
    add(env, "unshare", "echo 'unshare: write failed /proc/self/uid_map: Operation not permitted' >&2"
        "; exit 1")
    add(env, "id", "echo 1000")
    # As on Ubuntu 24.04.
    script = ("mount -t tmpfs tmpfs /proc/sys/kernel"
              " && echo 1 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns"
              f" && PATH={env['PATH']} && exec \"$@\"")
    for argv, status in (([SOURCE / "tests" / "demo"], 1),
                         ([SOURCE / "tests" / "integration" / "run", "test_table.py"], 77)):
        said = run(["unshare", "--mount", "sh", "-c", script, "sh", *argv], None, status)
        assert "uid_map: Operation not permitted" in said
        assert "run it as root" in said
        assert "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" in said


def test_another_snmpd_is_not_reached(machine):
    """Neither by the demonstration nor by what these tests start."""
    place = machine.path("/var/agentx/master")
    place.unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        listener.setblocking(False)
        demo = machine.leave_running(
            "#", f"LDM_BUILDDIR='{BUILDDIR}' MIBDIRS='{ietf_modules()}' '{SOURCE}/tests/demo'")
        machine.host.snmptrapd()
        assert demo.wait(60) == 0, demo.output()
        with pytest.raises(BlockingIOError):
            listener.accept()
