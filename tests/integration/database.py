# SPDX-License-Identifier: BSD-2-Clause
"""A state file as other programs see it."""

import contextlib
import sqlite3
import struct


def beside(path, suffix):
    """One of the files beside it: "-wal", "-shm", ".lock", ".bad"."""
    return path.with_name(path.name + suffix)


def connect(path, mode="rw"):
    """A context; no transaction begins unless there is a BEGIN."""
    return contextlib.closing(sqlite3.connect(f"file:{path}?mode={mode}", uri=True,
                                              isolation_level=None))


def rows(path, sql, *values):
    """The rows of a query; none while there is no table."""
    # Without a -wal nobody uses it, and none is to be made.
    mode = "ro" if beside(path, "-wal").exists() else "ro&immutable=1"
    try:
        with connect(path, mode) as db:
            return db.execute(sql, values).fetchall()
    except sqlite3.OperationalError:
        return []


def column(path, sql, *values):
    return [row[0] for row in rows(path, sql, *values)]


def setting(path, name):
    """None while there is no table."""
    return next(iter(column(path, f"SELECT {name} FROM setting")), None)


def count(path, table):
    return next(iter(column(path, f"SELECT count(*) FROM {table}")), 0)


def has_delivered(path, events):
    """Whether it has that many events, each accepted by the master agent."""
    return column(path, "SELECT queued FROM event") == [0] * events


def transactions(path):
    """The number of transactions since the database was opened, modulo 2^32.

    "WAL-mode File Format", The WAL-Index Header: iChange.
    """
    with open(beside(path, "-shm"), "rb") as shm:
        return struct.unpack_from("=I", shm.read(12), 8)[0]
