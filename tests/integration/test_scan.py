# SPDX-License-Identifier: BSD-2-Clause
"""ldm-scan: its options, its exit status, and its JSON."""

import contextlib
import json
import re
import signal
import socket
import struct
import time
from pathlib import Path

import pytest

from lab import (GROUP, PORT, SLOW, addresses, program, request_datagram, response_datagram,
                 wait_for)

SOURCE = Path(__file__).resolve().parents[2]
IP_RECVTTL = 12  # of <linux/in.h>; Python's socket module lacks it

KEYS = {"address", "status", "version", "hostname", "port", "source", "interface", "firstSeen",
        "lastSeen", "responseTimeUs"}


def with_managers(lab, count=12, *options):
    """A host to scan from, and a responder: (host, responder)."""
    host = lab.station(snmp=False)
    responder = lab.manager_host().responder("-n", count, "-a", "198.18.0.1", *options)
    return host, responder


def objects(lines):
    return [json.loads(line) for line in lines]


def test_table_for_people(lab):
    """A header, and a line for each manager in the order of addresses."""
    host, _ = with_managers(lab, 12, "-R", "3.6.0.1", "-P", "6483")
    result = host.scan()
    assert result.returncode == 0 and result.stderr == ""
    lines = result.stdout.splitlines()
    assert len(lines) >= 13
    rows = [line.split() for line in lines if line.startswith("198.18.")]
    assert [row[0] for row in rows] == addresses("198.18.0.1", 12)
    assert all("3.6.0.1" in row and "6483" in row for row in rows)
    assert not lines[0].startswith("198.18.")


def test_table_is_aligned_and_made_of_words(lab):
    """Columns fit their values, and each line has as many words as the header."""
    host, responder = with_managers(lab, 3, "-R", "1.2")
    others = {"198.18.9.1": (b"3.6.0.2.57", b"long"), "198.18.9.2": (b"3.6 beta 2", b"two words"),
              "198.18.9.3": (b"", b""), "198.18.9.4": (b"v" * 31, b"-")}
    lab.host("odd", ("red", "198.18.254.3/24"))
    sock = lab.hosts[-1].udp()
    scan = host.start("ldm-scan", [program("ldm-scan"), "-v", "-w", "2s"])
    responder.wait_requests(1, 10)
    for address, (version, hostname) in others.items():
        sock.sendto(response_datagram(address, hostname, version=version),
                    ("198.18.254.1", PORT))
    assert scan.wait() == 0
    lines = scan.lines(r"^ADDRESS|^198\.18\.")
    assert len(lines) == 1 + 3 + len(others)
    assert all(len(line.split()) == 7 for line in lines), lines
    rows = {line.split()[0]: line.split() for line in lines}
    assert [(rows[a][2], rows[a][6]) for a in others] == [
        ("3.6.0.2.57", "long"), (r"3.6\x20beta\x202", r"two\x20words"), ("-", "-"),
        ("v" * 31, r"\x2d")]
    header = lines[0]
    for left in ("PORT", "VERSION", "SOURCE", "INTERFACE", "HOSTNAME"):
        at = header.index(left)
        assert all(line[at - 1] == " " for line in lines), (left, lines)
    assert all(line.index(line.split()[6], 60) == header.index("HOSTNAME") for line in lines)


@pytest.mark.parametrize("mode", ["source", "fixed", "multicast", "twice"])
def test_json(lab, mode):
    """-j prints one object a line, each manager once, in every mode of answering."""
    host, _ = with_managers(lab, 300, "-r", mode)
    result = host.scan("-j", "-w", "1s")
    assert result.returncode == 0
    found = objects(result.stdout.splitlines())
    assert [o["address"] for o in found] == addresses("198.18.0.1", 300)
    for o in found:
        assert set(o) == KEYS
        assert o["status"] == "up" and o["port"] == 6482 and o["interface"] == "eth0"
        assert o["source"] == "198.18.254.2" and 0 <= o["responseTimeUs"] < 2_000_000 * SLOW


@pytest.mark.parametrize("hostname", ['quo"te', "back\\slash", "</script>", "a b", "\\u0041", "%s%n"])
def test_json_of_odd_names(lab, hostname):
    """Whatever the name of a manager, the line is valid JSON with exactly that name."""
    host, responder = with_managers(lab, 1)
    other = lab.host("odd", ("red", "198.18.254.3/24"))
    sock = other.udp()
    scan = host.start("ldm-scan", [program("ldm-scan"), "-j", "-w", "3s"])
    responder.wait_requests(1, 10)
    sock.sendto(response_datagram("198.18.9.9", hostname.encode()), ("198.18.254.1", PORT))
    assert scan.wait() == 0
    assert {o["hostname"] for o in objects(scan.lines()) if o["address"] == "198.18.9.9"} \
        == {hostname}


def test_exit_status(lab):
    """Like grep: 0 found, 1 fewer, 2 error."""
    host, responder = with_managers(lab, 3)
    assert host.scan("-q", "-w", "300ms").returncode == 0
    assert host.scan("-q", "-w", "300ms", "-e", "3").returncode == 0
    assert host.scan("-q", "-w", "300ms", "-e", "4").returncode == 1
    responder.command("loss", "100")
    nothing = host.scan("-w", "300ms")
    assert nothing.returncode == 1
    assert host.scan("-q", "-w", "300ms", "-e", "1").returncode == 1
    assert host.scan("-i", "nosuch0").returncode == 2
    assert host.scan("--nonsense").returncode == 2


def test_no_usable_interface(lab):
    """Without a usable interface the result is an error, not "none found"."""
    host = lab.host("lonely")
    result = host.scan("-w", "300ms")
    assert result.returncode == 2 and "interface" in result.stderr


def test_quiet(lab):
    """-q prints nothing."""
    host, _ = with_managers(lab, 2)
    result = host.scan("-q", "-w", "300ms")
    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)


def test_enough_ends_early(lab):
    """-e ends the scan as soon as COUNT managers are found."""
    host, _ = with_managers(lab, 5)
    start = time.monotonic()
    result = host.scan("-e", "5", "-w", "60s", seconds=50)
    assert result.returncode == 0
    assert time.monotonic() - start < 30


def test_number_of_probes(lab):
    """-n sets the number of requests: no more are sent, but at least one from each port."""
    host, responder = with_managers(lab, 1)
    responder.command("loss", "100")
    for port, probes, count in (("ephemeral", 1, 1), ("auto", 1, 2), ("auto", 4, 4)):
        before = len(responder.requests())
        assert host.scan("-s", port, "-n", str(probes), "-w", "400ms").returncode == 1
        assert len(responder.requests()) - before == count


def test_interfaces(lab):
    """-i restricts the scan to interfaces that match, and may exclude."""
    host = lab.station(("red", "blue"), snmp=False)
    for segment, first in (("red", "198.18.0.1"), ("blue", "198.18.128.1")):
        lab.manager_host(segment).responder("-n", 2, "-a", first)

    def found(*args):
        result = host.scan("-j", "-w", "300ms", *args)
        return [o["address"] for o in objects(result.stdout.splitlines())]

    red, blue = addresses("198.18.0.1", 2), addresses("198.18.128.1", 2)
    assert found() == red + blue
    assert found("-i", "eth0") == red
    assert found("-i", "eth1") == blue
    assert found("-i", "eth*") == red + blue
    assert found("-i", "!eth0") == blue
    assert found("-i", "eth0", "-i", "eth1") == red + blue


@pytest.mark.parametrize("args", [["-s", "fixed"], ["-s", "64535"], ["-l", "-s", "fixed"]])
def test_fixed_port_or_nothing(lab, args):
    """If the port is not available, -s fixed is an error, not a scan from another port."""
    host, responder = with_managers(lab, 1, "-r", "source")
    with host.entered():
        selfish = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        selfish.bind(("0.0.0.0", PORT))
    lab.sockets.append(selfish)
    result = host.scan("-w", "300ms", *args)
    assert result.returncode == 2 and result.stdout == ""
    assert re.search(rf"cannot send from port {PORT}.*in use", result.stderr), result.stderr
    assert "another" not in result.stderr
    assert responder.requests() == []
    # By default another port does.
    assert host.scan("-q", "-w", "300ms").returncode == 0


def received(sock):
    with contextlib.suppress(BlockingIOError):
        return sock.recv(1000)


@pytest.mark.parametrize("signo", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(lab, signo):
    """A signal ends the window: managers found so far are printed, and count."""
    host = lab.station(snmp=False)
    other = lab.host("other", ("red", "198.18.254.3/24"))
    sock, listener = other.udp(), other.udp(PORT, GROUP)
    other.join(listener)
    scan = host.start("ldm-scan", [program("ldm-scan"), "-v", "-w", "60s"])
    wait_for(lambda: received(listener), 10, "a request")
    sock.sendto(response_datagram("198.18.9.1"), ("198.18.254.1", PORT))
    sock.sendto(b"after it", ("198.18.254.1", PORT))
    scan.wait_output("refused: from 198.18.254.3")
    assert scan.end(signo)[0] == 0
    assert len(scan.lines(r"^198\.18\.9\.1 ")) == 1

    scan = host.start("ldm-scan", [program("ldm-scan"), "-v", "-w", "60s"])
    scan.wait_output("eth0: used")
    assert scan.end(signo)[0] == 1
    assert scan.lines("^ADDRESS|^198") == []


def test_answers_too_long(lab):
    """Octets after an answer are ignored; a text that fills its field is cut, and listed by -v."""
    host = lab.station(snmp=False)
    other = lab.host("other", ("red", "198.18.254.3/24"))
    sock, listener = other.udp(), other.udp(PORT, GROUP)
    other.join(listener)
    scan = host.start("ldm-scan", [program("ldm-scan"), "-v", "-e", "2", "-w", "60s"])
    wait_for(lambda: received(listener), 10, "a request")
    sock.sendto(response_datagram("198.18.9.1", b"whole") + bytes(1000), ("198.18.254.1", PORT))
    sock.sendto(response_datagram("198.18.9.2", b"h" * 256), ("198.18.254.1", PORT))
    assert scan.wait() == 0
    assert len(scan.lines(r"^198\.18\.9\.1 .* whole$")) == 1
    assert len(scan.lines(rf"^198\.18\.9\.2 .* {'h' * 255}$")) == 1
    assert len(scan.lines("^(noted|refused): from 198.18.254.3:")) == 1
    assert len(scan.lines("^noted: from 198.18.254.3:.*: accepted: hostname is not term")) == 1


@pytest.mark.slow
def test_live(lab):
    """-l shows managers as they come, go and change, until interrupted."""
    host, responder = with_managers(lab, 3)
    scan = host.start("ldm-scan", [program("ldm-scan"), "-l", "-w", "200ms"])
    for address in addresses("198.18.0.1", 3):
        scan.wait_output(address.replace(".", r"\.") + r"\b")
    before = len(scan.lines(r"198\.18\.0\.2\b"))
    responder.command("off", "198.18.0.2")
    wait_for(lambda: len(scan.lines(r"198\.18\.0\.2\b")) > before, 60, "its disappearance")
    before = len(scan.lines(r"198\.18\.0\.2\b"))
    responder.command("on", "198.18.0.2")
    wait_for(lambda: len(scan.lines(r"198\.18\.0\.2\b")) > before, 20, "its return")
    responder.command("set", "198.18.0.3", "hostname", "renamed-host")
    scan.wait_output("renamed-host", 20)
    assert scan.end(signal.SIGINT)[0] == 0


def test_live_json(lab):
    """-l -j prints a JSON object for each change."""
    host, responder = with_managers(lab, 2)
    scan = host.start("ldm-scan", [program("ldm-scan"), "-l", "-j", "-w", "200ms"])
    wait_for(lambda: len(objects(scan.lines())) >= 2, 10, "two objects")
    responder.command("set", "198.18.0.1", "port", "7777")
    wait_for(lambda: any(o["address"] == "198.18.0.1" and o["port"] == 7777
                         for o in objects(scan.lines())), 20, "an object that says it changed")
    assert scan.end(signal.SIGINT)[0] == 0


@pytest.mark.parametrize("options", [[], ["-j"], ["-l"], ["-l", "-j"]], ids=" ".join)
def test_output_that_cannot_be_written(lab, options):
    """The scan ends with an error, live or not."""
    host, _ = with_managers(lab, 2)
    argv = [program("ldm-scan"), "-w", "300ms", *options]
    result = host.run(["sh", "-c", 'exec "$@" >/dev/full', "sh", *argv])
    assert result.returncode == 2
    assert result.stderr.startswith("ldm-scan: error: cannot write to standard output")


def test_live_without_a_reader(lab):
    """A live scan ends when the reader of its pipe is gone, even if SIGPIPE is ignored."""
    host, _ = with_managers(lab, 2)
    argv = ["env", "--ignore-signal=PIPE", program("ldm-scan"), "-l", "-w", "300ms"]
    result = host.run(["bash", "-o", "pipefail", "-c", '"$@" | true', "bash", *argv])
    assert result.returncode == 2
    assert result.stderr.startswith("ldm-scan: error: cannot write to standard output")


def test_two_sources(lab):
    """Two hosts that answer for one manager are reported, because its line shows one source."""
    host, _ = with_managers(lab, 2)
    lab.manager_host("red", 3).responder("-n", 1, "-a", "198.18.0.1", "-H", "rival",
                                         delay="100:200")
    result = host.scan("-w", "900ms")
    assert result.returncode == 0
    assert re.search(r"198\.18\.0\.1: 198\.18\.254\.2 and 198\.18\.254\.3 answer", result.stderr)
    assert "198.18.0.2:" not in result.stderr
    assert "rival" not in result.stdout
    assert host.scan("-q", "-w", "900ms").stderr == ""


def test_live_changes_are_paced(lab):
    """A manager that changes with each answer has a line at intervals, finally the last values."""
    host = lab.station(snmp=False)
    sock = lab.manager_host().udp()
    scan = host.start("ldm-scan", [program("ldm-scan"), "-l", "-w", "200ms"])
    sent = 0

    def answer(hostname):
        sock.sendto(response_datagram("198.18.0.1", hostname=hostname), ("198.18.254.1", PORT))

    def appeared():
        answer(b"first")
        return scan.lines("appeared")
    wait_for(appeared, 10, "the first answer")
    while sent < 200:
        answer(b"other-%d" % sent)
        sent += 1
    answer(b"last")

    def last():
        answer(b"last")
        return scan.lines("changed .* last ")
    wait_for(last, 30, "the last name")
    assert len(scan.lines("changed")) == 2
    assert scan.end(signal.SIGINT)[0] == 0


def test_refused_datagrams_are_explained(lab):
    """-v lists refused datagrams with source and reason."""
    host, responder = with_managers(lab, 1)
    sock = lab.host("bad", ("red", "198.18.254.3/24")).udp()
    scan = host.start("ldm-scan", [program("ldm-scan"), "-v", "-w", "3s"])
    responder.wait_requests(1, 10)
    bad = [b"short", response_datagram("198.18.9.1", port=0), response_datagram("224.0.0.5"),
           response_datagram("198.18.9.2", hostname=b"h\x01st"),
           response_datagram("198.18.9.3", version=b"x" * 31 + b"\x7f"),
           b"\0" * 312, request_datagram(0), request_datagram(7)]
    for datagram in bad:
        sock.sendto(datagram, ("198.18.254.1", PORT))
    assert scan.wait() == 0
    text = scan.output()
    assert text.count("198.18.254.3") >= len(bad), text
    for reason in ("port", "hostname", "magic", "short", "MAC"):
        assert reason.lower() in text.lower(), f"{reason}: {text}"
    assert "\x01" not in text
    assert "198.18.9." not in "".join(scan.lines("^198"))


def test_other_group_and_port(lab):
    """Sites with another group or port can be scanned, too."""
    host = lab.station(snmp=False)
    help_text = host.scan("--help").stdout
    for option in ("--group", "--port", "--hops"):
        assert option in help_text
    other = lab.manager_host()
    listener = other.udp(12345, "239.1.2.3")
    with other.entered():
        listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                            struct.pack("4s4si", socket.inet_aton("239.1.2.3"), bytes(4),
                                        socket.if_nametoindex("eth0")))
    result = host.scan("--group", "239.1.2.3", "--port", "12345", "-n", "1", "-w", "300ms")
    assert result.returncode == 1
    assert listener.recv(1000) == request_datagram()
    assert GROUP != "239.1.2.3"


def test_wire_format_of_the_request(lab):
    """The request is that of the vendor's guide: 312 octets, TTL 1, to group and port."""
    host = lab.station(snmp=False)
    other = lab.manager_host()
    listener = other.udp(PORT, GROUP)
    listener.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
    other.join(listener)
    host.scan("-n", "2", "-w", "300ms")
    sources = set()
    for _ in range(2):
        data, control, _, source = listener.recvmsg(1000, 100)
        assert data == request_datagram()
        assert [int.from_bytes(value, "little") for _, kind, value in control
                if kind == socket.IP_TTL] == [1]
        assert source[0] == "198.18.254.1"
        sources.add(source[1])
    # The two senders take turns.
    assert PORT in sources and len(sources) == 2


def test_output_closed_early(lab):
    """A reader that goes away ends the scan silently: ldm-scan | head."""
    host, _ = with_managers(lab, 300)
    result = host.run(["sh", "-c", '"$0" -j -w 300ms | head -n 1', program("ldm-scan")])
    assert len(objects(result.stdout.splitlines())) == 1 and result.stderr == ""
