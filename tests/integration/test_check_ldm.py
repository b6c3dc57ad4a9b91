# SPDX-License-Identifier: BSD-2-Clause
"""check_ldm, the plugin for Nagios and Icinga, against snmpd and ldm-agentx."""

import re
import signal
from pathlib import Path

from lab import DOWN, NO_OBJECT, UP, addresses, mib, program, wait_for
from newcomer import blocks

HOSTILE_AGENT = Path(__file__).with_name("hostile_agent.py")

OK, WARNING, CRITICAL, UNKNOWN = range(4)


def check(host, *args):
    """(status, first line, performance data as {label: value}, further lines)."""
    result = host.run([program("check_ldm"), *args])
    assert result.stderr == "" and result.stdout.startswith("LDM "), result
    first, *lines = result.stdout.splitlines()
    text, _, perfdata = first.partition(" | ")
    values = dict(re.findall(r"(\w+)=(\d+)", perfdata))
    return result.returncode, text, {label: int(value) for label, value in values.items()}, lines


def unknown(host, *args):
    """The only line of a plugin that could not check."""
    status, text, _, lines = check(host, *args)
    assert status == UNKNOWN and text.startswith("LDM UNKNOWN - ") and not lines
    return text


def test_managers_and_one_manager(lab):
    """All managers, in each version of SNMP; then one is down."""
    host = lab.station()
    responder = lab.manager_host().responder("-n", 3, "-a", "198.18.0.1")
    host.daemon()
    host.wait_all_up(addresses("198.18.0.1", 3))
    for version in ("1", "2c"):
        status, text, values, lines = check(host, "-H", "127.0.0.1", "-P", version)
        assert (status, text) == (OK, "LDM OK - 3 managers, 3 up")
        assert values["up"] == values["all"] == 3 and values["down"] == 0
        assert len(lines) == 3 and all(line.endswith("): up") for line in lines)
    assert check(host, "-H", "127.0.0.1", "-w", "up=4:")[0] == WARNING
    by_address, by_name = (check(host, "-H", "127.0.0.1", "-M", which)
                           for which in ("198.18.0.2", "LDOM002"))
    assert by_address[:2] == by_name[:2] == (OK, "LDM OK - ldom002 (198.18.0.2) is up")
    assert by_address[3] == by_name[3] == ["ldom002 (198.18.0.2): up"]
    assert by_address[2]["response_time"] > 0 and set(by_address[2]) == set(by_name[2])
    for version in ("1", "2c"):
        assert "no manager" in unknown(host, "-H", "127.0.0.1", "-P", version, "-M", "198.18.0.9")
    responder.command("off", "198.18.0.2")
    wait_for(lambda: host.status("198.18.0.2") == DOWN, 20, "a manager down")
    status, text, values, lines = check(host, "-H", "127.0.0.1")
    assert status == CRITICAL and text.startswith("LDM CRITICAL - managers down: 1 (")
    assert values["down"] == 1 and "(198.18.0.2): down, silent for" in lines[0]
    assert check(host, "-H", "127.0.0.1", "-c", "down=~:")[0] == OK
    status, text, _, _ = check(host, "-H", "127.0.0.1", "-M", "198.18.0.2")
    assert status == CRITICAL and text.endswith("(198.18.0.2) is down")


def test_example(lab):
    """The manual's: too few managers are critical, one that is down and not expected is not."""
    (_, command, _), = blocks("src/check_ldm.8")[-1].commands()
    name, *args = command.replace("192.0.2.1", "127.0.0.1").split()
    assert name == "check_ldm"
    host = lab.station()
    responder = lab.manager_host().responder("-n", 21, "-a", "198.18.0.1")
    host.daemon()
    host.wait_all_up(addresses("198.18.0.1", 21))
    assert check(host, *args)[0] == OK
    for address, status in (("198.18.0.1", WARNING), ("198.18.0.2", CRITICAL)):
        responder.command("off", address)
        wait_for(lambda: host.status(address) == DOWN, 20, "a manager down")
        assert check(host, *args)[0] == status


def test_discovery(lab):
    """Discovery works; then the daemon is gone."""
    host = lab.station()
    lab.manager_host().responder("-n", 1, "-a", "198.18.0.1")
    daemon = host.daemon()
    host.wait_all_up(["198.18.0.1"])
    status, text, values, _ = check(host, "-H", "127.0.0.1", "-D")
    assert status == OK and text.startswith("LDM OK - discovery works: last round ")
    assert values["impaired"] == values["unheard"] == values["queued"] == 0
    assert {"last_round_age", "kernel_drops", "unsaved_time", "uptime"} <= set(values)
    daemon.end()
    status, text, _, _ = check(host, "-H", "127.0.0.1", "-D")
    assert status == CRITICAL and "ldm-agentx does not run" in text
    assert "ldm-agentx does not run" in unknown(host, "-H", "127.0.0.1")
    assert "ldm-agentx does not run" in unknown(host, "-H", "127.0.0.1", "-M", "198.18.0.1")


def test_interface_is_impaired(lab):
    """Discovery names the interface, and says why; the manager is not called down."""
    host = lab.station()
    lab.manager_host().responder("-n", 1, "-a", "198.18.0.1")
    host.daemon()
    host.wait_all_up(["198.18.0.1"])
    host.carrier("eth0", False)
    wait_for(lambda: host.status("198.18.0.1") != UP, 20, "a manager that cannot be judged")
    status, text, values, lines = check(host, "-H", "127.0.0.1", "-D")
    assert status == CRITICAL and "interfaces impaired: 1 (eth0)" in text
    assert values["impaired"] == 1 and lines[0].startswith("eth0: "), lines
    status, text, _, _ = check(host, "-H", "127.0.0.1")
    assert status == WARNING and "cannot be judged: 1 (" in text


def test_no_room(lab):
    """A full table is a warning of discovery."""
    host = lab.station()
    lab.manager_host().responder("-n", 3, "-a", "198.18.0.1")
    host.daemon(config=["maxManagers 2"])
    wait_for(lambda: len(host.statuses()) == 2, 20, "two managers")
    status, text, values, _ = check(host, "-H", "127.0.0.1", "-D")
    assert status == WARNING and "managers for which there is room: 0" in text
    assert values["room"] == 0


def test_daemon_hangs(lab):
    """For the managers that is unknown, for discovery critical."""
    host = lab.station()
    daemon = host.daemon()
    wait_for(lambda: host.value("ldmDiscoveryRounds") not in (NO_OBJECT, 0), 20, "a round")
    daemon.send_signal(signal.SIGSTOP)
    assert "does not answer" in unknown(host, "-H", "127.0.0.1", "-t", "20")
    status, text, _, _ = check(host, "-H", "127.0.0.1", "-t", "20", "-D")
    assert status == CRITICAL and "does not answer" in text


def test_hostile_agent(lab):
    """Names from the agent end neither the line nor the text before performance data."""
    host = lab.station(snmp=False)
    root = mib().oid("ldmObjects")
    host.snmpd([f"pass_persist .{root} {HOSTILE_AGENT} {root}"])
    status, text, values, lines = check(host, "-H", "127.0.0.1", "-w", "expected_down=0")
    assert status == CRITICAL and r"managers down: 2 (a!b=1;2\x0aLDM OK\x0d\xff" in text
    assert values["down"] == values["expected_down"] == values["conflicting"] == 2
    assert len(lines) == 2 and len(text) < 1000, (lines, text)
    assert all(r", in conflict with 198.18.0.9 a!b=1;2\x0a" in line for line in lines)


def test_snmpv3(lab):
    """A user with authentication and privacy, and one with a wrong passphrase."""
    host = lab.station(snmp=False)
    host.snmpd(["createUser watcher SHA-256 authentication AES privacy-phrase",
                "rouser watcher authPriv"])
    lab.manager_host().responder("-n", 1, "-a", "198.18.0.1")
    host.daemon()
    host.wait_all_up(["198.18.0.1"])
    options = ["-H", "127.0.0.1", "-P", "3", "-L", "authPriv", "-U", "watcher", "-a", "SHA-256",
               "-A", "authentication", "-x", "AES"]
    assert check(host, *options, "-X", "privacy-phrase")[0] == OK
    unknown(host, *options, "-X", "wrong-phrase", "-t", "2")
    assert "fewer than 8" in unknown(host, *options, "-X", "short")


def test_errors(lab):
    """Each error is unknown, in one line."""
    host = lab.station(snmp=False)
    assert "does not answer" in unknown(host, "-H", "127.0.0.1", "-t", "1", "-e", "0")
    for wrong in (["-w", "x"], ["-w", "nothing=1"], ["-P", "4"], ["-t", "0"], ["-p", "x"],
                  ["-Z"], ["more"], ["--authpasswd"], ["-D", "-M", "x"]):
        unknown(host, "-H", "127.0.0.1", "-t", "1", "-e", "0", *wrong)
    unknown(host)
    unknown(host, "-H", "nothing.invalid", "-t", "3")
