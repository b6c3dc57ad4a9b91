#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The files in contrib for Telegraf and OpenNMS: well-formed, and each OID is that of the object
that it is for.  Argument: a file with the output of snmptranslate -Tz."""

import re
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

CONTRIB = Path(__file__).resolve().parents[2] / "contrib"
ROOT = ".1.3.6.1.4.1.8072.9999.9999.6482"
ALARM_TYPES = {"1", "2"}


def snake(name):
    return re.sub("(?<!^)([A-Z])", r"_\1", name.removeprefix("ldm")).lower()


def telegraf(oids):
    config = tomllib.loads((CONTRIB / "telegraf/ldm.conf").read_text())
    snmp, = config["inputs"]["snmp"]
    table, = snmp["table"]
    assert table["index_as_tag"] is True
    found = {field["name"]: field["oid"] for field in table["field"]}
    found |= {field["name"]: field["oid"].removesuffix(".0") for field in snmp["field"]}
    assert len(found) == len(table["field"]) + len(snmp["field"])
    names = {snake(name): oid for name, oid in oids.items()}
    for name, oid in found.items():
        assert names[name] == oid, f"telegraf: {name}"
    return len(found)


def commented(parent):
    """(comment, next element) of each element that follows a comment."""
    children = list(parent)
    return [(one.text.strip(), two) for one, two in zip(children, children[1:])
            if one.tag is ET.Comment and two.tag is not ET.Comment]


def parse(name):
    return ET.fromstring((CONTRIB / "opennms" / name).read_bytes(),
                         ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))


def collection(oids):
    group = parse("ldm.datacollection.xml")
    space = group.tag.rpartition("}")[0] + "}"
    pairs = [pair for one in group.iter(f"{space}group") for pair in commented(one)]
    assert len(pairs) == len(list(group.iter(f"{space}mibObj")))
    aliases = [element.get("alias") for _, element in pairs]
    assert len(set(aliases)) == len(aliases) and all(len(alias) <= 19 for alias in aliases)
    for name, element in pairs:
        assert oids[name] == element.get("oid"), f"opennms: {name}"
    return len(pairs)


def events(oids):
    seen = set()
    for event in parse("ldm.events.xml").iter("{http://xmlns.opennms.org/xsd/eventconf}event"):
        def text(path):
            return event.findtext(path.replace("e:", "{http://xmlns.opennms.org/xsd/eventconf}"))
        name = text("e:uei").rpartition("/")[2]
        values = [one.text for one in event.iter() if str(one.tag).endswith("mevalue")]
        assert f"{values[0]}.0.{values[2]}" == oids[name], f"opennms: {name}"
        assert text("e:descr") == text("e:logmsg")
        seen.add(name)
    assert seen == {name for name, oid in oids.items() if re.fullmatch(rf"{ROOT}\.0\.\d+", oid)}
    return len(seen)


def main():
    oids = dict(re.findall(r'^"(\w+)"\s+"(1[\d.]+)"$', Path(sys.argv[1]).read_text(), re.M))
    oids = {name: f".{oid}" for name, oid in oids.items()}
    print(f"telegraf: {telegraf(oids)} objects; opennms: {collection(oids)} objects, "
          f"{events(oids)} notifications")


if __name__ == "__main__":
    main()
