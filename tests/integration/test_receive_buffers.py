# SPDX-License-Identifier: BSD-2-Clause
"""Receive buffers that net.core.rmem_max keeps small are reported once, when an ordinary user
starts the daemon; not if root does, except for an interface that comes later.
"""

from pathlib import Path

import pytest

from lab import Daemon, wait_for
from lab_mib import skip_file

ASKED = 16 * 1024 * 1024  # as in mcast.h
CHARGE = 1280             # likewise
LIMITED = Path("/proc/sys/net/core/rmem_max")
if not LIMITED.exists() or int(LIMITED.read_text()) >= ASKED:
    skip_file("net.core.rmem_max does not limit receive buffers")

GRANTED = 2 * int(LIMITED.read_text())
LINE = f"receive buffers of {GRANTED} octets have room for {GRANTED // CHARGE} answers at once"
# More than these have room for; debug lines tell of requests.
CONFIG = ["interval 1s", "window 500ms", "maxManagers 1000000"]


def wait_requests(daemon, count, interface):
    line = f"request sent from port .* on {interface}$"
    wait_for(lambda: len(daemon.lines(line)) >= count, 20, f"{count} requests on {interface}")


def test_said_once_to_an_ordinary_user(lab):
    station = lab.station(snmp=False)
    command = station.daemon_command("-D", config=CONFIG, binary=lab.public_copy("ldm-agentx"))
    daemon = station.start("ldm-agentx", lab.ordinary_user() + command, Daemon)
    wait_requests(daemon, 5, "eth0")
    assert daemon.lines("receive buffers") == [f"ldm-agentx: {LINE}"]


def test_said_of_an_interface_that_comes_later(lab):
    """Root's sockets are not limited, and those that are opened as another user are."""
    if "--reuid=65534" not in lab.ordinary_user():
        pytest.skip("without root, all receive buffers are limited")
    station = lab.station(snmp=False)
    daemon = station.start("ldm-agentx", station.daemon_command(
        "-D", "-u", "nobody", "-g", "nogroup", config=CONFIG), Daemon)
    wait_requests(daemon, 5, "eth0")
    assert daemon.lines("receive buffers") == []
    station.plug("red", "late0", "198.18.254.9/24")
    wait_requests(daemon, 5, "late0")
    assert len(daemon.lines(LINE)) == len(daemon.lines("receive buffers")) == 1
