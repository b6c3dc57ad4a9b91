# SPDX-License-Identifier: BSD-2-Clause
"""The log blocks nothing, and everything relevant is in it.

A destination that hangs delays neither discovery nor SNMP.  Messages of the start are
in the log.  -D logs each datagram with source, interface and verdict; without it, the
sources of refused answers are logged at intervals.
"""

import contextlib
import os
import re
import signal
import socket
import threading

import pytest

from lab import GROUP, PORT, WRAPPER, Daemon, addresses, response_datagram, wait_for
from lab_mib import rounds

FIRST = "198.18.0.1"
STRANGER = "198.18.0.77"

# For a daemon whose log hangs; programs are slower under valgrind and the like.
END_WITHIN = 1.0 if not WRAPPER else 10.0

DROPPED = re.compile(rb"\d+ log lines? w(?:as|ere) dropped")


class Reader:
    """Reads a daemon's log in a separate thread, when started."""

    def __init__(self):
        self.octets = b""
        self.lock = threading.Lock()

    def start(self, read):
        def run():
            with contextlib.suppress(OSError):
                while data := read():
                    with self.lock:
                        self.octets += data + b"\n"
        threading.Thread(target=run, daemon=True).start()

    def text(self):
        with self.lock:
            return self.octets


class Syslog(Reader):
    """A syslogd that hangs, at a /dev/log for the daemon alone."""

    OPTIONS = ("-Ls", "d")
    DEVICES = ("null", "zero", "full", "random", "urandom")

    def __init__(self, lab):
        super().__init__()
        self.dev = lab.path / "dev"
        self.dev.mkdir()
        for name in self.DEVICES:
            (self.dev / name).touch()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.dev / "log"))
        os.chmod(self.dev / "log", 0o666)
        lab.sockets.append(self.socket)

    def around(self, argv):
        mounts = [f'mount --bind /dev/{name} "$0/{name}"' for name in self.DEVICES]
        script = " && ".join([*mounts, 'mount --rbind "$0" /dev', 'exec "$@"'])
        return ["unshare", "--mount", "sh", "-c", script, str(self.dev), *argv]

    def release(self):
        self.start(lambda: self.socket.recv(8192))


class Pipe(Reader):
    """A standard error that is not read."""

    OPTIONS = ("-Le",)

    def __init__(self, lab):
        super().__init__()
        self.path = lab.path / "pipe"
        os.mkfifo(self.path)
        self.fd = os.open(self.path, os.O_RDWR)

    def around(self, argv):
        return ["sh", "-c", 'exec "$@" 2>"$0"', str(self.path), *argv]

    def release(self):
        self.start(lambda: os.read(self.fd, 65536))


class Fifo(Reader):
    """A log file that is a FIFO without a reader."""

    def __init__(self, lab):
        super().__init__()
        self.path = lab.path / "fifo"
        self.OPTIONS = ("-Lf", str(self.path))
        os.mkfifo(self.path, 0o666)

    def around(self, argv):
        return argv

    def release(self):
        fd = os.open(self.path, os.O_RDONLY)
        self.start(lambda: os.read(fd, 65536))


def start(lab, station, sink, *args, config=()):
    """A daemon that logs into sink."""
    config = ["interval 300ms", "window 100ms", "misses 2", *config]
    return station.start("ldm-agentx", sink.around(
        station.daemon_command(*sink.OPTIONS, *args, config=config)), Daemon)


def goes_on(station, responder, managers):
    """Rounds continue, and events are announced."""
    before = rounds(station)
    wait_for(lambda: rounds(station) > before + 2, 10, "rounds to go on")
    for command, announced in (("off", station.trapd.disappeared),
                               ("on", station.trapd.appeared)):
        seen = len(announced(managers[-1]))
        responder.command(command, managers[-1])
        wait_for(lambda: len(announced(managers[-1])) > seen, 20,
                 f"the effect of {command} to be announced")


def many_lines(station, count):
    """Wait until about that many more lines were logged, one for each answer."""
    start = station.value("ldmDatagramsAccepted")
    wait_for(lambda: station.value("ldmDatagramsAccepted") > start + count, 60, "many lines")


@pytest.mark.parametrize("kind", [Syslog, Pipe, Fifo])
def test_nobody_waits_for_the_log(lab, kind):
    """While the log hangs the daemon works; it later logs the number of dropped lines, and ends."""
    station = lab.station()
    managers = addresses(FIRST, 400)
    responder = lab.manager_host().responder("-n", 400, "-a", FIRST, delay="0:20")
    sink = kind(lab)
    daemon = start(lab, station, sink, "-D")
    station.wait_all_up(managers, 30)
    many_lines(station, 5000)  # more than all buffers in between hold
    goes_on(station, responder, managers)
    sink.release()
    wait_for(lambda: DROPPED.search(sink.text()), 20, "the count of dropped lines")
    status, took = daemon.end()
    assert status == 0
    assert took < END_WITHIN, f"it took {took:.2f} s to end"
    wait_for(lambda: b": stopped" in sink.text(), 10, "the last line")


@pytest.mark.parametrize("kind", [Syslog, Pipe, Fifo])
def test_ends_while_the_log_hangs(lab, kind):
    """The daemon ends within a second, as usual."""
    station = lab.station()
    managers = addresses(FIRST, 400)
    lab.manager_host().responder("-n", 400, "-a", FIRST, delay="0:20")
    daemon = start(lab, station, kind(lab), "-D")
    station.wait_all_up(managers, 30)
    many_lines(station, 1000)  # more than fit into a pipe, so that it blocks
    status, took = daemon.end()
    assert status == 0
    assert took < END_WITHIN, f"it took {took:.2f} s to end"


def test_log_file_rotated_into_a_fifo(lab):
    """SIGHUP reopens the log file without blocking."""
    station = lab.station()
    managers = addresses(FIRST, 3)
    responder = lab.manager_host().responder("-n", 3, "-a", FIRST, delay="0:20")
    log = lab.path / "log"
    daemon = station.daemon("-Lf", str(log), config=["misses 2"], interval="300ms",
                            window="100ms")
    station.wait_all_up(managers)
    log.rename(lab.path / "log.1")
    os.mkfifo(log)
    daemon.send_signal(signal.SIGHUP)
    goes_on(station, responder, managers)
    daemon.send_signal(signal.SIGHUP)
    goes_on(station, responder, managers)
    # Repaired: the lines logged in the meantime are there.
    log.unlink()
    wait_for(lambda: log.exists() and log.read_text().count("configuration reloaded") == 2, 10,
             "the lines that were kept")
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4} ldm-agentx\[\d+\]: ",
                    log.read_text())


# What is in it

def background(lab, station, *args, config=()):
    """The command line of a daemon in the background, and its pid file."""
    pid_file = lab.path / "pid"
    argv = [arg for arg in station.daemon_command("-p", str(pid_file), *args, config=config)
            if arg not in ("-f", "-Lo")]
    return argv, pid_file


def end_background(pid_file):
    pid = int(pid_file.read_text())
    os.kill(pid, signal.SIGTERM)

    def gone():
        try:
            return "State:\tZ" in open(f"/proc/{pid}/status").read()
        except FileNotFoundError:
            return True
    wait_for(gone, 10, "the daemon in the background to end")


FOUND = ["interface 'nosuch0'", "cannot listen on port 64535", "cannot send from port 64535",
         "eth0: used, but answers to the group cannot be heard"]


@pytest.mark.parametrize("where", ["file", "syslog"])
def test_what_the_start_finds_is_in_the_log(lab, where):
    """Errors and warnings also go to standard error."""
    station = lab.station()
    # A program that does not share the port.
    with station.entered():
        taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        taker.bind(("0.0.0.0", PORT))
    lab.sockets.append(taker)
    log = lab.path / "daemon.log"
    sink = Syslog(lab)
    options = ["-Lf", str(log)] if where == "file" else ["-Lsd"]
    argv, pid_file = background(lab, station, *options, "-i", "eth0", "-i", "nosuch0")
    sink.release()
    parent = station.start("ldm-agentx", sink.around(argv), Daemon)
    assert parent.wait() == 0
    def logged():
        return log.read_text() if where == "file" else sink.text().decode()
    wait_for(lambda: "AgentX link" in logged(), 10, "the link")
    for text in [*FOUND, "AgentX link"]:
        assert text in logged(), logged()
        assert (text in parent.output()) == (text in FOUND), parent.output()
    end_background(pid_file)


def test_good_start_is_silent(lab):
    station = lab.station()
    log = lab.path / "daemon.log"
    argv, pid_file = background(lab, station, "-Lf", str(log), "-i", "eth0")
    parent = station.start("ldm-agentx", argv, Daemon)
    assert parent.wait() == 0
    assert parent.output() == ""
    wait_for(lambda: "AgentX link" in log.read_text(), 10, "the link")
    assert "eth0: used" in log.read_text()
    end_background(pid_file)


def test_why_the_start_failed_is_seen(lab):
    """On standard error, whatever the log's destination, and in the log if it can be opened."""
    station = lab.station(snmp=False)
    state = lab.path / "a-directory"
    state.mkdir()
    log = lab.path / "daemon.log"
    for options in (["-Lf", str(log)], ["-Ln"], ["-Lsd"]):
        argv, _ = background(lab, station, *options, config=[f"stateFile {state}"])
        parent = station.start("ldm-agentx", argv, Daemon)
        assert parent.wait() == 1
        assert len(parent.lines("error: stateFile")) == 1, parent.output()
    assert "error: stateFile" in log.read_text()


def test_each_datagram_and_the_refused_ones(lab):
    """With -D each datagram has a line; without it one line names the first refused source."""
    station = lab.station()
    lab.manager_host().responder("-n", 1, "-a", FIRST, delay="0:5")
    host = lab.manager_host("red", 3)
    sock = host.udp()
    host.join(sock)
    source = f"198.18.254.3:{sock.getsockname()[1]} on eth0"
    debugging = station.daemon("-D", config=[f"deny {STRANGER}/32"])
    station.wait_all_up([FIRST])
    debugging.wait_output("datagram from 198.18.254.2:\\d+ on eth0: accepted, it announces "
                          + FIRST)
    debugging.wait_output("datagram from 198.18.254.1:64535 on eth0: own request")
    denied, malformed = response_datagram(STRANGER), response_datagram(FIRST, port=0)
    for datagram in [denied, malformed] * 20:
        sock.sendto(datagram, (GROUP, PORT))
    lines = [f"datagram from {source}: denied, it announces {STRANGER}: the announced address",
             f"datagram from {source}: malformed: port "]
    wait_for(lambda: all(len(debugging.lines(line)) == 20 for line in lines), 10,
             "a line for each datagram")
    for kind in ("denied", "malformed"):
        assert len(debugging.lines(f"datagram refused: from {source}: {kind}")) == 1
    assert debugging.end()[0] == 0

    quiet = station.daemon(config=[f"deny {STRANGER}/32"])
    station.wait_all_up([FIRST])
    for datagram in [denied, malformed] * 20:
        sock.sendto(datagram, (GROUP, PORT))
    wait_for(lambda: station.value("ldmDatagramsDenied") == 20
             and station.value("ldmDatagramsMalformed") == 20, 10, "them to be counted")
    quiet.wait_output("datagram refused: .*malformed")
    assert len(quiet.lines(": datagram|more datagrams")) == 2, quiet.output()
