# SPDX-License-Identifier: BSD-2-Clause
"""ldm-responder: answers as it was told, and can be told otherwise while it runs."""

import json

import pytest

from lab import (GROUP, PORT, addresses, message_type, program, request_datagram, wait_for)


class Client:
    """Asks as ldmd's own client does, and keeps what comes back."""

    def __init__(self, lab):
        self.host = lab.station(snmp=False)
        self.at_source = self.host.udp()
        self.at_fixed = self.host.udp(PORT)
        self.at_group = self.host.udp(PORT, GROUP)
        self.host.join(self.at_group)
        self.host.join(self.at_source)
        self.sockets = {"source": self.at_source, "fixed": self.at_fixed,
                        "multicast": self.at_group}

    def ask(self, target=GROUP, datagram=None):
        self.at_source.sendto(request_datagram() if datagram is None else datagram, (target, PORT))

    def answers(self):
        """[(socket's name, datagram)] of what others sent and is there now."""
        found = []
        for name, sock in self.sockets.items():
            try:
                while True:
                    data, (source, _) = sock.recvfrom(2000)
                    if source != "198.18.254.1":
                        found.append((name, data))
            except BlockingIOError:
                pass
        return found

    def collect(self, count):
        found = []

        def enough():
            found.extend(self.answers())
            return len(found) >= count
        wait_for(enough, 10, f"{count} answers")
        return found


@pytest.mark.parametrize("mode, places", [
    ("source", ["source"]), ("fixed", ["fixed"]), ("multicast", ["multicast"]),
    ("both", None), ("twice", None)])
def test_ways_of_answering(lab, mode, places):
    """-r decides where an answer goes."""
    client = Client(lab)
    lab.manager_host().responder("-n", 3, "-a", "198.18.0.1", "-r", mode, delay="0:0")
    client.ask()
    each = 1 if places else 2
    answers = client.collect(3 * each)
    if places:
        assert {name for name, _ in answers} == set(places)
    for address in addresses("198.18.0.1", 3):
        octets = bytes(map(int, address.split(".")))
        assert sum(data[304:308] == octets for _, data in answers) == each
    assert all(len(data) == 312 and message_type(data) == 3 for _, data in answers)
    # One request, one answer: nothing more comes after a second request's answers.
    client.ask()
    assert len(client.collect(3 * each)) == 3 * each


def scan(host, *args):
    result = host.scan("-j", "-w", "400ms", *args)
    return {o["address"]: o for o in map(json.loads, result.stdout.splitlines())}


def test_what_is_announced(lab):
    """-H, -R and -P set hostname, version and port."""
    host = lab.station(snmp=False)
    lab.manager_host().responder("-n", 2, "-a", "198.18.0.255", "-R", "2.0", "-P", "1")
    found = scan(host)
    assert list(found) == ["198.18.0.255", "198.18.1.0"]
    assert {o["version"] for o in found.values()} == {"2.0"}
    assert {o["port"] for o in found.values()} == {1}
    assert len({o["hostname"] for o in found.values()}) == 2


def test_control_socket(lab):
    """Managers are switched off and on, and changed, while it runs."""
    host = lab.station(snmp=False)
    responder = lab.manager_host().responder("-n", 4, "-a", "198.18.0.1")
    every = addresses("198.18.0.1", 4)
    assert list(scan(host)) == every
    assert responder.command("off", "198.18.0.2").startswith("ok")
    assert list(scan(host)) == [every[0], every[2], every[3]]
    responder.command("on", "198.18.0.2")
    assert list(scan(host)) == every
    responder.command("set", "198.18.0.3", "hostname", "other-name")
    responder.command("set", "198.18.0.3", "version", "9.9")
    responder.command("set", "198.18.0.3", "port", "7000")
    third = scan(host)["198.18.0.3"]
    assert (third["hostname"], third["version"], third["port"]) == ("other-name", "9.9", 7000)
    responder.command("loss", "100")
    assert scan(host) == {}
    responder.command("loss", "0")
    responder.command("delay", "50:100")
    assert min(o["responseTimeUs"] for o in scan(host).values()) >= 40_000
    responder.command("mode", "multicast")
    assert list(scan(host)) == every
    assert any(char.isdigit() for char in responder.command("stats"))
    responder.command("quit")
    assert responder.wait() == 0


@pytest.mark.parametrize("words", [["dance"], ["off", "198.19.0.1"], ["off"], ["loss", "200"],
                                   ["set", "198.18.0.1", "colour", "red"], ["mode", "loudly"],
                                   ["set", "198.18.0.1", "port", "70000"], ["delay", "x"]])
def test_bad_control_command(lab, words):
    """A command that makes no sense is refused with a message; the responder goes on."""
    host = lab.station(snmp=False)
    responder = lab.manager_host().responder("-n", 1, "-a", "198.18.0.1")
    result = responder.host.run([program("ldm-responder"), "-S", responder.control, *words])
    assert result.returncode > 0 and (result.stdout + result.stderr).strip(), result
    assert list(scan(host)) == ["198.18.0.1"]


def test_control_without_a_responder(lab):
    """The client says which socket nobody listens at."""
    result = lab.host("a").run([program("ldm-responder"), "-S", "/run/nobody", "stats"])
    assert result.returncode > 0 and "/run/nobody" in result.stderr


def test_loss(lab):
    """-l loses about so many per cent of the answers."""
    client = Client(lab)
    responder = lab.manager_host().responder("-n", 100, "-a", "198.18.0.1", "-l", "30",
                                             delay="0:0")
    count = 0
    for turn in range(20):
        client.ask()
        wait_for(lambda: len(responder.requests()) > turn, 10, "the request to be seen")
        count += len(client.answers())
    count += len(client.answers())
    # 1400 expected, standard deviation 20.
    assert 1200 < count < 1600


def test_mac_collision_traffic(lab):
    """-m also talks MAC collision traffic, which shares the group."""
    client = Client(lab)
    lab.manager_host().responder("-n", 2, "-a", "198.18.0.1", "-m")
    seen = set()

    def mac_seen():
        client.ask(datagram=request_datagram(0, 0x00144ffb0001))
        client.ask()
        seen.update(message_type(data) for _, data in client.answers())
        return seen & {0, 1}
    wait_for(mac_seen, 20, "MAC collision traffic")


def test_rubbish_is_not_answered(lab):
    """Only discovery requests are answered."""
    client = Client(lab)
    lab.manager_host().responder("-n", 1, "-a", "198.18.0.1", delay="0:0")
    good = request_datagram()
    for rubbish in (b"", b"x", good[:311], b"\1" + good[1:], good[:4] + b"\0" * 308,
                    good[:11] + b"\x03" + good[12:], good[:11] + b"\x09" + good[12:]):
        client.ask(datagram=rubbish)
    client.ask()
    assert len(client.collect(1)) == 1
    client.ask()
    assert len(client.collect(1)) == 1


def test_thousands(lab):
    """5000 managers in one process, all found by one scan."""
    host = lab.station(snmp=False)
    lab.manager_host().responder("-n", 5000, "-a", "198.18.0.1", delay="0:800")
    assert len(scan(host, "-w", "2s")) == 5000


def test_same_seed_same_behaviour(lab):
    """-s makes loss repeatable."""
    client = Client(lab)
    other = lab.manager_host()
    patterns = []
    for _ in range(2):
        process = other.responder("-n", 64, "-a", "198.18.0.1", "-l", "50", delay="0:0")
        client.ask()
        wait_for(process.requests, 10, "the request to be seen")
        process.command("stats")
        patterns.append(sorted(data[304:308] for _, data in client.answers()))
        process.command("quit")
        process.wait()
    assert patterns[0] == patterns[1] and 5 < len(patterns[0]) < 60
