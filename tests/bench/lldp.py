# SPDX-License-Identifier: BSD-2-Clause
"""lldpd with neighbours, for those benchmarks that compare with it.

It is the nearest relative: a daemon that learns what is on the network, and shows it by
AgentX.  Its table of neighbours, lldpRemTable (IEEE 802.1AB), has other columns than
ldmManagerTable.
"""

import shutil
import socket
import struct
import threading
import time
from pathlib import Path

ENTRY = "1.0.8802.1.1.2.1.4.1.1"
INSERTS = "1.0.8802.1.1.2.1.2.2.0"
COLUMNS = 9
PERIOD_S = 30       # between the announcements of a neighbour, as lldpd has it
FILL_S = 60
AT_A_TIME = 20      # frames that fit into its socket's buffer
CONTROL = "/run/lldpd.socket"


def missing():
    """Why it cannot be run, or None."""
    if not shutil.which("lldpd"):
        return "not installed"
    if "4294967295" not in Path("/proc/self/uid_map").read_text():
        return "needs root, because it changes its user"
    return None


def tlv(kind, value):
    return struct.pack(">H", kind << 9 | len(value)) + value


def announcement(number):
    """The frame by which a neighbour announces itself."""
    mac = b"\x02\x00" + struct.pack(">I", number)
    return b"".join((
        b"\x01\x80\xc2\x00\x00\x0e", mac, b"\x88\xcc",
        tlv(1, b"\x04" + mac),                    # chassis
        tlv(2, b"\x05port%05d" % number),         # port
        tlv(3, struct.pack(">H", 4 * PERIOD_S)),  # valid so long
        tlv(4, b"port %05d" % number), tlv(5, b"ldom%05d" % number), tlv(6, b"1.0.0.0"),
        tlv(7, struct.pack(">HH", 0x80, 0x80)), tlv(0, b"")))


class Lldpd:
    """It runs on a host of its own, with neighbours that announce themselves all the time.

    pid: of the process that does the work.
    """

    def __init__(self, lab, neighbours):
        import lab as lab_module  # pylint: disable=import-outside-toplevel
        self.neighbours = neighbours
        self.host, far = lab.host("lldpd"), lab.host("neighbours")
        # Bridges do not forward these frames.
        self.host.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0",
                     "netns", far.name)
        for one in (self.host, far):
            one.ip("link", "set", "eth0", "up")
        self.host.master = self.host.snmpd()
        self.start(lab_module)
        with far.entered():
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self.sock.bind(("eth0", 0))
        lab.sockets.append(self.sock)
        lab_module.wait_for(self.know_all, FILL_S, f"{neighbours} neighbours of lldpd")
        # A daemon thread: it ends with this process, or with the socket.
        threading.Thread(target=self.announce, daemon=True).start()

    def start(self, lab_module):
        Path("/run/lldpd").mkdir(exist_ok=True)
        # It waits for lldpcli, which is run by hand below, instead of -L.
        daemon = self.host.start("lldpd", ["lldpd", "-d", "-X", self.host.agentx, "-I", "eth0",
                                           "-u", CONTROL, "-L", "/bin/true"])
        lab_module.wait_for(lambda: self.control(
            "configure", "system", "max-neighbors", str(self.neighbours)), 10, "lldpcli")
        lab_module.wait_for(lambda: self.control("resume"), 10, "lldpcli")
        children = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children")
        self.pid = int(children.read_text().split()[0])

    def control(self, *words):
        return self.host.run(["lldpcli", "-u", CONTROL, *words]).returncode == 0

    def know_all(self):
        """Announce those that are not known; whether there are none."""
        known = self.host.get(INSERTS)
        for number in range(known, self.neighbours):
            self.sock.send(announcement(number))
            if number % AT_A_TIME == 0:
                time.sleep(0.01)
        return known == self.neighbours

    def announce(self):
        try:
            while True:
                for number in range(self.neighbours):
                    time.sleep(PERIOD_S / self.neighbours)
                    self.sock.send(announcement(number))
        except OSError:
            pass  # closed by the laboratory
