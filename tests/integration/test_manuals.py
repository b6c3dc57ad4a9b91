# SPDX-License-Identifier: BSD-2-Clause
"""Manual pages, the sample configuration and the programs agree."""

import re
import subprocess

import pytest

from lab import BUILDDIR, program
from newcomer import SOURCE, blocks

# Beside those that test_options.py expects of every program.
SECTIONS = {
    "ldm-agentx.8": ["SIGNALS", "FILES"],
    "ldm-agentx.conf.5": ["FILES", "EXAMPLES", "SEE ALSO"],
    "ldm-scan.1": ["SIGNALS"],
    "ldm-responder.1": ["SIGNALS"],
}


def page(name):
    return (SOURCE / "src" / name).read_text()


def in_the_parser():
    """{token: default, None if it has none or the build chooses it}"""
    source = (SOURCE / "src/conf/conf_token.c").read_text()
    found = dict.fromkeys(re.findall(r'TOKEN\("(\w+)"', source))
    shown = subprocess.run([program("ldm-agentx"), "-t", "-C"], capture_output=True,
                           text=True).stdout
    found.update(line.split(" ", 1) for line in shown.splitlines() if line[0] != "#")
    found["stateFile"] = None
    subagent = (SOURCE / "src/snmp/subagent.c").read_text()
    defaults = dict(re.findall(r"#define ANSWER_(\w+) (\d+)", subagent))
    found["agentXTimeout"] = str(int(defaults["TIMEOUT_US"]) // 1000000)
    found["agentXRetries"] = defaults["RETRIES"]
    return found


def test_tokens_of_the_manual():
    items = re.split(r"^\.It Ic (?=\w)", page("ldm-agentx.conf.5"), flags=re.M)[1:]
    said = {item.split()[0]: re.search(r"^Default:\s+(?:\.Cm )?(\S+?)[;,.]?(?:\s|$)", item, re.M)
            for item in items}
    parser = in_the_parser()
    assert set(said) == set(parser)
    assert {token: said[token] and said[token][1] for token, value in parser.items() if value} == {
        token: value for token, value in parser.items() if value}


def test_tokens_of_the_sample():
    lines = [line[1:].split(" ", 1) for line in
             (BUILDDIR / "contrib/ldm-agentx.conf").read_text().splitlines()
             if re.match("#[^ ]", line)]
    parser = in_the_parser()
    assert {token for token, _ in lines} == set(parser)
    assert {token: text for token, text in lines if parser[token]} == {
        token: value for token, value in parser.items() if value}


@pytest.mark.parametrize("name", SECTIONS)
def test_sections(name):
    text = page(name)
    assert [section for section in SECTIONS[name] if f"\n.Sh {section}\n" not in text] == []


@pytest.mark.parametrize("name", ["ldm-agentx.8", "check_ldm.8"])
def test_the_mib_is_referred_to(name):
    assert "\n.Xr LDM-DISCOVERY-MIB 7" in page(name).partition(".Sh SEE ALSO")[2]


def test_examples_are_run():
    """Those of the other pages are in the tables of test_recipes.py."""
    commands = [block for block in blocks("src/check_ldm.8") if block.title.startswith("$ ")]
    assert len(commands) == 1, "test_check_ldm.py runs the last one only"
