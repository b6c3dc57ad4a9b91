#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The thresholds in LDM-DISCOVERY-MIB(7) are those of the files for Zabbix and Prometheus."""

import re
import sys
from pathlib import Path

import yaml

TOP = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TOP / "contrib/zabbix"))
import templates                                                      # noqa: E402

# Object, what the page says, and what is to be found with its numbers among Zabbix' triggers and
# Prometheus' rules; None where there is none.
THRESHOLDS = [
    ("ldmKernelDrops", r"more than (\d+) a minute, on average over (\d+) minutes",
     "60*avg(@ldmKernelDrops,{1}m)>{0}", "60 * rate(ldmKernelDrops[{1}m]) > {0}; for 0m"),
    ("ldmEventsQueued", r"above (\d+) for more than (\d+) minutes",
     "min(@ldmEventsQueued,{1}m)>{0}", "ldmEventsQueued > {0}; for {1}m"),
    ("ldmManagersUnconfirmed", r"above (\d+) for more than (\d+) minutes",
     "min(@ldmManagersUnconfirmed,{1}m)>{0}", None),
    ("ldmManagersUnknown", r"above (\d+) for more than (\d+) minutes",
     None, "ldmManagersUnknown > {0} unless on (job, instance) ldmInterfacesImpaired > 0; "
           "for {1}m"),
    ("ldmStateUnsavedTime", r"above (\d+):",
     "last(@ldmStateUnsavedTime)>{0}", "ldmStateUnsavedTime > {0}; for 0m"),
    ("ldmManagerTransitions", r"more than (\d+) in an hour",
     "last(@ldmManagerTransitions)-min(@ldmManagerTransitions,1h)>{0}",
     "ldmManagerTransitions - min_over_time(ldmManagerTransitions[1h]) > {0}; for 0m"),
    ("ldmExcusedRounds", r"each minute for (\d+) minutes", "min(@ldmExcusedRounds,{0}m)>0", None),
]


def page():
    """{object: what the page says of it}."""
    text = (TOP / "src/LDM-DISCOVERY-MIB.7").read_text()
    return {name: " ".join(said.split()) for name, said in re.findall(
        r"^\.It Va (\w+)[^\n]*\n\.Dl [^\n]*\n((?:[^.][^\n]*\n)*)", text, re.M)}


def zabbix():
    """The expressions, with the macros' values; durations in seconds."""
    values = {name: re.sub(r"^(\d+)m$", lambda m: str(60 * int(m[1])), value)
              for name, value, _ in templates.MACROS}
    return {re.sub(r"\{\$[A-Z.]+\}", lambda m: values[m[0]], trigger["problem"])
            for trigger in templates.TRIGGERS}


def prometheus():
    rules = yaml.safe_load((TOP / "contrib/prometheus/ldm.rules.yml").read_text())
    return {f"{rule['expr']}; for {rule.get('for', '0m')}"
            for group in rules["groups"] for rule in group["rules"]}


def main():
    said, triggers, rules = page(), zabbix(), prometheus()
    faults = 0
    for name, pattern, *wanted in THRESHOLDS:
        numbers = re.search(pattern, said[name])
        if not numbers:
            print(f"{name}: the page says {said[name]!r}, not {pattern!r}")
            faults += 1
            continue
        for expression, found in zip(wanted, (triggers, rules)):
            if expression and expression.format(*numbers.groups()) not in found:
                print(f"{name}: the page says {numbers[0]!r}; not found: "
                      f"{expression.format(*numbers.groups())}")
                faults += 1
    return faults > 0


if __name__ == "__main__":
    sys.exit(main())
