# SPDX-License-Identifier: BSD-2-Clause
"""The state file is damaged.

"State file cut at every length, filled with garbage, zeros, a million rows, a
newer version: the daemon starts, says so, keeps the bad file."
"""

import re

import pytest

from faultlab import FIRST, form
from lab import addresses, wait_for

CUTS = form(None, 40)  # None: every length


def bad(rig):
    return rig.state.with_name("state.bad")


def expect_kept_aside(rig, damaged):
    """One line reports the fault and the new name of the file, whose contents are unchanged."""
    said = rig.daemon.wait_output("starting without it")
    assert len(said) == 1 and str(rig.state) in said[0] and str(bad(rig)) in said[0], said
    assert bad(rig).read_bytes() == damaged
    assert [path.name for path in rig.state.parent.glob("*.bad*")] == [bad(rig).name]


def good_state(make_rig, count):
    """A rig whose daemon has ended, and what it saved."""
    rig = make_rig(count)
    rig.begin()
    rig.switch(rig.managers[:1], False)
    rig.book.settle()
    rig.end_daemon()
    return rig, rig.state.read_bytes()


def test_cut(make_rig, figures):
    """Cut at each length."""
    rig, whole = good_state(make_rig, 2)
    rig.station.master.end()
    lengths = range(len(whole)) if CUTS is None else \
        sorted({round(i * (len(whole) - 1) / (CUTS - 1)) for i in range(CUTS)})
    refused = 0
    for length in lengths:
        rig.state.write_bytes(whole[:length])
        rig.start_daemon()
        if length == len(whole) - 1:
            # Only the end of the last line is missing: both results are right.
            rig.daemon.wait_output("starting without it|loaded .* managers")
        else:
            expect_kept_aside(rig, whole[:length])
            refused += 1
        # The start is complete when it has saved a file of its own.
        wait_for(lambda: rig.state.exists() and rig.state.read_bytes() != whole[:length], 10,
                 "a new state file")
        if length % 16:
            rig.kill_daemon()
        else:
            rig.end_daemon()
        bad(rig).unlink(missing_ok=True)
    figures.put(octets=len(whole), cuts=len(lengths), kept_aside=refused)


# Each turns a good file into a bad one.

def garbage(whole, rng):
    return rng.randbytes(len(whole))


def zeros(whole, _):
    return bytes(len(whole))


def many_zeros(*_):
    return bytes(1 << 20)


def flipped_bit(whole, _):
    octets = bytearray(whole)
    octets[whole.rindex(b"manager ") + 20] ^= 0x80
    return bytes(octets)


def a_million_rows(whole, _):
    lines = whole.splitlines(keepends=True)
    row = next(line for line in lines if re.match(rb"manager\b.*\b198\.18\.0\.1\b", line))
    rows = (row.replace(FIRST.encode(), address.encode())
            for address in addresses("198.32.0.0", 1000000))
    at = lines.index(row)
    return b"".join([*lines[:at], *rows, *lines[at:]])


def newer_version(whole, _):
    first, rest = whole.split(b"\n", 1)
    newer = re.sub(rb"\b1\b", b"2", first)
    assert newer != first
    return newer + b"\n" + rest


def twice(whole, _):
    return whole + whole


@pytest.mark.parametrize("damage", [garbage, zeros, many_zeros, flipped_bit, a_million_rows,
                                    newer_version, twice])
def test_damaged(make_rig, damage):
    """All managers are found and announced again, under new ids even if the old ones are lost."""
    rig, whole = good_state(make_rig, 10)
    damaged = damage(whole, rig.random)
    rig.state.write_bytes(damaged)
    rig.faults += 1
    former = max(rig.book.events)
    book = rig.new_book()
    # Managers announced as down are forgotten, the others are new.
    rig.begin()
    expect_kept_aside(rig, damaged)
    rig.switch(rig.managers[:1], True)
    rig.book.settle()
    rig.be_seen()
    rig.book.check()
    rig.station.wait_statuses(rig.reality())
    assert min(book.events) > former

    # Its own state is good.
    rig.kill_daemon()
    rig.start_daemon()
    rig.daemon.wait_output("loaded 10 managers")
    rig.be_seen()
    rig.book.check()
    assert rig.station.statuses() == rig.reality()
