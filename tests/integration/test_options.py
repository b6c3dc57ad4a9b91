# SPDX-License-Identifier: BSD-2-Clause
"""Parser, usage, --help and manual page of each program have the same options."""

import re
import subprocess

import pytest

from lab import program
from newcomer import SOURCE

PROGRAMS = {
    "ldm-agentx": ("agent/options.c", "ldm-agentx.8"),
    "ldm-scan": ("scan/scan_options.c", "ldm-scan.1"),
    "ldm-responder": ("responder/responder_options.c", "ldm-responder.1"),
    "check_ldm": ("check/check_options.c", "check_ldm.8"),
}
SECTIONS = ["SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]


def letters_of(text):
    return sorted(set(re.sub("[:+]", "", text)))


def manual_options(page):
    """[(letter or None, long name or None)] of the items of the list of options."""
    found = []
    for item in re.findall(r"^\.It (Fl .*)", page, re.M):
        words = item.split()
        names = [word[1:] for word in words if word[0] == "-"]
        letters = [word for mark, word in zip(words, words[1:]) if mark == "Fl" and word[0] != "-"]
        found += zip(letters, names or [None] * len(letters), strict=True)
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_options(name):
    source, page = (SOURCE.joinpath("src", file).read_text() for file in PROGRAMS[name])
    text = subprocess.run([program(name), "--help"], capture_output=True, text=True).stdout
    parsed = re.findall(r"{\"([\w-]+)\", \w+, NULL, '(\w)'}", source)
    short = re.search(r'(?:getopt_long\(argc, argv, |short_options\[\] = )"([^"]*)"', source)[1]
    letters = letters_of(short)
    # Some have no long name.
    only_short = set(letters) - {letter for _, letter in parsed}
    assert len(parsed) >= 15 and only_short <= {"4", "6"}

    helped = re.findall(r"^  -(\w), --([\w-]+)", text, re.M)
    assert sorted((long, letter) for letter, long in helped) == sorted(parsed)

    options = manual_options(page)
    assert sorted((long, letter) for letter, long in options if long) == sorted(parsed)
    assert {letter for letter, long in options if not long} == only_short

    usage, synopsis = text.split("\n\n")[0], page.partition(".Sh DESCRIPTION")[0]
    assert letters_of("".join(re.findall(r"\bFl (\w+)", synopsis))) == letters
    if "[OPTION]" not in usage:
        assert letters_of("".join(re.findall(r"[\[| ]-(\w+)", usage.replace("-D[", "-D [")))) == letters


@pytest.mark.parametrize("name", PROGRAMS)
def test_sections(name):
    page = (SOURCE / "src" / PROGRAMS[name][1]).read_text()
    missing = [section for section in SECTIONS if f"\n.Sh {section}\n" not in page]
    assert not missing
