# SPDX-License-Identifier: BSD-2-Clause
"""Lossy networks, and a station that is itself cut off.

If 30 % of the answers are lost, at most one manager is falsely reported as down in
200 rounds.  If the station's interface is down, loses its carrier, changes its
address or is created again, none is, and all managers are up within one round
afterwards.
"""

import os

import pytest

from lab import SLOW, UNKNOWN, UP, addresses, wait_for

RED = addresses("198.18.0.1", 20)
BLUE = addresses("198.18.128.1", 1)


@pytest.mark.slow
def test_a_third_of_the_answers_lost(lab):
    """30 % loss for 200 rounds: at most one false Disappeared."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 20, "-a", "198.18.0.1", delay="0:10")
    # A third of the window must suffice for an answer, on a machine that is also busy otherwise.
    step = 75 * min(SLOW, 2)
    station.daemon(interval=f"{6 * step:g}ms", window=f"{3 * step:g}ms")
    station.wait_all_up(RED)
    station.filter_input("ip saddr 198.18.254.2 udp length 320 "
                         "numgen random mod 100 < 30 counter drop")
    gap = 2 * step / 1000
    rounds = len(responder.rounds(gap))
    wait_for(lambda: len(responder.rounds(gap)) >= rounds + 200, 180, "200 rounds")
    assert len(station.trapd.disappeared()) <= 1
    listed = station.run(["nft", "list", "ruleset"]).stdout
    dropped = int(listed.split("counter packets ")[1].split()[0])
    assert dropped > 200 * 20 * 0.25, "the loss did not happen"


class Cut:
    """A station on two networks: red is cut off, blue's requests count the rounds."""

    def __init__(self, lab, interval="800ms", window="300ms"):
        self.station = lab.station(("red", "blue"))
        self.red = lab.manager_host("red").responder("-n", 20, "-a", RED[0])
        self.blue = lab.manager_host("blue").responder("-n", 1, "-a", BLUE[0])
        self.daemon = self.station.daemon(interval=interval, window=window)
        self.station.wait_all_up(RED + BLUE)
        wait_for(lambda: len(self.station.trapd.appeared()) == 21, 10, "21 Appeared")
        # One more may be open briefly, to read the interfaces.
        self.descriptors = min(self.open_descriptors() for _ in range(20))

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.daemon.pid}/fd"))

    def let_pass(self, rounds):
        goal = len(self.blue.rounds(gap=0.4)) + rounds
        wait_for(lambda: len(self.blue.rounds(gap=0.4)) >= goal, 5 + 5 * rounds,
                 f"{rounds} rounds")

    def expect_back(self):
        """All are up by the end of the first round begun after now; nothing was announced."""
        rounds = len(self.blue.rounds(gap=0.4))
        self.station.wait_all_up(RED + BLUE, 20)
        assert len(self.blue.rounds(gap=0.4)) - rounds <= 2
        self.let_pass(2)
        assert set(self.station.statuses().values()) == {UP}
        assert self.station.trapd.disappeared() == []
        assert len(self.station.trapd.appeared()) == 21
        wait_for(lambda: self.open_descriptors() <= self.descriptors, 5,
                 f"no more than {self.descriptors} open descriptors")


@pytest.mark.slow
def test_own_interface_down(lab):
    """Set down for 10 rounds and up again: no Disappeared, all up within one round."""
    cut = Cut(lab)
    cut.station.ip("link", "set", "eth0", "down")
    cut.let_pass(10)
    # Blind for that long: they are not down, but unknown.
    assert {cut.station.status(a) for a in RED} == {UNKNOWN}
    assert cut.station.status(BLUE[0]) == UP
    cut.station.ip("link", "set", "eth0", "up")
    cut.expect_back()


@pytest.mark.slow
def test_cable_pulled(lab):
    """Carrier lost for 10 rounds, while sending still succeeds: likewise."""
    cut = Cut(lab)
    cut.station.carrier("eth0", False)
    cut.let_pass(10)
    assert {cut.station.status(a) for a in RED} == {UNKNOWN}
    cut.station.carrier("eth0", True)
    cut.expect_back()


@pytest.mark.parametrize("what", ["carrier", "address"])
def test_blind_for_a_moment_in_each_round(lab, what):
    """A moment without carrier or address in a round excuses the managers silent in it."""
    # The kernel reports a change of carrier once a second at most: the window is longer.
    cut = Cut(lab, interval="4s", window="2s")
    cut.red.command("loss", "100")
    for _ in range(5):
        if what == "carrier":
            cut.station.blink_carrier("eth0")
        else:
            cut.station.blink_address("eth0", "198.18.254.1/24")
        cut.let_pass(1)
    cut.red.command("loss", "0")
    cut.station.wait_all_up(RED + BLUE, 20)
    assert cut.station.trapd.disappeared() == []


def test_address_changed(lab):
    """Another address on the interface: no Disappeared, all up within one round."""
    cut = Cut(lab)
    cut.station.ip("addr", "flush", "dev", "eth0")
    cut.let_pass(4)
    cut.station.ip("addr", "add", "198.18.254.77/24", "dev", "eth0")
    cut.expect_back()
    assert cut.red.requests()[-1].source == "198.18.254.77"


def test_address_replaced_at_once(lab):
    """The same without a pause between the two addresses."""
    cut = Cut(lab)
    cut.station.ip("addr", "add", "198.18.254.77/24", "dev", "eth0")
    cut.station.ip("addr", "del", "198.18.254.1/24", "dev", "eth0")
    cut.expect_back()


def test_interface_recreated(lab):
    """Deleted and created again under its name: no Disappeared, all up within one round."""
    cut = Cut(lab)
    cut.station.ip("link", "del", "eth0")
    cut.let_pass(4)
    cut.station.plug("red", "eth0", "198.18.254.1/24")
    cut.expect_back()


def test_interface_renamed(lab):
    """Renamed: managers are found under the new name, none is reported as down."""
    cut = Cut(lab)
    cut.station.ip("link", "set", "eth0", "down")
    cut.station.ip("link", "set", "eth0", "name", "net0")
    cut.station.ip("link", "set", "net0", "up")
    cut.expect_back()


def test_interface_that_comes_later(lab):
    """An interface that appears while the daemon runs is used from the next round on."""
    station = lab.station(("blue",))
    lab.segment("red")
    lab.manager_host("blue").responder("-n", 1, "-a", BLUE[0])
    lab.host("red2", ("red", "198.18.255.2/24")).responder("-n", 20, "-a", RED[0])
    station.daemon(interval="600ms", window="300ms")
    station.wait_all_up(BLUE)
    station.plug("red", "eth9", "198.18.255.1/24")
    station.wait_all_up(RED + BLUE)
