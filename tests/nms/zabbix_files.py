# SPDX-License-Identifier: BSD-2-Clause
"""zabbix_files.py MODULE - what can be said of contrib/zabbix without a server.

MODULE is the file LDM-DISCOVERY-MIB.txt, which smidump reads; SMIPATH has those it imports.
Prints each fault; the status is 1 if there is one.
"""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import yaml

CONTRIB = Path(__file__).resolve().parents[2] / "contrib/zabbix"
UUID4 = re.compile(r"[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}")
MACRO = re.compile(r"\{\$[A-Z0-9_.]+\}")


class Mib:
    """Objects by numeric OID, as smidump reads them."""

    def __init__(self, path):
        dump = subprocess.run(["smidump", "-k", "-l", "3", "-f", "xml", path],
                              capture_output=True, text=True, check=True)
        module = ElementTree.fromstring(dump.stdout)
        self.names = {element.get("oid"): element.get("name")
                      for element in module.iter() if element.get("oid")}
        self.kinds = {element.get("name"): element.tag
                      for element in module.iter() if element.get("oid")}
        conventions = {element.get("name"): self._numbers(element)
                       for element in module.find("typedefs")}
        conventions["TruthValue"] = {"1": "true", "2": "false"}
        # By the names of objects and of textual conventions.
        self.enumerations = dict(conventions)
        for element in module.find("nodes").iter():
            syntax = element.find("syntax")
            if element.get("oid") and syntax is not None:
                own = self._numbers(syntax)
                named = syntax.find("type")
                self.enumerations[element.get("name")] = own or (
                    conventions.get(named.get("name"), {}) if named is not None else {})

    @staticmethod
    def _numbers(element):
        return {number.get("number"): number.get("name")
                for number in element.iter("namednumber")}


class Template:
    """One file, and the faults found in it."""

    def __init__(self, path, mib):
        self.path = path
        self.mib = mib
        self.text = path.read_text()
        self.export = yaml.safe_load(self.text)["zabbix_export"]
        self.main = self.export["templates"][0]
        self.faults = []
        self.items = [i for t in self.export["templates"] for i in t["items"]]
        self.rules = self.main["discovery_rules"]
        self.prototypes = [i for r in self.rules for i in r["item_prototypes"]]
        self.triggers = self._triggers()

    def _triggers(self):
        found = list(self.export["triggers"])
        for item in self.items + self.prototypes:
            found += item.get("triggers", []) + item.get("trigger_prototypes", [])
        for rule in self.rules:
            found += rule.get("trigger_prototypes", [])
        return found

    def fault(self, text):
        self.faults.append(f"{self.path.name}: {text}")

    def nodes(self, value=None):
        """Each dict of the file."""
        value = self.export if value is None else value
        if isinstance(value, dict):
            yield value
            value = list(value.values())
        if isinstance(value, list):
            for part in value:
                yield from self.nodes(part)

    def check_strings(self):
        """Zabbix takes a number that is not quoted for one, and refuses it."""
        for node in self.nodes():
            for name, value in node.items():
                for part in value if isinstance(value, list) else [value]:
                    if not isinstance(part, (str, dict)):
                        self.fault(f"{name}: {part!r} is not a string")

    def check_uuids(self):
        uuids = Counter(node["uuid"] for node in self.nodes() if "uuid" in node)
        for uuid, count in uuids.items():
            if not UUID4.fullmatch(uuid):
                self.fault(f"uuid {uuid} is not one of version 4")
            if count > 1:
                self.fault(f"uuid {uuid} occurs {count} times")
        for kind in (self.items + self.prototypes, self.triggers, self.rules,
                     self.main["valuemaps"], self.main["dashboards"], self.export["graphs"]):
            for node in kind:
                if "uuid" not in node:
                    self.fault(f"{node['name']} has no uuid")

    def check_unique(self):
        for what, names in (("key", [i["key"] for i in self.items + self.prototypes]),
                            ("name", [i["name"] for i in self.items + self.prototypes]),
                            ("trigger", [t["name"] for t in self.triggers])):
            for name, count in Counter(names).items():
                if count > 1:
                    self.fault(f"{what} {name} occurs {count} times")

    def oids_of(self, item):
        """OIDs that the value of an item comes from."""
        source = [item.get("snmp_oid", "")] + [
            part for step in item.get("preprocessing", [])
            if step["type"].startswith("SNMP_WALK") for part in step["parameters"]]
        return re.findall(r"1\.3\.6\.1\.4\.1(?:\.\d+)+", " ".join(source))

    def object_of(self, oid, instance):
        """The name of the object; an instance is named with .0 in the file."""
        bare = oid.removesuffix(".0") if instance else oid
        name = self.mib.names.get(bare)
        if name is None:
            self.fault(f"{oid} is not in the MIB")
        elif instance and (self.mib.kinds[name] == "scalar") != oid.endswith(".0"):
            self.fault(f"{oid}: {name} has another instance")
        return name

    def check_oids(self):
        for item in self.items + self.prototypes:
            oids = self.oids_of(item)
            named = item["key"].split("[")[0].removesuffix(".rate").replace(".", "")
            if item["key"].startswith("ldm.") and not oids:
                self.fault(f"{item['key']} has no OID")
            single = len(oids) == 1
            for oid in oids:
                name = self.object_of(oid, single)
                if single and name is not None and name.lower() != named:
                    self.fault(f"{item['key']} is not {name}")
        for rule in self.rules:
            for oid in self.oids_of(rule):
                self.object_of(oid, False)
        everywhere = re.findall(r"1\.3\.6\.1\.4\.1(?:\.\d+)+", self.text)
        known = [oid for i in self.items + self.prototypes + self.rules for oid in self.oids_of(i)]
        for oid in set(everywhere) - set(known):
            self.fault(f"{oid} is in a place that is not checked")

    def check_complete(self):
        """Each object that can be read has an item, but for those of events and two of writing."""
        keys = {i["key"].split("[")[0].removesuffix(".rate").replace(".", "")
                for i in self.items + self.prototypes}
        unneeded = {"ldmDiscoveryNow", "ldmManagerRowStatus", "ldmManagerAddress",
                    "ldmInterfaceIndex", "ldmInterfaceName", "ldmManagerTableLastChange"}
        for name, kind in self.mib.kinds.items():
            of_event = name.startswith("ldmEvent") and kind == "column"
            if kind in ("scalar", "column") and not of_event and name not in unneeded \
                    and name.lower() not in keys:
                self.fault(f"{name} has no item")

    def check_value_maps(self):
        names = set()
        for value_map in self.main["valuemaps"]:
            names.add(value_map["name"])
            labels = {m["value"]: m["newvalue"] for m in value_map["mappings"]}
            if value_map["name"] != "zabbix.host.available" \
                    and labels != self.mib.enumerations.get(value_map["name"]):
                self.fault(f"value map {value_map['name']} is not the MIB's")
        used = {i["valuemap"]["name"] for i in self.items + self.prototypes if "valuemap" in i}
        for name in used ^ names:
            self.fault(f"value map {name} is missing or not used")
        for item in self.items + self.prototypes:
            oids = self.oids_of(item)
            name = self.mib.names.get(oids[0].removesuffix(".0")) if len(oids) == 1 else None
            if name and bool(self.mib.enumerations.get(name)) != ("valuemap" in item):
                self.fault(f"{item['key']}: {name} needs a value map, or has none")

    def check_references(self):
        """Items of expressions, graphs, dashboards and other items; triggers of dependencies."""
        keys = {i["key"] for i in self.items + self.prototypes}
        for trigger in self.triggers:
            for text in (trigger["expression"], trigger.get("recovery_expression", "")):
                for rest in text.split(f"/{self.main['template']}/")[1:]:
                    if not any(re.match(re.escape(key) + "[,)]", rest) for key in keys):
                        self.fault(f"trigger {trigger['name']}: no item {rest}")
        identities = {(t["name"], t["expression"], t.get("recovery_expression"))
                      for t in self.triggers}
        for trigger in self.triggers:
            for other in trigger.get("dependencies", []):
                if (other["name"], other["expression"],
                        other.get("recovery_expression")) not in identities:
                    self.fault(f"trigger {trigger['name']} depends on {other['name']}")
        graphs = {graph["name"] for graph in self.export["graphs"]}
        for node in self.nodes():
            if set(node) == {"host", "key"} or set(node) == {"key"}:
                if node["key"] not in keys:
                    self.fault(f"no item {node['key']}")
            if set(node) == {"host", "name"} and node["name"] not in graphs:
                self.fault(f"no graph {node['name']}")

    def check_macros(self):
        defined = {m["macro"]: m for m in self.main["macros"]}
        used = set(MACRO.findall(re.sub(r"(?s)\n    macros:.*?\n    dashboards:", "", self.text)))
        for name in used ^ set(defined):
            self.fault(f"macro {name} is not defined or not used")
        for macro in defined.values():
            if not macro.get("description"):
                self.fault(f"macro {macro['macro']} has no description")

    def check_conventions(self):
        """What Zabbix' own templates have."""
        for item in self.items + self.prototypes:
            if not item.get("description"):
                self.fault(f"item {item['key']} has no description")
            if "component" not in {tag["tag"] for tag in item["tags"]}:
                self.fault(f"item {item['key']} has no tag component")
        for trigger in self.triggers:
            for need in ("event_name", "opdata", "description"):
                if not trigger.get(need):
                    self.fault(f"trigger {trigger['name']} has no {need}")
            if "scope" not in {tag["tag"] for tag in trigger["tags"]}:
                self.fault(f"trigger {trigger['name']} has no tag scope")
            if "nodata(" in trigger["expression"]:
                self.fault(f"trigger {trigger['name']} fires when data is missing")
        if self.path.name.endswith("7.0.yaml") and "vendor" not in self.main:
            self.fault("no vendor")

    def check(self):
        for name in sorted(dir(self)):
            if name.startswith("check_"):
                getattr(self, name)()
        return self.faults


def main():
    stale = subprocess.run([CONTRIB / "generate", "--check"], check=False)
    mib = Mib(sys.argv[1])
    faults = [fault for version in ("6.0", "7.0")
              for fault in Template(CONTRIB / f"ldm-agentx-{version}.yaml", mib).check()]
    for fault in faults:
        print(fault)
    sys.exit(1 if faults or stale.returncode else 0)


if __name__ == "__main__":
    main()
