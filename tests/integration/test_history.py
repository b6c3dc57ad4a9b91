# SPDX-License-Identifier: BSD-2-Clause
"""ldm-agentx --history: prints the saved events, whether or not the daemon runs.

Nothing is written, and no lock delays the daemon.
"""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

import database
from lab import WRAPPER, wait_for, program
from tampering import STRACE, needs_strace

HISTORY = 100000
COLUMNS = ["TIME", "ID", "AFTER", "EVENT", "ADDRESS", "HOSTNAME", "REASON"]


class Archive:
    """A state file, and commands that read its history."""

    def __init__(self, lab, path):
        self.lab = lab
        self.path = path
        self.config = lab.path / "history.conf"
        self.config.write_text(f"stateFile {path}\n")

    def command(self, *args):
        return [*WRAPPER, program("ldm-agentx"), "-H", "-C", "-c", str(self.config), *args]

    def ask(self, *args, prefix=(), **kwargs):
        """Run the command; it sends nothing, so it needs no network namespace."""
        return subprocess.run([*prefix, *self.command(*args)], capture_output=True, text=True,
                              env=self.lab.env, timeout=120, **kwargs)

    def events(self, *args, **kwargs):
        before = self.files()
        result = self.ask("-j", *args, **kwargs)
        assert (result.returncode, result.stderr) == (0, ""), result
        assert self.files().keys() == before.keys()
        return [json.loads(line) for line in result.stdout.splitlines()]

    def fails(self, *args, **kwargs):
        result = self.ask(*args, **kwargs)
        assert (result.returncode, result.stdout) == (1, ""), result
        return result.stderr

    def files(self):
        """{name: (owner, mode)} of the state file and those beside it."""
        found = sorted(self.path.parent.glob(self.path.name + "*"))
        return {file.name: (file.stat().st_uid, file.stat().st_mode) for file in found}

    def fill(self):
        """Replace the events by HISTORY older ones."""
        with database.connect(self.path) as db:
            db.executescript(f"""
                BEGIN;
                CREATE TEMP TABLE many AS
                    WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL
                                            SELECT i + 1 FROM n WHERE i < {HISTORY})
                    SELECT event.* FROM event, n WHERE number = 1;
                UPDATE many SET
                    number = rowid, id = rowid, time = 1700000000000 + 1000 * rowid,
                    type = iif(rowid % 2, 'appeared', 'disappeared'),
                    status = iif(rowid % 2, 'up', 'down'),
                    address = 3323068417 + rowid / 2 % 5000,
                    hostname = 'host-' || rowid / 2 % 5000;
                DELETE FROM event;
                INSERT INTO event SELECT * FROM many;
                COMMIT;
                """)


@pytest.fixture
def rig(make_rig):
    rig = make_rig(6)
    rig.begin()
    return rig


@pytest.fixture
def archive(lab, rig):
    return Archive(lab, rig.state)


def come_and_go(rig):
    """A manager disappears and appears again."""
    for on in False, True:
        rig.switch(rig.managers[:1], on)
        rig.station.wait_statuses(rig.reality(), 30)
    rig.book.settle()


def delivered(rig):
    """The notifications as (id, address)."""
    return sorted((number, objects["ldmEventAddress"])
                  for number, objects in rig.book.read().events.items())


def printed(archive, *args, **kwargs):
    return sorted((event["id"], event["address"]) for event in archive.events(*args, **kwargs))


def test_what_is_printed(rig, archive):
    """The same events as the notifications, with the same values, in a table and as JSON."""
    come_and_go(rig)
    wait_for(lambda: database.has_delivered(rig.state, 8), 10, "all to be accepted")
    events = archive.events()
    assert [(event["id"], event["address"]) for event in events] == delivered(rig)
    for event in events:
        objects = rig.book.events[event["id"]]
        assert event["hostname"].encode() == objects["ldmEventHostname"]
        assert event["reason"].encode() == objects["ldmEventReason"]
        assert event["port"] == objects["ldmEventPort"] and not event["queued"]
    assert [(e["event"], e["status"], e["address"]) for e in events[-2:]] == [
        ("disappeared", "down", rig.managers[0]), ("appeared", "up", rig.managers[0])]
    assert all(event["afterMs"] is None for event in events[:6])
    assert all(0 < event["afterMs"] < 600000 for event in events[6:])

    table = archive.ask().stdout.splitlines()
    assert table[0].split() == COLUMNS and len(table) == 9
    for line, event in zip(table[1:], events):
        # The columns begin where their titles do; numbers end there.
        assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4}  ", line), line
        assert line[table[0].index("ADDRESS"):].split()[:2] == [event["address"],
                                                                event["hostname"]]
        assert line[table[0].index("REASON"):] == event["reason"]
        assert line[:table[0].index(" AFTER")].split()[2] == str(event["id"])
    # The log has the same reasons.
    for event in events:
        assert rig.daemon.lines(f"manager {event['address']} .*{event['event']}: "
                                f"{re.escape(event['reason'])}$")


def test_since(rig, archive):
    """Events since a duration ago, or a time; AFTER also counts from earlier events."""
    come_and_go(rig)
    wait_for(lambda: database.has_delivered(rig.state, 8), 10, "all to be accepted")
    events = archive.events()
    assert archive.events("2h") == events == archive.events("1970-01-01")
    last = archive.events(events[-1]["time"])
    assert last == events[-1:] and last[0]["afterMs"] > 0
    # A local time, as in the table and the log.
    table = archive.ask().stdout.splitlines()
    assert archive.events(" ".join(table[-1].split()[:2]))[-1:] == last
    assert archive.events("0s") == [] and archive.ask("0s").stdout == ""
    for wrong in ("2x", "2026-13-01", "14:00"):
        result = archive.ask(wrong)
        assert result.returncode == 2 and result.stdout == ""
        assert f"'{wrong}': expected a duration back from now such as 2h, or a time" in \
            result.stderr


def test_while_it_runs_and_after_it_died(rig, archive):
    """The same events are printed, and no file is made, recovered or removed."""
    come_and_go(rig)
    expected = delivered(rig)
    assert printed(archive) == expected
    rig.kill_daemon()
    assert {name[len("state.db"):] for name in archive.files()} == {
        "", ".lock", "-wal", "-shm"}
    assert printed(archive) == expected
    database.beside(rig.state, "-shm").unlink()
    assert printed(archive) == expected
    rig.start_daemon()
    rig.station.wait_all_up(rig.managers, 30)
    assert printed(archive) == expected
    rig.end_daemon()
    assert {name[len("state.db"):] for name in archive.files()} == {"", ".lock"}
    assert printed(archive) == expected
    assert not rig.daemon.lines("error|damaged")


def test_of_another_user(lab, archive, rig):
    """Root leaves no file of its own; a user without permission gets an error."""
    ordinary = lab.ordinary_user()
    if "--reuid=65534" not in ordinary:
        pytest.skip("without root there are no other users")
    rig.end_daemon()
    archive.path = lab.path / "theirs" / "state.db"
    archive.path.parent.mkdir()
    archive.path.parent.chmod(0o1777)
    archive.config.write_text(f"stateFile {archive.path}\n")
    rig.station.daemon("-u", "nobody", "-g", "nogroup", config=[f"stateFile {archive.path}"],
                       interval="500ms", window="200ms")
    wait_for(lambda: database.has_delivered(archive.path, 6), 30, "its events to be saved")

    def check():
        assert len(archive.events()) == len(archive.events("-u", "nobody")) == 6
        assert {owner for owner, _ in archive.files().values()} == {65534}
    check()
    lab.processes[-1].kill()
    check()
    database.beside(archive.path, "-shm").unlink()
    check()
    archive.path.parent.chmod(0o700)
    said = archive.fails("-j", prefix=ordinary)
    assert "Permission denied; expected to be run by" in said and str(archive.path) in said, said


def test_read_only_disk(lab, rig, archive):
    """Nothing can be made on the disk: neither what recovery would need, nor a lock."""
    come_and_go(rig)
    expected = printed(archive)
    rig.kill_daemon()
    disk = lab.path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], check=True)
    for number, suffixes in enumerate((["", "-wal", "-shm"], ["", "-wal"])):
        archive.path = disk / str(number) / "state.db"
        archive.path.parent.mkdir()
        for suffix in suffixes:
            shutil.copy(database.beside(rig.state, suffix), archive.path.parent)
    rig.start_daemon()
    rig.station.wait_all_up(rig.managers, 30)
    rig.end_daemon()
    (disk / "ended").mkdir()
    shutil.copy(rig.state, disk / "ended")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    for directory in sorted(disk.iterdir()):
        archive.path = directory / "state.db"
        archive.config.write_text(f"stateFile {archive.path}\n")
        assert printed(archive) == expected, directory


def test_what_is_no_history(archive, lab, rig):
    """A file without a history: an error, and the file is not changed."""
    rig.end_daemon()
    archive.path = lab.path / "other.db"
    archive.config.write_text(f"stateFile {archive.path}\n")
    assert f"{archive.path}: No such file or directory" in archive.fails()
    assert not archive.files()
    archive.path.write_text("ldm-agentx state 1\n" * 1000)
    assert "is damaged, or no database" in archive.fails()
    archive.path.write_bytes(rig.state.read_bytes())
    with database.connect(archive.path) as db:
        db.execute("PRAGMA user_version = 2")
    before = archive.path.read_bytes()
    assert "of another ldm-agentx" in archive.fails("-j")
    assert archive.path.read_bytes() == before
    assert archive.files().keys() == {"other.db"}
    archive.config.write_text("stateFile none\n")
    assert "stateFile none: no events are saved" in archive.fails()


def test_output_that_fails(archive):
    """Standard output cannot be written."""
    with open("/dev/full", "w") as full:
        result = subprocess.run(archive.command(), stdout=full, stderr=subprocess.PIPE, text=True,
                                env=archive.lab.env)
    assert result.returncode == 1
    assert "cannot write to standard output: No space left on device" in result.stderr


# A long history

@pytest.fixture
def long_archive(rig, archive):
    """A running daemon with as many events as it keeps."""
    rig.end_daemon()
    archive.fill()
    rig.start_daemon()
    rig.station.wait_all_up(rig.managers, 60)
    return archive


def locks_of(pid):
    """The inodes of the files that a process has locked."""
    return {int(line.split()[5].split(":")[2]) for line in
            Path("/proc/locks").read_text().splitlines() if line.split()[4] == str(pid)}


def test_long(long_archive, figures):
    """100000 events, in a table and as JSON."""
    for name, args in ("table", ()), ("json", ("-j",)):
        began = time.monotonic()
        result = long_archive.ask(*args)
        figures.put(**{f"{name}_s": time.monotonic() - began})
        assert result.returncode == 0
        assert len(result.stdout.splitlines()) >= HISTORY


def test_pager(rig, long_archive):
    """While its output blocks it holds no lock, and events saved meanwhile are printed."""
    reader = subprocess.Popen(long_archive.command("-j"), stdout=subprocess.PIPE, text=True,
                              env=long_archive.lab.env)
    wait_for(lambda: "pipe" in Path(f"/proc/{reader.pid}/wchan").read_text(), 30,
             "it to wait for the pager")
    assert not locks_of(reader.pid)
    come_and_go(rig)
    wait_for(lambda: not database.column(rig.state, "SELECT id FROM event WHERE queued"), 10,
             "all to be accepted")
    numbers = [json.loads(line)["id"] for line in reader.communicate(timeout=60)[0].splitlines()]
    assert reader.returncode == 0
    assert len(set(numbers)) == len(numbers) >= HISTORY
    assert {number for number, _ in delivered(rig)[-2:]} <= set(numbers)
    assert not rig.daemon.lines("error: |not saved")


@needs_strace
def test_stopped(rig, long_archive, figures, tmp_path):
    """The daemon saves while --history is stopped within a transaction."""
    trace = tmp_path / "trace"
    # The first transaction reads some 20 pages, after the header.
    stopping = [*STRACE, "-qq", "-o", str(trace), "-e", "trace=pread64",
                "-e", "inject=pread64:signal=SIGSTOP:when=10"]
    tracer = subprocess.Popen([*stopping, *long_archive.command("-j")], stdout=subprocess.PIPE,
                              text=True, env=long_archive.lab.env)

    # Its state does not tell: strace stops it for a moment in each call that it traces.
    wait_for(lambda: trace.exists() and "--- stopped by SIGSTOP ---" in trace.read_text(), 30,
             "it to be stopped")
    pid, = map(int, Path(f"/proc/{tracer.pid}/task/{tracer.pid}/children").read_text().split())
    assert database.beside(rig.state, "-shm").stat().st_ino in locks_of(pid)
    come_and_go(rig)
    wait_for(lambda: not database.column(rig.state, "SELECT id FROM event WHERE queued"), 10,
             "all to be accepted")
    figures.put(wal_in_kib=database.beside(rig.state, "-wal").stat().st_size // 1024)
    assert not rig.daemon.lines("error: |not saved")
    subprocess.run(["kill", "-CONT", str(pid)], check=True)
    lines = tracer.communicate(timeout=60)[0].splitlines()
    assert tracer.returncode == 0 and len(lines) >= HISTORY
    assert all(json.loads(line) for line in lines)
