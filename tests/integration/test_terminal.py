# SPDX-License-Identifier: BSD-2-Clause
"""ldm-scan on a terminal: progress, the width of the table, and words if nobody answers."""

import errno
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

from lab import SLOW, program

LEFT = re.compile(r"(\d+) managers? found, (\d+) s left")


def read_all(descriptor):
    """What was written to a terminal, until all programs have closed it."""
    written = b""
    while True:
        try:
            part = os.read(descriptor, 4096)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            part = b""
        if not part:
            return written.decode().replace("\r\n", "\n")
        written += part


def on_terminal(host, *args, columns=80, streams=("stdout", "stderr")):
    """Run ldm-scan with these streams on a terminal: (screen, output of the others, status)."""
    screen, tty = pty.openpty()
    fcntl.ioctl(tty, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    ends = {name: tty if name in streams else subprocess.PIPE for name in ("stdout", "stderr")}
    with subprocess.Popen(host.inside([program("ldm-scan"), *args]), stdin=subprocess.DEVNULL,
                          env=host.lab.env, **ends) as process:
        os.close(tty)
        text = read_all(screen)
        rest = b"".join(part or b"" for part in process.communicate(timeout=60 * SLOW))
    os.close(screen)
    return text, rest.decode(), process.returncode


def settled(screen):
    """The lines that a person sees in the end: a carriage return makes the next text overwrite."""
    lines = []
    for written in screen.split("\n"):
        line = ""
        for text in written.split("\r"):
            line = text + line[len(text):]
        lines.append(line.rstrip())
    return lines


@pytest.fixture
def host(lab):
    host = lab.station(snmp=False)
    lab.managers = lab.manager_host().responder("-n", 3, "-H", "manager-%u.department.example.com")
    return host


def test_progress(host):
    """The time left counts down, the managers found are counted, and nothing of it remains."""
    screen, _, status = on_terminal(host, "-w", "2s")
    assert status == 0
    steps = [(int(found), int(left)) for found, left in LEFT.findall(screen)]
    assert steps[0] == (0, 2) and steps[-1][0] == 3
    assert [left for _, left in steps] == sorted((left for _, left in steps), reverse=True)
    assert settled(screen.partition("ADDRESS")[0]) == [""]
    lines = settled(screen)
    assert lines[0].startswith("ADDRESS") and len(lines) == 1 + 3 + 1
    assert "found" not in "".join(lines)


@pytest.mark.parametrize("option", ["-q", "-v"])
def test_no_progress(host, option):
    """-q prints nothing, and -v other lines."""
    screen, _, status = on_terminal(host, option, "-w", "600ms")
    assert status == 0 and not LEFT.search(screen)
    assert option == "-v" or screen == ""


def test_diagnosis_shows_progress(host):
    screen, _, status = on_terminal(host, "--diagnose", "-w", "1s")
    assert status == 0 and LEFT.search(screen)
    assert not LEFT.search("\n".join(settled(screen)))


@pytest.mark.parametrize("options", [(), ("-j",)])
def test_nobody(lab, host, options):
    """If nobody answers, it is said where and how often was asked."""
    lab.managers.command("off", "all")
    screen, _, status = on_terminal(host, "-w", "600ms", *options)
    assert status == 1
    assert settled(screen) == \
        ["no managers answered on eth0 (3 requests in 600ms); try --diagnose", ""]
    lab.segment("blue")
    host.plug("blue", "eth1", "198.18.255.1/24")
    screen, _, _ = on_terminal(host, "-w", "600ms", "-n", "2", *options)
    assert settled(screen) == \
        ["no managers answered on eth0, eth1 (2 requests each in 600ms); try --diagnose", ""]
    assert on_terminal(host, "-w", "600ms", "-q") == ("", "", 1)


@pytest.mark.parametrize("streams", [("stdout",), ("stderr",), ()])
def test_pipe(lab, host, streams):
    """A pipe, and a terminal beside it, get nothing but the table."""
    screen, rest, status = on_terminal(host, "-w", "600ms", streams=streams)
    assert status == 0 and not LEFT.search(screen + rest) and "\r" not in screen + rest
    assert len((screen + rest).splitlines()) == 4
    lab.managers.command("off", "all")
    assert on_terminal(host, "-w", "600ms", streams=streams) == ("", "", 1)


def table(screen):
    lines = settled(screen)
    return lines[next(i for i, line in enumerate(lines) if line.startswith("ADDRESS")):-1]


def test_width(host):
    """The table fits the terminal: first some columns are left out, then hostnames are cut."""
    for columns in (200, 97, 90, 80, 60, 50, 40):
        lines = table(on_terminal(host, "-w", "400ms", columns=columns)[0])
        assert max(map(len, lines)) <= columns, (columns, lines)
        assert len({len(line.split()) for line in lines}) == 1
        shown = lines[0].split()
        assert shown[:3] + shown[-1:] == ["ADDRESS", "PORT", "VERSION", "HOSTNAME"]
        assert len(shown) == 7 or columns < 120
        name = lines[1].split()[-1]
        assert name == "manager-1.department.example.com" or (
            len(shown) == 4 and re.fullmatch(r"manager-1\.[\w.]*\.\.\.", name) and columns < 70)
    whole = host.scan("-w", "400ms").stdout.splitlines()
    assert len(whole[1].split()) == 7
    assert len(table(on_terminal(host, "-w", "400ms", columns=0)[0])[1].split()) == 7
