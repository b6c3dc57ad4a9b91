# SPDX-License-Identifier: BSD-2-Clause
"""What the state file preserves over a restart, and when it is written.

For faults see test_fault_state_*.py.
"""

import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest

import ber
import database
from ber import GAUGE32, INTEGER
from bookkeeping import text_time
from lab import UP, addresses, mib, wait_for
from lab_mib import configuration, wait_rounds, writable_station
from newcomer import recipes

TRUE, FALSE = 1, 2
CREATE_AND_GO = 4


def scene(lab, count=3):
    """A station, and count managers that answer."""
    station = writable_station(lab)
    return station, lab.manager_host().responder("-n", count, "-a", "198.18.0.1", delay="0:20")


class Keeper:
    """Daemons with one state file, one after the other."""

    def __init__(self, station):
        self.station = station
        self.path = Path(station.lab.path) / "kept" / "state.db"
        self.path.parent.mkdir(mode=0o700)

    def start(self, *lines):
        self.daemon = self.station.daemon(
            config=[*lines, f"stateFile {self.path}"], interval="500ms", window="200ms")
        wait_rounds(self.station, 1)
        # Objects are registered one after the other, and this one last.
        wait_for(lambda: self.station.value("ldmStateUnsavedTime") is not None, 10, "all objects")
        return self.daemon

    def restart(self, *lines, signo=signal.SIGTERM):
        self.daemon.end(signo)
        return self.start(*lines)

    def wait_delivered(self, events):
        """Wait until this number of events is saved, each accepted by the master agent."""
        wait_for(lambda: database.has_delivered(self.path, events), 10,
                 f"{events} deliveries to be saved")


def set_values(station, *varbinds):
    answer = ber.Client(station).set(*varbinds)
    assert answer.error == "noError", answer


def instance(name, index="0"):
    return ber.parse_oid(mib().oid(name)) + ber.parse_oid(index)


def notifications(station):
    return len(station.trapd.notifications())


def test_settings_by_snmp(lab):
    """Values set by SNMP survive restarts until the value in the file changes."""
    station, _ = scene(lab)
    keeper = Keeper(station)
    keeper.start()
    station.wait_all_up(addresses("198.18.0.1", 3))
    set_values(station, (instance("ldmDiscoveryInterval"), GAUGE32, 700),
               (instance("ldmNotificationsEnabled"), INTEGER, FALSE),
               (instance("ldmManagerRowStatus", "198.18.9.9"), INTEGER, CREATE_AND_GO),
               (instance("ldmManagerExpected", "198.18.0.2"), INTEGER, TRUE))

    def in_force():
        return (station.value("ldmDiscoveryInterval"), station.value("ldmNotificationsEnabled"),
                station.get(mib().oid("ldmManagerExpected") + ".198.18.9.9"),
                station.get(mib().oid("ldmManagerExpected") + ".198.18.0.2"))
    assert in_force() == (700, FALSE, TRUE, TRUE)
    keeper.restart()
    assert in_force() == (700, FALSE, TRUE, TRUE)
    # Saved at once, not at the end.
    wait_for(lambda: database.setting(keeper.path, "interval") == 700000, 10, "it to be saved")
    keeper.restart(signo=signal.SIGKILL)
    assert in_force() == (700, FALSE, TRUE, TRUE)
    # The value in the file has changed: it is not overridden any more, now or later.
    keeper.restart("notifications no")
    assert in_force() == (700, FALSE, TRUE, TRUE)
    keeper.restart()
    assert in_force() == (700, TRUE, TRUE, TRUE)


def test_file_has_another_value(lab):
    """A new interval in the file takes effect, whatever value was set by SNMP."""
    station, _ = scene(lab)
    keeper = Keeper(station)
    keeper.start()
    set_values(station, (instance("ldmDiscoveryInterval"), GAUGE32, 700))
    keeper.daemon.end()
    keeper.daemon = station.daemon(config=[f"stateFile {keeper.path}"], interval="600ms",
                                   window="200ms")
    wait_rounds(station, 1)
    assert station.value("ldmDiscoveryInterval") == 600
    keeper.restart()
    assert station.value("ldmDiscoveryInterval") == 500


def test_log_and_ids_go_on(lab):
    """ldmEventTable is unchanged after a restart, and no number is used twice."""
    station, responder = scene(lab)
    keeper = Keeper(station)
    began = int(time.time())
    keeper.start()
    wait_for(lambda: len(station.trapd.appeared()) == 3, 20, "three Appeared")
    before = {name: station.column(name) for name in mib().columns("ldmEventEntry")}
    ids = sorted(before["ldmEventId"].values())
    # The first one is the number of seconds since 1970.
    assert began < ids[0] <= time.time() + 1 and ids == list(range(ids[0], ids[0] + 3))
    keeper.wait_delivered(3)
    for signo in (signal.SIGKILL, signal.SIGTERM, signal.SIGTERM):
        keeper.restart(signo=signo)
        after = {name: station.column(name) for name in mib().columns("ldmEventEntry")}
        assert after == before
    responder.command("off", "198.18.0.2")
    wait_for(lambda: station.trapd.disappeared("198.18.0.2"), 20, "a Disappeared")
    (gone,) = station.trapd.disappeared()
    # No number is skipped after a clean exit, but the daemon was killed before that.
    last = gone.objects["ldmEventId"]
    assert ids[-1] < last <= time.time() + 1
    keeper.wait_delivered(4)
    keeper.restart()
    responder.command("off", "198.18.0.3")
    wait_for(lambda: station.trapd.disappeared("198.18.0.3"), 20, "another Disappeared")
    assert station.trapd.disappeared("198.18.0.3")[0].objects["ldmEventId"] == last + 1
    assert notifications(station) == 5


def test_rounds_write_nothing(lab):
    """Rounds without events write nothing; only the owner has access to the files."""
    station, responder = scene(lab)
    keeper = Keeper(station)
    keeper.start()
    wait_for(lambda: len(station.trapd.appeared()) == 3, 20, "three Appeared")
    keeper.wait_delivered(3)
    assert database.count(keeper.path, "manager") == 3

    def written():
        return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns, path.stat().st_size)
                for path in keeper.path.parent.iterdir() if not path.name.endswith("-shm")}
    saved, transactions = written(), database.transactions(keeper.path)
    wait_rounds(station, 6)
    assert written() == saved
    assert database.transactions(keeper.path) == transactions
    assert {path.name: stat.S_IMODE(path.stat().st_mode)
            for path in keeper.path.parent.iterdir()} == dict.fromkeys(
                ["state.db", "state.db-wal", "state.db-shm", "state.db.lock"], 0o600)
    responder.command("off", "198.18.0.2")
    keeper.wait_delivered(4)
    # The event, and that it was accepted.
    assert 1 <= database.transactions(keeper.path) - transactions <= 2


def test_saved_at_the_end(lab):
    """The times last heard are saved on exit, and only the database and the lock file stay."""
    station, _ = scene(lab)
    keeper = Keeper(station)
    keeper.start()
    wait_for(lambda: len(station.trapd.appeared()) == 3, 20, "three Appeared")
    keeper.wait_delivered(3)

    def heard():
        return database.column(keeper.path, "SELECT last_seen FROM manager ORDER BY address")
    before = heard()
    wait_rounds(station, 3)
    assert heard() == before and len(before) == 3
    assert database.setting(keeper.path, "clean") == 0
    keeper.daemon.end()
    assert all(new > old for new, old in zip(heard(), before))
    assert database.setting(keeper.path, "clean") == 1
    assert [database.setting(keeper.path, "last_id")] == \
        database.column(keeper.path, "SELECT max(id) FROM event")
    assert {path.name for path in keeper.path.parent.iterdir()} == {"state.db", "state.db.lock"}


def test_announce_first(lab):
    """announceFirst no: the first round of a start without state is logged in one line."""
    station, responder = scene(lab)
    responder.command("off", "198.18.0.3")
    keeper = Keeper(station)
    daemon = keeper.start("announceFirst no")
    daemon.wait_output("the first round found 2 managers")
    station.wait_all_up(addresses("198.18.0.1", 2))
    responder.command("on", "198.18.0.3")
    wait_for(lambda: station.trapd.appeared("198.18.0.3"), 20, "the third")
    # With a saved state, it has no effect.
    keeper.daemon.end()
    responder.command("off", "198.18.0.1")
    daemon = keeper.start("announceFirst no")
    wait_for(lambda: station.trapd.disappeared("198.18.0.1"), 20, "the one that vanished meanwhile")
    assert notifications(station) == 2
    assert not daemon.lines("the first round found")


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGKILL])
def test_first_round_interrupted(lab, signo):
    """announceFirst no: a start that did not complete its first round does not count."""
    station, _ = scene(lab)
    keeper = Keeper(station)
    daemon = station.daemon(config=["announceFirst no", f"stateFile {keeper.path}"],
                            interval="1d", window="60s")
    # The repeated request, half a window after the first, would confirm them.
    wait_for(lambda: station.value("ldmManagersUnconfirmed") == 3, 10, "the first answers")
    wait_for(lambda: database.setting(keeper.path, "quiet") == 1, 10, "it to be saved")
    daemon.end(signo)
    daemon = keeper.start("announceFirst no")
    daemon.wait_output("the first round found 3 managers")
    station.wait_all_up(addresses("198.18.0.1", 3))
    wait_for(lambda: database.setting(keeper.path, "quiet") == 0, 10,
             "the end of it to be saved")
    keeper.restart("announceFirst no", signo=signal.SIGKILL)
    station.wait_all_up(addresses("198.18.0.1", 3))
    assert notifications(station) == 0


def test_first_round_without_interface(lab):
    """announceFirst no: a round in which no request could be sent is not the first one."""
    station, _ = scene(lab)
    station.carrier("eth0", False)
    keeper = Keeper(station)
    daemon = keeper.start("announceFirst no")
    wait_rounds(station, 2)
    station.carrier("eth0", True)
    daemon.wait_output("the first round found 3 managers")
    station.wait_all_up(addresses("198.18.0.1", 3))
    assert station.trapd.appeared() == []


def test_discarded(lab):
    """Without the files that the manual says to remove, a start is a first one."""
    station, _ = scene(lab)
    keeper = Keeper(station)
    keeper.start()
    wait_for(lambda: len(station.trapd.appeared()) == 3, 20, "three Appeared")
    keeper.wait_delivered(3)
    keeper.daemon.kill()
    assert len(list(keeper.path.parent.iterdir())) == 4
    (command,), = recipes("rm ")
    command = command.replace("/var/lib/ldm-agentx", str(keeper.path.parent))
    assert str(keeper.path) in command
    subprocess.run(["sh", "-ec", command], check=True)
    assert not list(keeper.path.parent.iterdir())
    daemon = keeper.start()
    wait_for(lambda: len(station.trapd.appeared()) == 6, 20, "all of them again")
    keeper.wait_delivered(3)
    assert daemon.lines("state.db does not exist yet, starting without a state")


def test_without_state(lab):
    """stateFile none: nothing is saved, and each start announces what it finds."""
    station, _ = scene(lab, count=2)
    for start in (1, 2):
        daemon = station.daemon(config=["stateFile none"], interval="500ms", window="200ms")
        station.wait_all_up(addresses("198.18.0.1", 2))
        wait_for(lambda: len(station.trapd.appeared()) == 2 * start, 20, "all of them again")
        wait_for(lambda: station.value("ldmDiscoveryUptime") >= 1, 10, "a second")
        assert [station.value("ldmState" + what) for what in ("Age", "Errors", "UnsavedTime")] \
            == [0, 0, 0]
        assert "none" in configuration(daemon).read_text()
        daemon.end()


def test_values_of_rows(lab):
    """The saved values of managers are shown before the first answer, which may never come."""
    station, responder = scene(lab)
    keeper = Keeper(station)
    keeper.start()
    station.wait_all_up(addresses("198.18.0.1", 3))
    kept = ["ldmManagerVersion", "ldmManagerHostname", "ldmManagerPort", "ldmManagerFirstSeen",
            "ldmManagerLastSeen", "ldmManagerSourceAddress", "ldmManagerIfIndex"]
    responder.command("off", "all")
    station.wait_statuses({a: 3 for a in addresses("198.18.0.1", 3)})
    before = {name: station.column(name) for name in kept}
    silence = station.column("ldmManagerSilence")
    keeper.restart()
    assert {name: station.column(name) for name in kept} == before
    assert all(value >= silence[a] for a, value in station.column("ldmManagerSilence").items())
    responder.command("on", "all")
    station.wait_all_up(addresses("198.18.0.1", 3))
    assert set(station.statuses().values()) == {UP}


def test_from_a_clock_that_was_ahead(lab):
    """Times in the future are replaced; this is logged once, and not at the next start."""
    station, responder = scene(lab, 2)
    keeper = Keeper(station)
    keeper.start()
    station.wait_all_up(addresses("198.18.0.1", 2))
    keeper.daemon.end()
    with database.connect(keeper.path) as db:
        db.execute("UPDATE manager SET first_seen = first_seen + 1e12, "
                   "last_seen = last_seen + 1e12 WHERE address = "
                   "(SELECT min(address) FROM manager)")
    responder.command("off", "198.18.0.1")
    daemon = keeper.start()
    assert len(daemon.lines(r"clock that was ahead.*\(managers: 1\)")) == 1
    seen = station.column("ldmManagerFirstSeen")
    for address in addresses("198.18.0.1", 2):
        assert text_time(seen[address]) < time.time() + 1
    assert not keeper.restart().lines("clock that was ahead")
    assert station.column("ldmManagerFirstSeen") == seen
