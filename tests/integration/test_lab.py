# SPDX-License-Identifier: BSD-2-Clause
"""Properties of the lab that the other tests rely on."""

import signal

from lab import wait_for


def test_line_still_being_written(lab):
    """A line counts when it is complete or its writer has ended."""
    script = "printf 'one\\ntw'; kill -STOP $$; printf o"
    writer = lab.host("station").start("sh", ["sh", "-c", script])
    wait_for(lambda: writer.output() == "one\ntw", 10, "half a line")
    assert writer.lines() == ["one"]
    assert writer.lines("tw") == []
    writer.send_signal(signal.SIGCONT)
    assert writer.wait() == 0
    assert writer.lines() == ["one", "two"]
