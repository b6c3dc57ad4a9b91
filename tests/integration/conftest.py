# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures, and the lab's output in the report of each failure."""

import os
import signal
import socket

import pytest

import lab as lab_module

pytest_plugins = ["faultlab", "newcomer"]


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes long by its nature; left out of quick runs")
    config.addinivalue_line("markers", "whole: left out of the short form of the tests of faults")


def pytest_sessionstart(session):
    interfaces = [name for _, name in socket.if_nameindex()]
    if interfaces != ["lo"] or os.getpid() == os.getppid() or not os.path.ismount("/run"):
        pytest.exit("refusing to run outside namespaces of our own: start tests/integration/run", 99)
    # The programs under test would inherit these if they are ignored: SIGINT by a shell for
    # background commands, and SIGHUP by nohup(1).
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def lab(tmp_path, request):
    """An empty lab, dismantled at the end; the daemons must have ended well."""
    the_lab = lab_module.Lab(tmp_path)
    request.node.lab = the_lab
    yield the_lab
    the_lab.dismantle()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    the_lab = getattr(item, "lab", None)
    if report.failed and the_lab is not None:
        for title, text in the_lab.logs():
            report.sections.append((title, text))
