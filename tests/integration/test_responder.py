# SPDX-License-Identifier: BSD-2-Clause
"""ldm-responder: answers as configured, and can be reconfigured while it runs."""

import collections
import json
import socket
import struct
import time

import pytest

from lab import (GROUP, PORT, addresses, message_type, program, request_datagram,
                 response_datagram, wait_for)

ETH_P_ALL = 3
REQUESTS_AT_ONCE, REQUESTS_A_SECOND = 100, 50  # of each source, from ldm-responder(1)


class Client:
    """Sends requests as ldmd's own client does, and collects the answers."""

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
        """[(socket's name, datagram)] of the datagrams received from others by now."""
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


Sent = collections.namedtuple("Sent", "type source destination port ttl")


class Wiretap:
    """Captures the protocol's datagrams that a host sends, also to itself."""

    def __init__(self, host):
        with host.entered():
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            self.sock.setblocking(False)
        host.lab.sockets.append(self.sock)
        self.seen = []

    def sent(self, *types):
        """The datagrams of these types so far."""
        try:
            while True:
                packet, (_, protocol, kind, *_) = self.sock.recvfrom(2000)
                if (kind == socket.PACKET_OUTGOING and protocol == 0x0800
                        and packet[9] == socket.IPPROTO_UDP):
                    udp = packet[packet[0] % 16 * 4:]
                    self.seen.append(Sent(message_type(udp[8:]), socket.inet_ntoa(packet[12:16]),
                                          socket.inet_ntoa(packet[16:20]),
                                          int.from_bytes(udp[2:4], "big"), packet[8]))
        except BlockingIOError:
            return [one for one in self.seen if one.type in types]


class Forger:
    """Sends to the group with any source, from a host's eth0."""

    def __init__(self, host):
        with host.entered():
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            self.sock.bind(("eth0", 0x0800))
        host.lab.sockets.append(self.sock)

    def send(self, datagram, source, port=40000):
        udp = struct.pack(">HHHH", port, PORT, 8 + len(datagram), 0) + datagram
        header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 1, socket.IPPROTO_UDP,
                             0, socket.inet_aton(source), socket.inet_aton(GROUP))
        total = sum(struct.unpack(">10H", header))
        total = (total & 0xffff) + (total >> 16)
        total = 0xffff - ((total & 0xffff) + (total >> 16))
        header = header[:10] + total.to_bytes(2, "big") + header[12:]
        self.sock.send(bytes.fromhex("01005e01091b 020000000001 0800") + header + udp)


def stats(responder):
    pairs = (word.split("=") for word in responder.command("stats").split()[1:])
    return {name: int(value) for name, value in pairs}


@pytest.mark.parametrize("mode, places", [
    ("source", ["source"]), ("fixed", ["fixed"]), ("multicast", ["multicast"])])
def test_ways_of_answering(lab, mode, places):
    """-r decides the destination of an answer, which arrives once and only there."""
    client = Client(lab)
    host = lab.manager_host()
    tap = Wiretap(host)
    host.responder("-n", 3, "-a", "198.18.0.1", "-r", mode, delay="0:0")
    client.ask()
    answers = client.collect(3)
    assert {name for name, _ in answers} == set(places)
    for address in addresses("198.18.0.1", 3):
        octets = bytes(map(int, address.split(".")))
        assert sum(data[304:308] == octets for _, data in answers) == 1
    assert all(len(data) == 312 and message_type(data) == 3 for _, data in answers)
    # One request, one answer: nothing more comes after a second request's answers.
    client.ask()
    assert len(client.collect(3)) == 3
    assert [answer.ttl for answer in tap.sent(3)] == [1] * 6


@pytest.mark.parametrize("mode, places", [
    ("both", {"source": 3, "multicast": 3}), ("twice", {"source": 6})])
def test_answering_twice(lab, mode, places):
    """Each manager answers each request twice."""
    client = Client(lab)
    responder = lab.manager_host().responder("-n", 3, "-a", "198.18.0.1", "-r", mode,
                                             delay="0:0")
    for _ in range(3):
        client.ask()
        assert collections.Counter(name for name, _ in client.collect(6)) == places
    assert stats(responder)["requests"] == 3 and stats(responder)["sent"] == 3 * 6


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
    # A single request, because a late answer would count as one to the next request.
    delayed = scan(host, "-n", "1", "-s", "ephemeral")
    assert min(o["responseTimeUs"] for o in delayed.values()) >= 40_000
    responder.command("mode", "multicast")
    assert list(scan(host)) == every
    assert any(char.isdigit() for char in responder.command("stats"))
    responder.command("quit")
    assert responder.wait() == 0


@pytest.mark.parametrize("words", [["dance"], ["off", "198.19.0.1"], ["off"], ["loss", "200"],
                                   ["set", "198.18.0.1", "colour", "red"], ["mode", "loudly"],
                                   ["set", "198.18.0.1", "port", "70000"], ["delay", "x"]])
def test_bad_control_command(lab, words):
    """An invalid command is refused with a message; the responder continues."""
    host = lab.station(snmp=False)
    responder = lab.manager_host().responder("-n", 1, "-a", "198.18.0.1")
    result = responder.host.run([program("ldm-responder"), "-S", responder.control, *words])
    assert result.returncode > 0 and (result.stdout + result.stderr).strip(), result
    assert list(scan(host)) == ["198.18.0.1"]


@pytest.mark.parametrize("count", [1, 1000])
def test_reply_that_cannot_be_written(lab, count):
    """The list of a few managers or of many cannot be written: an error."""
    client = Client(lab)
    responder = lab.manager_host().responder("-n", count)
    argv = [program("ldm-responder"), "-S", responder.control, "list"]
    result = client.host.run(["sh", "-c", 'exec "$@" >/dev/full', "sh", *argv])
    assert result.returncode == 1
    assert result.stderr.startswith("ldm-responder: error: cannot write to standard output")
    assert result.stderr.count("\n") == 1


def test_control_without_a_responder(lab):
    """The client names the socket that has no responder."""
    result = lab.host("a").run([program("ldm-responder"), "-S", "/run/nobody", "stats"])
    assert result.returncode > 0 and "/run/nobody" in result.stderr


def test_control_client_that_stalls(lab):
    """A client that connects and sends nothing does not delay answers to requests."""
    client = Client(lab)
    responder = lab.manager_host().responder("-n", 3, "-a", "198.18.0.1", delay="0:0")
    with socket.socket(socket.AF_UNIX) as idle:
        idle.connect(responder.control)
        client.ask()
        assert len(client.collect(3)) == 3
    assert stats(responder)["sent"] == 3


@pytest.mark.parametrize("reply, status, output, complaint", [
    (b"one\ntwo\nok 2\n", 0, "one\ntwo\nok 2\n", ""),
    (b"error: no\n", 1, "", "error: no\n"),
    (b"one\ntwo\n", 2, "", "no reply from the responder"),
    (b"one\nok 2", 2, "", "no reply from the responder"),
    (b"", 2, "", "no reply from the responder"),
], ids=["whole", "refused", "without its end", "cut within a line", "none"])
def test_reply_to_the_client(lab, reply, status, output, complaint):
    """A reply is printed when it is complete."""
    path = f"{lab.path}/socket"
    host = lab.host("a")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        server.settimeout(10)
        client = host.start("client", [program("ldm-responder"), "-S", path, "list"])
        connection, _ = server.accept()
        with connection:
            connection.settimeout(10)
            assert connection.recv(100) == b"list\n"
            connection.sendall(reply)
        assert client.wait() == status
    said = client.output()
    assert said.startswith(output) and complaint in said and (status != 2 or "two" not in said)


def test_loss(lab):
    """-l drops about this percentage of the answers."""
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
    """-m also sends MAC collision traffic, which uses the same group."""
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
    responder = lab.manager_host().responder("-n", 1, "-a", "198.18.0.1", delay="0:0")
    good = request_datagram()
    for invalid in (b"", b"x", good[:16], good[:40], good[:311],
                    b"\1" + good[1:], good[:4] + b"\0" * 308,
                    good[:11] + b"\x03" + good[12:], good[:11] + b"\x09" + good[12:]):
        client.ask(datagram=invalid)
    client.ask(datagram=response_datagram("198.18.7.7"))
    client.ask()
    assert len(client.collect(1)) == 1
    # A longer datagram is judged by its first octets.
    client.ask(datagram=good + bytes(1000))
    assert len(client.collect(1)) == 1
    assert stats(responder)["requests"] == 2


@pytest.mark.parametrize("mode", ["source", "fixed", "multicast", "both"])
def test_two_responders_do_not_loop(lab, mode):
    """Traffic of one responder never triggers another one, nor itself."""
    client = Client(lab)
    hosts = [lab.manager_host("red", number) for number in (2, 3)]
    taps = [Wiretap(host) for host in hosts]
    began = time.monotonic()
    responders = [host.responder("-n", 5, "-a", f"198.18.{number}.1", "-r", mode, "-m",
                                 delay="0:0")
                  for number, host in enumerate(hosts)]
    # Of all ports the group's, on a responder's host: what is answered goes to where it listens.
    asker = hosts[1].udp(PORT)
    hosts[1].join(asker)

    def wait_sent(count):
        wait_for(lambda: all(stats(r)["sent"] >= count for r in responders), 10,
                 f"{count} answers of each")
    each = 10 if mode == "both" else 5
    for turn in range(1, 4):
        asker.sendto(request_datagram(), (GROUP, PORT))
        wait_sent(turn * each)
    client.ask(datagram=request_datagram(0, 0x00144ff80000))
    client.ask(datagram=request_datagram(1, 0x00144ff80000))
    client.ask()
    wait_sent(4 * each)
    # Each has had time, four turns of it, to answer the other one's traffic.
    for tap, responder in zip(taps, responders):
        counts = stats(responder)
        assert (counts["requests"], counts["sent"], counts["pending"]) == (4, 4 * each, 0)
        assert len(tap.sent(3)) == 4 * each
        # Of its own accord, once a second, and not because of the other's.
        assert len(tap.sent(0)) == len(tap.sent(1)) <= time.monotonic() - began + 1


def test_forged_sources(lab):
    """A source that no host can have is not answered, even if the kernel lets it pass."""
    client = Client(lab)
    host = lab.manager_host()
    # Have the kernel let 127.9.9.9 pass, so that the responder has to refuse it.
    host.run(["sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet"])
    responder = host.responder("-n", 3, "-a", "198.18.0.1", delay="0:0")
    tap = Wiretap(host)
    forger = Forger(client.host)
    request = request_datagram()
    for source in ("0.0.0.0", "127.9.9.9", "224.0.0.1", GROUP, "198.18.254.255", "198.18.254.2",
                   "255.255.255.255"):
        forger.send(request, source)
    forger.send(request, "198.18.254.1", port=0)
    forger.send(request, "198.18.254.1", port=41000)
    client.ask()
    assert len(client.collect(3)) == 3
    ports = [41000, client.at_source.getsockname()[1]]
    assert sorted((one.destination, one.port) for one in tap.sent(3)) \
        == sorted(("198.18.254.1", port) for port in ports * 3)
    assert stats(responder)["refused"] >= 2


def test_rate_limit(lab):
    """A flood of requests from one source is answered at a limited rate, others as usual."""
    client = Client(lab)
    responder = lab.manager_host().responder("-n", 2, "-a", "198.18.0.1", delay="0:0")
    other = lab.host("other", ("red", "198.18.254.9/24"))
    sock = other.udp()
    other.join(sock)
    began = time.monotonic()
    for count in range(100, 1001, 100):
        for _ in range(100):
            client.ask()
        wait_for(lambda: stats(responder)["requests"] >= count, 10, "the requests to be seen")
    sock.sendto(request_datagram(), (GROUP, PORT))

    def all_seen():
        counts = stats(responder)
        return counts["requests"] == 1001 and counts["pending"] == 0 and counts
    counts = wait_for(all_seen, 10, "the other's request to be seen and answered")
    answered = counts["requests"] - counts["limited"] - 1
    assert REQUESTS_AT_ONCE <= answered < 1000
    assert answered <= REQUESTS_AT_ONCE + REQUESTS_A_SECOND * (time.monotonic() - began)
    assert counts["sent"] == 2 * (answered + 1)
    assert len(sock.recv(2000)) == len(sock.recv(2000)) == 312
    client.answers()

    def answered_again():
        client.ask()
        return client.answers()
    wait_for(answered_again, 10, "an answer after the flood")


@pytest.mark.parametrize("args, reason", [
    (["-a", "0.0.0.0"], "0.0.0.0"),
    (["-a", "239.129.9.27"], "239.129.9.27"),
    (["-a", "255.255.255.255"], "255.255.255.255"),
    (["-a", "223.255.255.254", "-n", "3"], "224.0.0.0"),
    (["-a", "255.255.255.250", "-n", "10"], "255.255.255.250"),
    (["-a", "0.255.255.255", "-n", "2"], "0.255.255.255"),
    (["-a", "240.0.0.1"], "240.0.0.1"),
    (["-a", "126.255.255.255", "-n", "2"], "127.0.0.0"),
    (["-a", "127.0.0.1"], "loopback"),
    (["-a", "198.18.0.1/24"], "198.18.0.1/24"),
    (["-n", "0"], "1..100000"),
    (["-n", "100001"], "1..100000"),
    (["-P", "0"], "1..65535"),
    (["-P", "65536"], "1..65535"),
    (["-H", "h" * 256], "255 octets"),
    (["-H", "%0255u%u"], "255 octets"),
    (["-H", "%s"], "%s"),
    (["-H", "caf\u00e9"], "printable"),
    (["-H", "two\nlines"], "printable"),
    (["-R", "1" * 32], "31 octets"),
    (["-R", "1.2\t"], "printable"),
], ids=lambda value: None if isinstance(value, list) else value)
def test_impossible_managers(lab, args, reason):
    """Addresses and texts that no manager can have are refused at the start, with the reason."""
    host = lab.station(snmp=False)
    result = host.run([program("ldm-responder"), "-i", "eth0", *args], seconds=10)
    assert result.returncode == 1 and result.stdout == ""
    assert reason in result.stderr and len(result.stderr.splitlines()) == 1


def test_loopback_managers_on_loopback(lab):
    """Loopback addresses are allowed if only loopback interfaces are used."""
    host = lab.host("alone")
    process = host.responder("-n", 2, "-a", "127.1.2.3", interfaces=("lo",))
    result = host.scan("-i", "lo", "-j", "-w", "400ms")
    assert [json.loads(line)["address"] for line in result.stdout.splitlines()] \
        == ["127.1.2.3", "127.1.2.4"]
    assert stats(process)["refused"] == 0


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
