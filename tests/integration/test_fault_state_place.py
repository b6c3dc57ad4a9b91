# SPDX-License-Identifier: BSD-2-Clause
"""The state file cannot be written, or must not be used.

Its disk is full, out of inodes or read-only, its directory is removed while the daemon
runs: discovery and SNMP continue, and the state is saved again once this is possible.
Its path is a symbolic link, a directory, a FIFO or the file of another user: the daemon
does not start, and logs why.
"""

import ctypes
import errno
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import database
from faultlab import form
from lab import Daemon, libc, wait_for
from tampering import Tampering, needs_strace, tampered

TURNS = form(4, 2)

AT_FDCWD, RENAME_EXCHANGE = -100, 2

# How long a failed save may wait for the next attempt.
RETRIED_WITHIN = 61


def swap(one, other):
    """Exchange two names at once: the daemon may be about to save."""
    if libc.renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE):
        raise OSError(ctypes.get_errno(), f"renameat2 {one} {other}")


class Volume:
    """A separate file system that holds the state's directory."""

    def __init__(self, root):
        self.root = root
        root.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,nr_inodes=64,mode=755", "tmpfs",
                        root], check=True)

    def until_it_fails(self, step):
        """Repeat step() until there is no room."""
        with pytest.raises(OSError) as caught:
            while True:
                step()
        assert caught.value.errno == errno.ENOSPC

    def fill(self):
        with open(self.root / "filler", "wb", buffering=0) as filler:
            self.until_it_fails(lambda: filler.write(bytes(4096)))

    def empty(self):
        (self.root / "filler").unlink()

    def take_inodes(self):
        names = iter(range(1000))
        self.until_it_fails(lambda: (self.root / f"taken-{next(names)}").touch())

    def give_inodes(self):
        for taken in self.root.glob("taken-*"):
            taken.unlink()

    def remount(self, options):
        # With these options only: some of the existing ones name users of the outer namespace.
        subprocess.run(["mount", "--options-mode=ignore", "-o", f"remount,{options}", self.root],
                       check=True)

    def set_read_only(self):
        self.remount("ro")
        # The file system, not the mount, because a daemon started now has its own mount.
        self.remount("bind,rw")

    def set_writable(self):
        self.remount("rw")

    def take_name(self):
        """Put a directory where the state file was."""
        state = self.root / "lib" / "kept" / "state.db"
        (self.root / "directory").mkdir()
        swap(self.root / "directory", state)

    def give_name(self):
        (self.root / "lib" / "kept" / "state.db").rmdir()

    def remove(self):
        shutil.rmtree(self.root / "lib")

    def put_back(self):
        (self.root / "lib").mkdir()


TROUBLES = {
    "full": (Volume.fill, Volume.empty, "No space left on device"),
    "out of inodes": (Volume.take_inodes, Volume.give_inodes, "No space left on device"),
    "read-only": (Volume.set_read_only, Volume.set_writable, "Read-only file system"),
    "a directory": (Volume.take_name, Volume.give_name, "is a directory"),
    "removed": (Volume.remove, Volume.put_back, "does not exist"),
}


def volume_rig(make_rig):
    """A rig whose state is on a volume, and that volume."""
    rig = make_rig(12)
    volume = Volume(rig.lab.path / "volume")
    rig.state = volume.root / "lib" / "kept" / "state.db"
    rig.state.parent.parent.mkdir()
    rig.config[0] = f"stateFile {rig.state}"
    return rig, volume


def come_and_go(rig, turns):
    """Managers come and go, each is announced, requests are answered."""
    for _ in range(turns):
        rig.flip(rig.random.sample(rig.managers, 3))
        rig.book.settle()
        rig.be_seen()
        rig.station.wait_statuses(rig.reality())
        rig.book.check()


def expect_saved(rig):
    """Killed and started again, the daemon knows all managers and announces nothing."""
    rig.kill_daemon()
    events, repeated = len(rig.book.read().events), rig.book.repeated
    rig.start_daemon()
    rig.be_seen()
    rig.station.wait_statuses(rig.reality())
    rig.book.check()
    assert (len(rig.book.events), rig.book.repeated) == (events, repeated)


@pytest.mark.parametrize("trouble, at_start", [
    ("full", False), ("full", True), ("out of inodes", True), ("read-only", True),
    ("a directory", False), ("removed", False)])
def test_goes_on(make_rig, trouble, at_start):
    """The daemon logs it once, continues its work, and saves again when possible."""
    rig, volume = volume_rig(make_rig)
    spoil, mend, reason = TROUBLES[trouble]
    rig.begin()
    if at_start:
        rig.end_daemon()
    spoil(volume)
    rig.faults += 1
    if at_start:
        rig.start_daemon()
    come_and_go(rig, TURNS)
    said = rig.daemon.wait_output("is not saved")
    assert reason in said[0] and str(volume.root / "lib") in said[0], said
    come_and_go(rig, 1)
    assert len(rig.daemon.lines(r"error: |not saved")) == 1
    value = rig.station.value
    wait_for(lambda: value("ldmStateUnsavedTime") >= 2 <= value("ldmStateErrors"), 10, "trouble")
    assert value("ldmStateAge") >= value("ldmStateUnsavedTime")

    mend(volume)
    rig.daemon.wait_output("is saved again", RETRIED_WITHIN)
    assert len(rig.daemon.lines("is saved again")) == 1
    wait_for(lambda: value("ldmStateUnsavedTime") == 0, 10, "the save")
    assert value("ldmStateErrors") > 0
    expect_saved(rig)


def test_no_inodes_while_it_runs(make_rig):
    """All files that it needs are there."""
    rig, volume = volume_rig(make_rig)
    rig.begin()
    volume.take_inodes()
    rig.faults += 1
    come_and_go(rig, TURNS)
    assert not rig.daemon.lines("error: |not saved")
    volume.give_inodes()
    expect_saved(rig)


@needs_strace
@pytest.mark.parametrize("error, reason", [("EROFS", "Read-only file system|I/O error"),
                                           ("EIO", "Input/output error|I/O error")])
def test_writes_fail(make_rig, error, reason):
    """The file system turns read-only, or fails, while its files are open."""
    rig = make_rig(12)
    rig.begin()
    with Tampering(rig.daemon, "pwrite64", f"error={error}"):
        rig.faults += 1
        come_and_go(rig, TURNS)
        said = rig.daemon.wait_output("is not saved")
        come_and_go(rig, 1)
        assert len(rig.daemon.lines("error: |not saved")) == 1
    assert re.search(reason, said[0]) and str(rig.state) in said[0], said
    rig.daemon.wait_output("is saved again", RETRIED_WITHIN)
    expect_saved(rig)


def kill_and_change_all(rig, volume, turns):
    """Kill the daemon after failed saves; start it with room again, then all managers change."""
    come_and_go(rig, turns)
    assert rig.daemon.lines("is not saved")
    rig.kill_daemon()
    volume.empty()
    rig.start_daemon(env=rig.hour_later())
    rig.be_seen()
    rig.flip(rig.managers)
    rig.book.settle()


def test_killed_while_it_cannot_save(make_rig):
    """Events may be announced again, under other ids; each row is right after its next change."""
    rig, volume = volume_rig(make_rig)
    rig.begin()
    volume.fill()
    rig.faults += 1
    kill_and_change_all(rig, volume, TURNS)
    rig.be_seen()
    assert rig.book.last() == rig.reality()
    assert not rig.book.read().faults
    assert rig.book.surplus(), "nothing was announced again: it could save"


def given_twice(rig):
    """Ids that belonged to another event before."""
    return [fault for fault in rig.book.read().faults if "came as" in fault]


def test_start_without_room(make_rig):
    """No id is given twice even if the first save after a start fails."""
    rig, volume = volume_rig(make_rig)
    rig.begin()
    rig.end_daemon()
    volume.fill()
    rig.faults += 1
    rig.start_daemon(env=rig.hour_later())
    kill_and_change_all(rig, volume, 1)
    assert not given_twice(rig)


def test_damaged_and_no_room(make_rig):
    """No id is given twice if the state is lost and the daemon dies before it saves another."""
    rig, volume = volume_rig(make_rig)
    rig.begin()
    rig.end_daemon()
    rig.state.write_bytes(bytes(8192))
    volume.fill()
    rig.faults += 2
    rig.start_daemon(env=rig.hour_later())
    rig.daemon.wait_output("starting without it")
    rig.be_seen()
    rig.kill_daemon()
    volume.empty()
    rig.start_daemon(env=rig.hour_later())
    rig.daemon.wait_output("does not exist yet")
    known = len(rig.book.read().events)
    wait_for(lambda: len(rig.book.read().events) >= known + len(rig.managers), 20,
             "all of them again")
    assert not given_twice(rig)


@needs_strace
def test_unreadable(make_rig):
    """A file that cannot be read now may be good: the start is refused, and nothing changed."""
    rig = make_rig(3)
    rig.begin()
    rig.end_daemon()
    rig.faults += 1
    before = rig.state.read_bytes()
    daemon = rig.start_daemon(prefix=tampered("pread64", "error=EIO", rig.state))
    assert daemon.wait() not in (0, None)
    said, = daemon.lines("error: ")
    assert str(rig.state) in said and "cannot" in said
    assert rig.state.read_bytes() == before
    assert not list(rig.state.parent.glob("*.bad*"))
    rig.start_daemon()
    rig.daemon.wait_output("loaded 3 managers")


def test_directory_removed(make_rig):
    """If only the last directory of the path is missing, it is created again."""
    rig, _ = volume_rig(make_rig)
    rig.begin()
    shutil.rmtree(rig.state.parent)
    rig.faults += 1
    come_and_go(rig, 1)
    assert not rig.daemon.lines("error: ")
    expect_saved(rig)


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", ".lock"])
def test_replaced_by_a_link_while_running(make_rig, suffix):
    """Nothing is written through it."""
    rig, volume = volume_rig(make_rig)
    rig.begin()
    victim = volume.root / "victim"
    victim.write_text("precious\n")
    (volume.root / "link").symlink_to(victim)
    (volume.root / "link").rename(database.beside(rig.state, suffix))
    rig.faults += 1
    come_and_go(rig, 1)
    assert victim.read_text() == "precious\n"
    said, = rig.daemon.lines("is not saved")
    assert "symbolic link" in said
    database.beside(rig.state, suffix).unlink()
    rig.daemon.wait_output("is saved again", RETRIED_WITHIN)
    come_and_go(rig, 1)
    assert victim.read_text() == "precious\n"
    expect_saved(rig)


def expect_new_one(rig):
    """Without an error, everything is saved in another file as soon as there is something."""
    come_and_go(rig, 1)
    assert len(rig.daemon.wait_output("was moved or removed; saving everything")) == 1
    assert not rig.daemon.lines("error: |not saved")
    wait_for(lambda: database.count(rig.state, "manager") == len(rig.managers), 10,
             "all to be saved")
    come_and_go(rig, 1)
    assert len(rig.daemon.lines("was moved or removed")) == 1


def test_moved_away(make_rig):
    """The file goes, and what is beside it stays, as when somebody rotates it."""
    rig = make_rig(12)
    rig.begin()
    events = len(rig.book.events)
    rig.state.rename(rig.state.with_name("old.db"))
    rig.faults += 1
    expect_new_one(rig)
    # The events in ldmEventTable are in the new one, too.
    assert database.count(rig.state, "event") >= events
    expect_saved(rig)


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_removed(make_rig, suffix):
    """One of its files is removed while it is in use."""
    rig = make_rig(12)
    rig.begin()
    database.beside(rig.state, suffix).unlink()
    rig.faults += 1
    expect_new_one(rig)
    expect_saved(rig)


def test_replaced(make_rig):
    """An older copy is put in its place while it is in use."""
    rig = make_rig(12)
    rig.begin()
    with database.connect(rig.state) as db:
        db.execute("VACUUM INTO ?", [str(rig.state.with_name("copy.db"))])
    come_and_go(rig, 1)
    rig.state.with_name("copy.db").rename(rig.state)
    rig.faults += 1
    come_and_go(rig, 1)
    said, = rig.daemon.lines("error: ")
    assert "is not the file that was opened; renamed to" in said
    assert len(list(rig.state.parent.glob("*.bad"))) == 1
    wait_for(lambda: database.count(rig.state, "manager") == len(rig.managers), 10,
             "all to be saved")
    expect_saved(rig)


# Refused

def link(path):
    target = path.with_name("target")
    target.write_text("precious\n")
    path.symlink_to(target)


def dangling_link(path):
    path.symlink_to(path.with_name("nowhere"))


def foreign_file(path):
    path.write_text("precious\n")
    give_away(path)


def foreign_directory(path):
    give_away(path.parent)


def open_directory(path):
    path.parent.chmod(0o777)


def give_away(path):
    if "4294967295" not in Path("/proc/self/uid_map").read_text():
        pytest.skip("no other user in this user namespace")
    os.chown(path, 65534, 65534)


REFUSED = {
    "a link": (link, "symbolic link"),
    "a dangling link": (dangling_link, "symbolic link"),
    "a directory": (Path.mkdir, "directory"),
    "a FIFO": (os.mkfifo, "FIFO"),
    "foreign": (foreign_file, "belongs to user 65534"),
    "in a foreign directory": (foreign_directory, "belongs to user 65534"),
    "in a directory open to all": (open_directory, "only its owner"),
}


def contents(directory):
    return {path.name: path.read_bytes() if path.is_file() else path.lstat().st_mode
            for path in directory.iterdir()}


def refused(host, path):
    """Start a daemon with that state file; returns its message when it refuses."""
    daemon = host.start("ldm-agentx", host.daemon_command(config=[f"stateFile {path}"]), Daemon)
    assert daemon.wait() not in (0, None)
    said = daemon.lines("error: ")
    assert len(said) == 1, daemon.output()
    return said[0]


@pytest.mark.parametrize("what", REFUSED)
def test_refused(lab, figures, what):
    """It does not start, names the path and what is expected, and changes nothing."""
    host = lab.station(snmp=False)
    path = lab.path / "kept" / "state.db"
    path.parent.mkdir()
    spoil, reason = REFUSED[what]
    spoil(path)
    before = contents(path.parent)
    said = refused(host, path)
    figures.put(faults=1)
    assert str(path.parent) in said and reason in said and "expected" in said
    assert contents(path.parent) == before


def test_in_use(make_rig):
    """Two daemons do not share a state file."""
    rig = make_rig(3)
    rig.begin()
    before = rig.state.read_bytes()
    said = refused(rig.station, rig.state)
    rig.faults += 1
    assert str(rig.state) in said and "locked by another process" in said
    assert rig.state.read_bytes() == before
