# SPDX-License-Identifier: BSD-2-Clause
"""The state file is damaged.

It is truncated at any length, overwritten with random octets or zeros, has a million
rows, or is of a newer version: the daemon logs this, keeps the file under another name,
and starts without it.
"""

import pytest

import database
from faultlab import form
from lab import wait_for

CUTS = form(300, 20)


def bad(rig):
    return database.beside(rig.state, ".bad")


def expect_kept_aside(rig, damaged):
    """One line reports the fault and the new name of the file, whose contents are unchanged."""
    said = rig.daemon.wait_output("starting without it")
    assert len(said) == 1 and str(rig.state) in said[0] and str(bad(rig)) in said[0], said
    assert bad(rig).read_bytes() == damaged
    # The -wal of the attempt to read it goes with it.
    assert {path.name for path in rig.state.parent.glob("*.bad*")} \
        <= {bad(rig).name, bad(rig).name + "-wal"}


def good_state(make_rig, count):
    """A rig whose daemon has ended, and what it saved."""
    rig = make_rig(count)
    rig.begin()
    rig.switch(rig.managers[:1], False)
    rig.book.settle()
    rig.end_daemon()
    return rig, rig.state.read_bytes()


def test_cut(make_rig, figures):
    """Cut at lengths spread over it, at the ends of pages among them."""
    rig, whole = good_state(make_rig, 2)
    rig.station.master.end()
    page = int.from_bytes(whole[16:18], "big")
    # For SQLite, a file with one octet is an empty one.
    lengths = {round(i * (len(whole) - 1) / CUTS) for i in range(1, CUTS + 1)}
    lengths |= {*rig.random.sample(range(page, len(whole), page), CUTS // 10), 2, 99, 100}
    for length in sorted(lengths):
        rig.state.write_bytes(whole[:length])
        rig.start_daemon()
        expect_kept_aside(rig, whole[:length])
        # The start is complete when it has saved a file of its own.
        wait_for(lambda: database.setting(rig.state, "clean") == 0, 10, "a new state file")
        if length % 16:
            rig.kill_daemon()
        else:
            rig.end_daemon()
        for path in rig.state.parent.glob("state.db*"):
            path.unlink()
    figures.put(octets=len(whole), cuts=len(lengths))


# Each damages a good file.

def garbage(state, rng):
    state.write_bytes(rng.randbytes(state.stat().st_size))


def zeros(state, _):
    state.write_bytes(bytes(state.stat().st_size))


def many_zeros(state, _):
    state.write_bytes(bytes(1 << 20))


def text(state, _):
    state.write_text("precious\n")


def flipped_bit(state, _):
    octets = bytearray(state.read_bytes())
    octets[octets.rindex(b"ldom")] ^= 0x80
    state.write_bytes(octets)


def lost_page(state, rng):
    octets = bytearray(state.read_bytes())
    page = int.from_bytes(octets[16:18], "big")
    # The first one has the schema.
    octets[:page] = octets[:100] + rng.randbytes(page - 100)
    state.write_bytes(octets)


def sql(*commands):
    def damage(state, _):
        with database.connect(state) as db:
            for command in commands:
                db.execute(command)
    return damage


a_million_rows = sql("""
    INSERT INTO manager (address, missed, transitions, expected, conflict)
    WITH RECURSIVE address(n) AS
        (VALUES (198 << 24 | 32 << 16) UNION ALL SELECT n + 1 FROM address LIMIT 1000000)
    SELECT n, 0, 0, 0, 0 FROM address""")
newer_version = sql("PRAGMA user_version = 2")
another_program = sql("PRAGMA application_id = 1")
no_table = sql("DROP VIEW managers", "DROP TABLE manager")
bad_port = sql("UPDATE manager SET port = 65536")
bad_type = sql("UPDATE event SET time = 'yesterday'")
long_name = sql("UPDATE manager SET hostname = printf('%.*c', 100000, 'x')")

DAMAGES = ["garbage", "zeros", "many_zeros", "text", "flipped_bit", "lost_page", "a_million_rows",
           "newer_version", "another_program", "no_table", "bad_port", "bad_type", "long_name"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged(make_rig, damage):
    """All managers are found and announced again, under new ids even if the old ones are lost."""
    rig, _ = good_state(make_rig, 10)
    globals()[damage](rig.state, rig.random)
    damaged = rig.state.read_bytes()
    rig.faults += 1
    previous = max(rig.book.events)
    book = rig.new_book()
    # Managers announced as down are forgotten, the others are new.
    rig.begin(env=rig.hour_later())
    expect_kept_aside(rig, damaged)
    rig.switch(rig.managers[:1], True)
    rig.book.settle()
    rig.be_seen()
    rig.book.check()
    rig.station.wait_statuses(rig.reality())
    assert min(book.events) > previous

    # Its own state is good.
    rig.kill_daemon()
    rig.start_daemon()
    rig.daemon.wait_output("loaded 10 managers")
    rig.be_seen()
    rig.book.check()
    assert rig.station.statuses() == rig.reality()
