# SPDX-License-Identifier: BSD-2-Clause
"""The AgentX link, where the peer does not do what a master agent does."""

import time

import pytest

from axproxy import Proxy
from lab import addresses, wait_for

MANAGERS = addresses("198.18.0.1", 3)

LINK = "AgentX link|master agent"
UP_LINE = "AgentX link .* is up"


@pytest.fixture
def proxy(lab):
    """A relay to the station's master agent, which may be started later."""
    made = Proxy(lab.path / "relay", f"unix:{lab.path}/station-agentx/socket")
    yield made
    made.close()


def daemon(station, *args, config=()):
    return station.daemon(*args, interval="500ms", window="200ms", config=config)


@pytest.mark.parametrize("before", [False, True], ids=["at the start", "after a session"])
def test_accepts_and_hangs_up(lab, proxy, before):
    """A relay without a backend: one attempt a second, however often it hangs up."""
    station = lab.station()
    lab.manager_host().responder("-n", 3, "-a", MANAGERS[0])
    proxy.slam = not before
    one = daemon(station, "-x", proxy.address)
    if before:
        one.wait_output(UP_LINE)
        proxy.slam = True
        proxy.cut_all()
    one.wait_output("lost, reconnecting" if before else "cannot connect")
    since, first = time.monotonic(), proxy.connects
    wait_for(lambda: proxy.connects >= first + 6, 12, "six attempts")
    # Five intervals of a second; were they to double, six would be there after three.
    assert time.monotonic() - since > 4

    said = len(one.lines(LINK))
    assert said == (2 if before else 1)
    proxy.slam = False
    station.wait_all_up(MANAGERS)
    assert len(one.lines(LINK)) == said + 1
