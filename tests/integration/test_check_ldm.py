# SPDX-License-Identifier: BSD-2-Clause
"""check_ldm, the plugin for Nagios and Icinga, against snmpd and ldm-agentx."""

import re

from lab import DOWN, addresses, program, wait_for

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
    assert check(host, "-H", "127.0.0.1", "-M", "198.18.0.2")[0] == OK
    responder.command("off", "198.18.0.2")
    wait_for(lambda: host.status("198.18.0.2") == DOWN, 20, "a manager down")
    status, text, values, lines = check(host, "-H", "127.0.0.1")
    assert status == CRITICAL and text.startswith("LDM CRITICAL - managers down: 1 (")
    assert values["down"] == 1 and "(198.18.0.2): down, silent for" in lines[0]
    assert check(host, "-H", "127.0.0.1", "-c", "down=~:")[0] == OK
    status, text, _, _ = check(host, "-H", "127.0.0.1", "-M", "198.18.0.2")
    assert status == CRITICAL and text.endswith("(198.18.0.2) is down")


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
                  ["-Z"], ["more"], ["-D", "-M", "x"]):
        unknown(host, "-H", "127.0.0.1", "-t", "1", "-e", "0", *wrong)
    unknown(host)
    unknown(host, "-H", "nothing.invalid", "-t", "3")
