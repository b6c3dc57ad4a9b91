# SPDX-License-Identifier: BSD-2-Clause
"""ldm-passive without servers: what it writes for a notification."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HANDLER = Path(__file__).resolve().parents[2] / "contrib/nagios/ldm-passive"
HEADER = "agent.example\nUDP: [192.0.2.1]:49152->[192.0.2.10]:162\n"
ENTRY = ".1.3.6.1.4.1.8072.9999.9999.6482.1.7.1"


def numeric(kind, text):
    return (HEADER + ".1.3.6.1.2.1.1.3.0 0:0:00:01.00\n"
            f".1.3.6.1.6.3.1.1.4.1.0 .1.3.6.1.4.1.8072.9999.9999.6482.0.{kind}\n"
            f"{ENTRY}.4.17 {text}\n{ENTRY}.5.17 {kind}\n")


def symbolic(kind, text):
    return (HEADER + f"LDM-DISCOVERY-MIB::ldmEventText.17 {text}\n"
            f"LDM-DISCOVERY-MIB::ldmEventType.17 {kind}\n")


class Handler(unittest.TestCase):
    def setUp(self):
        self.file = tempfile.NamedTemporaryFile()
        self.addCleanup(self.file.close)

    def handle(self, text, *args):
        """(exit status, the commands without their time, what was said)."""
        done = subprocess.run([HANDLER, "nagios", self.file.name, *args], input=text, text=True,
                              capture_output=True, timeout=30)
        lines = Path(self.file.name).read_text().splitlines()
        Path(self.file.name).write_text("")
        return done.returncode, [line.partition("] ")[2] for line in lines], done.stderr

    def result(self, text, *args):
        status, commands, said = self.handle(text, *args)
        self.assertEqual((status, said, len(commands)), (0, "", 1))
        return commands[0]

    def test_problems(self):
        expected = "PROCESS_SERVICE_CHECK_RESULT;agent.example;LDM notifications;2;LDM: a is down"
        for text in (numeric(2, '"a is down"'), symbolic("disappeared", "a is down")):
            self.assertEqual(self.result(text), expected)
        for kind in (3, 4, 5):
            self.assertIn(";1;LDM: x", self.result(numeric(kind, "x")))

    def test_recovery_is_checked(self):
        for kind in (1, 6, 7):
            command = self.result(numeric(kind, "x"), "192.0.2.1=station")
            self.assertRegex(command, r"^SCHEDULE_FORCED_SVC_CHECK;station;LDM notifications;\d+$")

    def test_special_text(self):
        for text in (numeric(2, '"a;b|c\\\\n`\nd\r\n[1] SHUTDOWN_PROGRAM\n"'),
                     symbolic("disappeared", "a;b|c\\\\n`\nd\r\n[1] SHUTDOWN_PROGRAM\n")):
            self.assertEqual(self.result(text).partition("LDM: ")[2],
                             "a?b?c??n??d??[1] SHUTDOWN_PROGRAM"
                             + ("?" if '"' in text else ""))
        self.assertLess(len(self.result(numeric(2, "x" * 100000))), 4096)

    def test_refused(self):
        for text in ("", HEADER, "x", numeric(9, "x"), numeric(2, "x").replace("7.1.4", "7.1.6"),
                     numeric(2, "x").replace("agent.example", "<UNKNOWN>"),
                     numeric(2, "x").replace("agent.example", "a;b")):
            status, commands, said = self.handle(text)
            self.assertEqual((status, commands), (1, []), text)
            self.assertEqual(said.count("\n"), 1)
        self.assertNotEqual(self.handle(numeric(2, "x"), "station")[0], 0)

    def test_what_it_loads(self):
        """For Nagios, none of the modules that take longer to load than all the rest."""
        done = subprocess.run([sys.executable, "-X", "importtime", HANDLER, "nagios", self.file.name],
                              input=numeric(2, "x"), text=True, capture_output=True, timeout=30)
        loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        self.assertEqual(done.returncode, 0)
        self.assertIn("argparse", loaded)
        self.assertFalse(loaded & {"ssl", "urllib.request", "json"})

    def test_nagios_does_not_run(self):
        Path(self.file.name).unlink()
        done = subprocess.run([HANDLER, "nagios", self.file.name], input=numeric(2, "x"),
                              text=True, capture_output=True, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertFalse(Path(self.file.name).exists())
        Path(self.file.name).touch()


if __name__ == "__main__":
    sys.exit(unittest.main())
