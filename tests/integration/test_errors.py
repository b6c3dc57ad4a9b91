# SPDX-License-Identifier: BSD-2-Clause
"""Errors name what is wrong and where; root is not needed.

Errors of the command line and the configuration, and unknown interfaces.  Everything
works when it is started by an ordinary user.
"""

import fcntl
import os
import shutil
import re
import signal

import pytest

from lab import WRAPPER, Daemon, addresses, program, wait_for
from tampering import STRACE

PROGRAMS = ["ldm-agentx", "ldm-scan", "ldm-responder"]


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(lab, name, option):
    """Help goes to standard output and is a success."""
    result = lab.host("a").run([program(name), option])
    assert result.returncode == 0 and result.stderr == ""
    assert "sage: " in result.stdout and name in result.stdout


@pytest.mark.parametrize("name, option", [("ldm-agentx", "-v"), ("ldm-agentx", "--version"),
                                          ("ldm-scan", "-V"), ("ldm-scan", "--version")])
def test_version(lab, name, option):
    result = lab.host("a").run([program(name), option])
    assert result.returncode == 0
    assert any(char.isdigit() for char in result.stdout)


@pytest.mark.parametrize("output", [">/dev/full", ">&-"])
@pytest.mark.parametrize("name, option, status", [
    ("ldm-agentx", "-h", 1), ("ldm-agentx", "-v", 1), ("ldm-agentx", "-t", 1),
    ("ldm-scan", "-h", 2), ("ldm-scan", "-V", 2),
    ("ldm-responder", "-h", 1), ("ldm-responder", "-V", 1),
])
def test_output_that_cannot_be_written(lab, name, option, status, output):
    """Help, version or configuration that cannot be written is an error."""
    host = lab.host("a")
    argv = host.daemon_command(option) if name == "ldm-agentx" else [program(name), option]
    result = host.run(["sh", "-c", f'exec "$@" {output}', "sh", *argv])
    assert result.returncode == status
    assert f"{name}: error: cannot write to standard output: " in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("name, args, named", [
    ("ldm-agentx", ["-Z"], "Z"),
    ("ldm-agentx", ["--no-such-option"], "no-such-option"),
    ("ldm-agentx", ["-c"], "c"),
    ("ldm-agentx", ["stray"], "stray"),
    ("ldm-agentx", ["-C", "-t", "-i", "!"], "option -i: interface '!': expected names"),
    ("ldm-agentx", ["-C", "-t", "-x", "a,b"], "option -x: agentXSocket 'a,b': expected one"),
    ("ldm-agentx", ["-H", "-t"], "options -H and -t: expected one of them"),
    ("ldm-agentx", ["-C", "-j"], "option -j: expected together with -H"),
    ("ldm-agentx", ["-C", "-H", "2x"], "option -H: '2x': expected a duration"),
    ("ldm-agentx", ["-C", "-H", "2h", "stray"], "stray"),
    ("ldm-agentx", ["-C", "2h"], "2h"),
    ("ldm-agentx", ["-f", "-C", "-u", "nosuchuser"], "nosuchuser"),
    ("ldm-agentx", ["-f", "-C", "-g", "nosuchgroup"], "nosuchgroup"),
    ("ldm-agentx", ["-f", "-C", "-c", "/nonexistent/file.conf"], "/nonexistent/file.conf"),
    ("ldm-agentx", ["-f", "-C", "-p", "/nonexistent/file.pid"], "/nonexistent/file.pid"),
    ("ldm-scan", ["-Z"], "Z"),
    ("ldm-scan", ["-w", "soon"], "soon"),
    ("ldm-scan", ["-n", "0"], "0"),
    ("ldm-scan", ["-e", "many"], "many"),
    ("ldm-scan", ["stray"], "stray"),
    ("ldm-responder", ["-Z"], "Z"),
    ("ldm-responder", ["-n", "-5"], "-5"),
    ("ldm-responder", ["-a", "198.18.0.300"], "198.18.0.300"),
    ("ldm-responder", ["-P", "65536"], "65536"),
    ("ldm-responder", ["-r", "loudly"], "loudly"),
    ("ldm-responder", ["-l", "101"], "101"),
    ("ldm-responder", ["-d", "9:3"], "9:3"),
])
def test_bad_command_line(lab, name, args, named):
    """A bad option ends the program at once, and the message names it."""
    result = lab.host("a").run([program(name), *args])
    assert result.returncode not in (0, None) and result.returncode > 0
    assert named in result.stderr, result.stderr
    if name == "ldm-scan" or named.startswith("option"):
        assert result.returncode == 2


@pytest.mark.parametrize("args", [["-L", "x"], ["-Lx"], ["-L", ""], ["-L", "s", "8"], ["-Lsx"],
                                  ["-Le", "-Lq"], ["-L", "ee"], ["-L", "f"], ["-L", "s"]])
@pytest.mark.parametrize("test", [[], ["-t"]])
def test_bad_log_option(lab, args, test):
    """An unknown log destination is an error in the command line, reported before anything else."""
    host = lab.host("a")
    # Neither the configuration file nor the network has been looked at.
    result = host.run([program("ldm-agentx"), "-f", "-c", "/nonexistent", *test, *args])
    assert result.returncode == 2
    assert re.fullmatch(r"ldm-agentx: option -L: '\S*': expected e, o, n, f FILE or .*\n",
                        result.stderr), result.stderr


@pytest.mark.parametrize("line, named", [
    ("nosuchtoken 5", ["nosuchtoken"]),
    ("interval soon", ["interval", "soon"]),
    ("interval 50ms", ["interval", "50ms"]),
    ("interval", ["interval"]),
    ("port 65536", ["port", "65536"]),
    ("port 0", ["port", "0"]),
    ("hops 256", ["hops", "256"]),
    ("hops 1x", ["hops", "1x"]),
    ("group 10.0.0.1", ["group", "10.0.0.1"]),
    ("group 239.1.1", ["group", "239.1.1"]),
    ("probes 0", ["probes", "0"]),
    ("misses -1", ["misses", "-1"]),
    ("maxManagers lots", ["maxManagers", "lots"]),
    ("sourcePort odd", ["sourcePort", "odd"]),
    ("notifications maybe", ["notifications", "maybe"]),
    ("notificationRate 0", ["notificationRate", "0"]),
    ("agentXSocket tcp:localhost:705,/var/agentx/master", ["agentXSocket", "tcp:localhost:705,/",
                                                           "connects to one"]),
    ("agentXTimeout 256", ["agentXTimeout", "256", "from 1 to 255"]),
    ("interval 30 40", ["interval"]),
    ("interface \"eth0", ["eth0"]),
])
def test_bad_configuration_line(lab, line, named):
    """The message names file, line and value, and the daemon does not start."""
    host = lab.host("a")
    argv = host.daemon_command("-t", config=["# a comment", "", line])
    result = host.run(argv)
    assert result.returncode not in (0, None) and result.returncode > 0
    message = result.stdout + result.stderr
    path = argv[argv.index("-c") + 1]
    assert f"{path}:3" in message, message
    for word in named:
        assert word.lower() in message.lower(), message
    # Also without -t.
    argv.remove("-t")
    result = host.run(argv)
    assert result.returncode > 0 and f"{path}:3" in result.stdout + result.stderr


def test_every_bad_line_is_reported(lab):
    """All errors of a file are reported in one go."""
    host = lab.host("a")
    result = host.run(host.daemon_command("-t", config=["hops 0.5", "interval 30s", "colour red"]))
    message = result.stdout + result.stderr
    assert result.returncode > 0
    assert ".conf:1" in message and ".conf:3" in message and ".conf:2" not in message


@pytest.mark.parametrize("lines, named", [
    (["interval 5s", "window 3s"], ["interval", "window"]),
    (["port 64000", "sourcePort 64535"], ["sourcePort", "64535", "64000"]),
])
def test_lines_that_contradict_each_other(lab, lines, named):
    """Values that are valid alone but contradict each other are refused, naming file and values."""
    host = lab.host("a")
    argv = host.daemon_command("-t", config=lines)
    result = host.run(argv)
    message = result.stdout + result.stderr
    assert result.returncode > 0
    for word in [argv[argv.index("-c") + 1], *named]:
        assert word in message, message


def test_unreadable_configuration(lab):
    """A configuration file that may not be read is an error that names it."""
    host = lab.host("a")
    argv = host.daemon_command("-t", binary=lab.public_copy("ldm-agentx"))
    path = argv[argv.index("-c") + 1]
    (lab.path / path).chmod(0)
    result = host.run(lab.ordinary_user() + argv)
    message = result.stdout + result.stderr
    assert result.returncode > 0 and path in message and "ermission denied" in message, message


def check_start(host, *args):
    """-t: (exit status, messages about errors); the values in effect are printed in any case."""
    result = host.run(host.daemon_command("-t", *args, config=["misses 7"]))
    assert "misses 7" in result.stdout
    return result.returncode, result.stderr


def test_check_names_what_a_start_would_not_find(lab):
    """-t reports each of -p, -u, -g and -L that would make a start fail."""
    host = lab.host("a")
    status, message = check_start(host, "-p", "/nonexistent/pid", "-u", "nosuchuser",
                                  "-L", "f", "/nowhere/log")
    assert status == 1
    for named in ("-p: cannot create a file in /nonexistent: No such file", "nosuchuser",
                  "-L: cannot create a file in /nowhere: No such file"):
        assert named in message, message
    for args, named in ((["-g", "nosuchgroup"], "nosuchgroup"),
                        (["-L", f"f{lab.path}"], f"{lab.path}: Is a directory"),
                        (["-p", str(lab.path)], f"{lab.path}: Is a directory"),
                        (["-p", "/dev/null/pid"], "/dev/null/pid: Not a directory")):
        status, message = check_start(host, *args)
        assert status == 1 and named in message, (args, message)


def test_check_makes_and_locks_nothing(lab):
    """-t creates no pid file and no log, and may run beside the daemon."""
    host = lab.host("a")
    pid, log = lab.path / "pid", lab.path / "log"
    assert check_start(host, "-p", str(pid), "-L", "f", str(log)) == (0, "")
    assert not pid.exists() and not log.exists()
    os.mkfifo(log)
    with open(pid, "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert check_start(host, "-p", str(pid), "-L", "f", str(log)) == (0, "")


def test_check_knows_who_would_write(lab):
    """-t: the pid file is written by the user who starts it, the log by the user of -u."""
    if "--reuid=65534" not in lab.ordinary_user():
        return  # without root there are no other users to become
    host = lab.host("a")
    private = lab.path / "private"
    private.mkdir(mode=0o700)
    user = ["-u", "nobody", "-g", "nogroup"]
    assert check_start(host, *user, "-p", str(private / "pid")) == (0, "")
    status, message = check_start(host, *user, "-L", "f", str(private / "log"))
    assert status == 1 and "Permission denied" in message and str(private) in message, message
    (lab.path / "theirs").touch(mode=0o600)
    status, message = check_start(host, *user, "-L", "f", str(lab.path / "theirs"))
    assert status == 1 and f"cannot write to {lab.path / 'theirs'}: Permission" in message, message


def test_check_prints_what_would_be_used(lab):
    """-t prints effective values and the interfaces, and exits with success."""
    host = lab.station(snmp=False)
    result = host.run(host.daemon_command("-t", config=["interval 7s", "misses 5"]))
    assert result.returncode == 0, result.stderr
    for expected in ("interval 7", "misses 5", "window ", "probes ", "eth0", "198.18.254.1"):
        assert expected in result.stdout, result.stdout


@pytest.mark.parametrize("name, args", [
    ("ldm-agentx", ["-i", "nosuch0"]),
    ("ldm-scan", ["-i", "nosuch0"]),
    ("ldm-responder", ["-i", "nosuch0"]),
])
def test_unknown_interface(lab, name, args):
    """An interface that does not exist is named."""
    host = lab.station(snmp=False)
    if name == "ldm-agentx":
        process = host.start(name, host.daemon_command(*args), Daemon)
    else:
        process = host.start(name, [program(name), *args])
    wait_for(lambda: process.lines("nosuch0"), 10, "a message naming the interface")
    if name != "ldm-agentx":
        assert process.wait() > 0


def test_unknown_interface_may_come(lab):
    """The daemon uses a configured interface as soon as it exists."""
    host = lab.station()
    lab.manager_host().responder("-n", 2, "-a", "198.18.0.1")
    daemon = host.daemon("-i", "late0", interval="500ms", window="200ms")
    daemon.wait_output("late0")
    host.plug("red", "late0", "198.18.254.9/24")
    host.wait_all_up(addresses("198.18.0.1", 2))


def test_ordinary_user(lab):
    """Started by an ordinary user, everything works."""
    station = lab.station()
    lab.manager_host().responder("-n", 9, "-a", "198.18.0.1")
    argv = station.daemon_command(config=["interval 500ms", "window 200ms"],
                                  binary=lab.public_copy("ldm-agentx"))
    daemon = station.start("ldm-agentx", lab.ordinary_user() + argv, Daemon)
    station.wait_all_up(addresses("198.18.0.1", 9))
    wait_for(lambda: len(station.trapd.appeared()) == 9, 10, "the notifications")
    status = open(f"/proc/{daemon.pid}/status").read()
    assert "CapEff:\t0000000000000000" in status
    result = station.run([*lab.ordinary_user(), lab.public_copy("ldm-scan"), "-q", "-e", "9"])
    assert result.returncode == 0, result.stderr


def test_drops_privileges(lab):
    """-u and -g take effect before anything from the network is read."""
    if "--reuid=65534" not in lab.ordinary_user():
        # Without root there are no other users to become; test_ordinary_user() covers it.
        return
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", "198.18.0.1")
    daemon = station.daemon("-u", "nobody", "-g", "nogroup", interval="500ms", window="200ms")
    station.wait_all_up(addresses("198.18.0.1", 3))
    status = open(f"/proc/{daemon.pid}/status").read()
    assert "Uid:\t65534\t65534\t65534\t65534" in status
    assert "Gid:\t65534\t65534\t65534\t65534" in status
    assert "CapEff:\t0000000000000000" in status and "CapPrm:\t0000000000000000" in status


def test_daemonized_with_pid_file(lab):
    """Without -f it detaches when ready, and leaves no PID file at the end."""
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", "198.18.0.1")
    pid_file = lab.path / "ldm-agentx.pid"
    log = lab.path / "ldm-agentx.log"
    argv = station.daemon_command("-p", str(pid_file), "-Lf", str(log),
                                  config=["interval 500ms", "window 200ms"])
    argv = [arg for arg in argv if arg not in ("-f", "-Lo")]
    assert station.start("ldm-agentx", argv, Daemon).wait() == 0
    pid = int(pid_file.read_text())
    station.wait_all_up(addresses("198.18.0.1", 3))

    second = station.start("ldm-agentx", argv, Daemon)
    assert second.wait() > 0
    assert str(pid_file) in second.output() + log.read_text()
    assert int(pid_file.read_text()) == pid

    os.kill(pid, signal.SIGTERM)

    def gone():
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # It was orphaned to process 1 of our namespace, which may not have reaped it yet.
        return "State:\tZ" in open(f"/proc/{pid}/status").read()
    wait_for(gone, 10, "the daemon to end")
    assert not pid_file.exists() or pid_file.read_text() == ""


@pytest.mark.skipif(not shutil.which("strace"), reason="no strace here, which makes calls fail")
@pytest.mark.skipif(bool(WRAPPER), reason="strace would trace the wrapper")
@pytest.mark.parametrize("thread, message", [(2, "cannot start the thread that saves"),
                                             (3, "cannot start the SNMP thread")])
def test_no_thread(lab, thread, message):
    """The daemon does not start without one of its threads; the first one is the log's."""
    host = lab.station(snmp=False)
    pid_file = lab.path / "pid"
    result = host.run([*STRACE, "-f", "-o", str(lab.path / "trace"), "-e", "trace=clone3",
                       "-e", f"inject=clone3:error=EAGAIN:when={thread}",
                       *host.daemon_command("-p", str(pid_file))])
    assert result.returncode == 1 and message in result.stdout
    assert not pid_file.exists()


def test_round_out_of_turn(lab):
    """SIGUSR1 starts a round."""
    station = lab.station()
    responder = lab.manager_host().responder("-n", 3, "-a", "198.18.0.1")
    daemon = station.daemon(interval="600s", window="200ms")
    station.wait_all_up(addresses("198.18.0.1", 3))
    for _ in range(3):
        before = len(responder.requests())
        daemon.send_signal(signal.SIGUSR1)
        wait_for(lambda: len(responder.requests()) > before, 10, "an additional round")
