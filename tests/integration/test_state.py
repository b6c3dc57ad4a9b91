# SPDX-License-Identifier: BSD-2-Clause
"""What a restart preserves, as an operator sees it; for faults see test_fault_*.

"What SET changed survives restarts until the file's value for that token
changes." "One daemon per state file." "Written ... on events, at exit and every
10 minutes, not because somebody was heard; owner-only."
"""

import re
import signal
import stat
import time
from pathlib import Path

import pytest

import ber
from ber import GAUGE32, INTEGER
from faultlab import text_time
from lab import UP, addresses, mib, wait_for
from lab_mib import configuration, wait_rounds, writable_station

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
        self.path = Path(station.lab.path) / "kept" / "state"
        self.path.parent.mkdir(mode=0o700)

    def start(self, *lines):
        self.daemon = self.station.daemon(
            config=[*lines, f"stateFile {self.path}"], interval="500ms", window="200ms")
        wait_rounds(self.station, 1)
        return self.daemon

    def restart(self, *lines, signo=signal.SIGTERM):
        self.daemon.end(signo)
        return self.start(*lines)


def set_values(station, *varbinds):
    answer = ber.Client(station).set(*varbinds)
    assert answer.error == "noError", answer


def instance(name, index="0"):
    return ber.parse_oid(mib().oid(name)) + ber.parse_oid(index)


def told(station):
    return len(station.trapd.notifications())


def test_settings_by_snmp(lab):
    """They survive restarts until the value in the file changes."""
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
    wait_for(lambda: "interval value=700ms" in keeper.path.read_text(), 10, "it to be saved")
    keeper.restart(signo=signal.SIGKILL)
    assert in_force() == (700, FALSE, TRUE, TRUE)
    # One value in the file has changed: it is no longer overridden, now or later.
    keeper.restart("notifications no")
    assert in_force() == (700, FALSE, TRUE, TRUE)
    keeper.restart()
    assert in_force() == (700, TRUE, TRUE, TRUE)


def test_file_says_something_else(lab):
    """A new interval in the file is in force, whatever value was set by SNMP."""
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
    """ldmEventTable is as it was, and a number is never used twice."""
    station, responder = scene(lab)
    keeper = Keeper(station)
    keeper.start()
    wait_for(lambda: len(station.trapd.appeared()) == 3, 20, "three Appeared")
    before = {name: station.column(name) for name in mib().columns("ldmEventEntry")}
    assert len(before["ldmEventId"]) == 3
    for signo in (signal.SIGTERM, signal.SIGKILL):
        wait_for(lambda: "queued" not in keeper.path.read_text(), 10, "the delivery to be saved")
        keeper.restart(signo=signo)
        after = {name: station.column(name) for name in mib().columns("ldmEventEntry")}
        assert after == before
    responder.command("off", "198.18.0.2")
    wait_for(lambda: station.trapd.disappeared("198.18.0.2"), 20, "a Disappeared")
    (gone,) = station.trapd.disappeared()
    assert gone.objects["ldmEventId"] > 3
    assert told(station) == 4


def test_not_written_because_somebody_was_heard(lab):
    """Rounds without events do not write the file; only its owner has access."""
    station, responder = scene(lab)
    keeper = Keeper(station)
    keeper.start()
    wait_for(lambda: len(station.trapd.appeared()) == 3, 20, "three Appeared")
    wait_for(lambda: keeper.path.read_text().count("manager ") == 3
             and "queued" not in keeper.path.read_text(), 10, "all to be saved")
    saved = keeper.path.stat()
    wait_rounds(station, 6)
    assert keeper.path.stat().st_ino == saved.st_ino
    assert keeper.path.stat().st_mtime_ns == saved.st_mtime_ns
    assert stat.S_IMODE(saved.st_mode) == 0o600
    responder.command("off", "198.18.0.2")
    wait_for(lambda: keeper.path.stat().st_ino != saved.st_ino, 20, "an event to be saved")
    assert keeper.path.read_text().startswith("ldm-agentx-state 1\n")


def test_saved_at_the_end(lab):
    """Times of answers are saved when the daemon ends, and no id is skipped."""
    station, _ = scene(lab)
    keeper = Keeper(station)
    keeper.start()
    wait_for(lambda: len(station.trapd.appeared()) == 3, 20, "three Appeared")
    wait_for(lambda: keeper.path.read_text().count("manager ") == 3
             and "queued" not in keeper.path.read_text(), 10, "all to be saved")
    before = keeper.path.read_text()
    wait_rounds(station, 3)
    assert keeper.path.read_text() == before
    keeper.daemon.end()
    after = keeper.path.read_text()

    def last_seen(text):
        return re.findall(r"lastSeen=(\S+)", text)
    assert len(last_seen(after)) == 3
    assert all(new > old for new, old in zip(last_seen(after), last_seen(before)))
    assert "\nids taken=3\n" in after


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
    # With a state it is like any other start.
    keeper.daemon.end()
    responder.command("off", "198.18.0.1")
    daemon = keeper.start("announceFirst no")
    wait_for(lambda: station.trapd.disappeared("198.18.0.1"), 20, "what happened meanwhile")
    assert told(station) == 2
    assert not daemon.lines("the first round found")


@pytest.mark.parametrize("signo", [signal.SIGTERM, signal.SIGKILL])
def test_first_round_interrupted(lab, signo):
    """announceFirst no: a start that did not complete its first round does not count."""
    station, _ = scene(lab)
    keeper = Keeper(station)
    daemon = station.daemon(config=["announceFirst no", f"stateFile {keeper.path}"],
                            interval="1d", window="60s")
    # Confirmed by the repeated request, half a window later than the first.
    wait_for(lambda: station.value("ldmManagersUnconfirmed") == 3, 10, "the first answers")
    wait_for(keeper.path.exists, 10, "a state file")
    daemon.end(signo)
    daemon = keeper.start("announceFirst no")
    daemon.wait_output("the first round found 3 managers")
    station.wait_all_up(addresses("198.18.0.1", 3))
    wait_for(lambda: "quiet" not in keeper.path.read_text(), 10, "the end of it to be saved")
    keeper.restart("announceFirst no", signo=signal.SIGKILL)
    station.wait_all_up(addresses("198.18.0.1", 3))
    assert told(station) == 0


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


def test_without_state(lab):
    """stateFile none: nothing is saved, and each start announces what it finds."""
    station, _ = scene(lab, count=2)
    for start in (1, 2):
        daemon = station.daemon(config=["stateFile none"], interval="500ms", window="200ms")
        station.wait_all_up(addresses("198.18.0.1", 2))
        wait_for(lambda: len(station.trapd.appeared()) == 2 * start, 20, "all of them again")
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
    text = keeper.path.read_text()
    ahead = re.sub(r"(firstSeen|lastSeen)=\d{4}", r"\1=2099", text, count=2)
    assert ahead != text
    keeper.path.write_text(ahead)
    responder.command("off", "198.18.0.1")
    daemon = keeper.start()
    assert len(daemon.lines(r"clock that was ahead.*\(managers: 1\)")) == 1
    seen = station.column("ldmManagerFirstSeen")
    for address in addresses("198.18.0.1", 2):
        assert text_time(seen[address]) < time.time() + 1
    assert not keeper.restart().lines("clock that was ahead")
    assert station.column("ldmManagerFirstSeen") == seen
