# SPDX-License-Identifier: BSD-2-Clause
"""Zabbix with the templates of contrib, as ldm-zabbix(7) describes it.

Intervals are macros of the templates, and seconds here.
"""

import re
import signal

from lab import addresses, wait_for
from newcomer import SOURCE, blocks
from report import say
from zabbix import URL, VERSION, Zabbix

CONTRIB = SOURCE / "contrib/zabbix"
TEMPLATE = f"ldm-agentx-{VERSION}.yaml"
NAMES = ["ldm-agentx by SNMP", "ldm-agentx SNMP traps fallback"]
MACROS = {"{$LDM.INTERVAL}": "5s", "{$LDM.INTERVAL.AGENT}": "2s", "{$SNMP.TIMEOUT}": "20s"}
if VERSION == "6.0":
    MACROS["{$LDM.INTERVAL.SLOW}"] = "5s"
MANAGERS = addresses("198.18.0.1", 5)
MANY = 1000
# Whatever else happens, the daemon was started a short time ago.
ALWAYS = {"LDM: ldm-agentx has been restarted (uptime < 10m)"}


def name_of(address):
    return f"t5-{int(address.split('.')[-1]):02} ({address})"


class Site:
    """A station with snmpd, snmptrapd, ldm-agentx and Zabbix, and five managers."""

    def __init__(self, lab):
        self.lab = lab
        self.station = lab.station()
        self.managers = lab.manager_host()
        self.responder = self.managers.responder("-n", len(MANAGERS), "-a", MANAGERS[0],
                                                 "-H", "t5-%02u")
        self.daemon = self.station.daemon()
        self.station.wait_all_up(MANAGERS)
        self.zabbix = Zabbix(self.station)

    def rows(self):
        """How many managers Zabbix knows to be up."""
        return sum(key.startswith("ldm.manager.status[") and item["lastvalue"] == "1"
                   for key, item in self.zabbix.items().items())

    def wait_rows(self, count, seconds=90):
        wait_for(lambda: self.rows() == count, seconds, f"{count} managers in Zabbix")
        say(f"{count} managers are discovered and have values")

    def wait_problems(self, *expected, seconds=90):
        """Wait until exactly these problems exist, besides ALWAYS; they are regular expressions."""
        def are_there():
            seen.append(self.zabbix.problems() - ALWAYS)
            return len(seen[-1]) == len(expected) and all(
                any(re.fullmatch(pattern, name) for name in seen[-1]) for pattern in expected)
        seen = []
        try:
            wait_for(are_there, seconds, f"problems {expected}")
        except AssertionError as error:
            raise AssertionError(f"{error}: {seen[-1]}") from None
        say(f"problems: {sorted(seen[-1]) or 'none'}")

    def stays(self, *expected):
        """No other problem comes while all managers are polled several times."""
        item = self.zabbix("item.get", hostids=self.zabbix.hostid, output=["itemid"],
                           filter={"key_": ["ldm.discovery.uptime"]})[0]["itemid"]
        clocks = set()

        def polled():
            clocks.add(self.zabbix("item.get", itemids=[item], output=["lastclock"])[0]["lastclock"])
            return len(clocks) > 12
        wait_for(polled, 120, "twelve polls of the agent, or five of the managers")
        self.wait_problems(*expected, seconds=1)


def test_zabbix(lab):
    site = Site(lab)
    try:
        imports(site)
        site.zabbix.watch([site.zabbix.template(name) for name in NAMES], MACROS)
        values(site)
        manager_off(site)
        notification(site)
        conflict(site)
        link_lost(site)
        if VERSION != "6.0":
            page(site)
        snmpd_killed(site)
        daemon_killed(site)
    finally:
        site.zabbix.end()


def imports(site):
    zabbix = site.zabbix
    text = (CONTRIB / TEMPLATE).read_text()
    zabbix.do_import(text)
    before = counts(zabbix)
    zabbix.do_import(text)
    assert counts(zabbix) == before
    say(f"a second import of {TEMPLATE} changes nothing: {before}")
    exported = zabbix("configuration.export", format="yaml", options={
        "templates": [zabbix.template(name) for name in NAMES]})
    zabbix.do_import(exported)
    assert counts(zabbix) == before
    uuids = {re.compile(r"uuid: '?(\w+)").findall(some)[0] for some in
             re.findall(r"uuid: \S+", text)}
    assert uuids == set(re.findall(r"uuid: '?(\w+)", exported))
    zabbix.analyze()
    say(f"an export has the same {len(uuids)} uuids, and is imported again")


def counts(zabbix):
    templates = [zabbix.template(name) for name in NAMES]
    return {kind: int(zabbix(f"{kind}.get", templateids=templates, countOutput=True))
            for kind in ("item", "trigger", "discoveryrule", "itemprototype", "triggerprototype",
                         "graph", "graphprototype")}


def as_text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def values(site):
    zabbix, station = site.zabbix, site.station
    site.wait_rows(len(MANAGERS))
    site.wait_problems()

    def complete():
        items = {key: item for key, item in zabbix.items().items() if key[:4] == "ldm."}
        return items["ldm.managers.max"]["lastvalue"] != "0" and \
            all(item["state"] == "0" for item in items.values())
    wait_for(complete, 60, "all items to be supported")
    items = zabbix.items()
    for key, name in (("ldm.managers.all", "ldmManagersAll"), ("ldm.managers.up", "ldmManagersUp"),
                      ("ldm.managers.down", "ldmManagersDown"), ("ldm.managers.max", "ldmManagersMax"),
                      ("ldm.interfaces.impaired", "ldmInterfacesImpaired"),
                      ("ldm.discovery.misses", "ldmDiscoveryMisses"),
                      ("ldm.discovery.version", "ldmDiscoveryVersion")):
        assert items[key]["lastvalue"] == as_text(station.value(name)), (key, items[key])
    for column, name in (("hostname", "ldmManagerHostname"), ("version", "ldmManagerVersion"),
                         ("port", "ldmManagerPort"), ("status", "ldmManagerStatus")):
        shown = {address: items[f"ldm.manager.{column}[{address}]"]["lastvalue"]
                 for address in MANAGERS}
        assert shown == {address: as_text(value)
                         for address, value in station.column(name).items()}
    say("values are those of snmpd")


def manager_off(site):
    site.responder.command("off", MANAGERS[1])
    site.wait_problems(rf"LDM: Manager {re.escape(name_of(MANAGERS[1]))} is down")
    site.responder.command("on", MANAGERS[1])
    site.wait_problems()


def notification(site):
    """snmptrapd hands them over as in the page."""
    station = site.station
    handler = [line for block in blocks("contrib/zabbix/ldm-zabbix.7") for line in block.lines
               if line.startswith(("authCommunity", "traphandle"))]
    assert len(handler) == 2
    config = site.lab.path / "handler.conf"
    config.write_text("\n".join(handler).replace("$COMMUNITY", "public")
                      .replace("/usr/local/sbin", str(CONTRIB))
                      .replace("/var/lib/zabbix-traps/traps", f"{site.zabbix.tree}/run/traps") + "\n")
    station.trapd.end()
    trapd = station.start("snmptrapd", ["snmptrapd", "-f", "-n", "-Lo", "-C", "-c", str(config),
                                        "udp:127.0.0.1:162"])
    trapd.wait_output("NET-SNMP version")
    site.responder.command("off", MANAGERS[2])
    down = rf"LDM: Manager {re.escape(name_of(MANAGERS[2]))} is down"
    site.wait_problems(down, rf"LDM: manager {re.escape(MANAGERS[2])} \(t5-03\) disappeared: .*")
    site.responder.command("on", MANAGERS[2])
    site.wait_problems()
    trapd.end()


def conflict(site):
    other = site.lab.host("red3", ("red", "198.18.254.3/24"))
    impostor = other.responder("-n", 1, "-a", MANAGERS[3], "-H", "impostor")
    site.wait_problems(rf"LDM: Manager {re.escape(name_of(MANAGERS[3]))}.*conflict.*")
    impostor.end()
    site.wait_problems()


def link_lost(site):
    site.station.carrier("eth0", False)
    impaired = r"LDM: Discovery is impaired on 1 interface\(s\)"
    site.wait_problems(impaired)
    site.stays(impaired)
    site.station.carrier("eth0", True)
    site.wait_problems()


def page(site):
    """The commands for the Zabbix server, on a server without the template."""
    zabbix = site.zabbix
    zabbix("host.delete", zabbix.hostid)
    zabbix("template.delete", *(zabbix.template(name) for name in NAMES))
    token = zabbix("token.create", name="page", userid="1")["tokenids"][0]
    token = zabbix("token.generate", token)[0]["token"]
    agent, server = [block for block in blocks("contrib/zabbix/ldm-zabbix.7")
                     if block.title.startswith(("# cat >/etc/snmp/snmpd", "$ "))]
    prompts = [line for block in (agent, server) for line in block.lines if line[:2] in ("# ", "$ ")]
    assert len(prompts) <= 10, prompts
    zabbix.write(f"/{TEMPLATE}", (CONTRIB / TEMPLATE).read_text())
    # They are the same machine here.
    zabbix.write("/usr/local/bin/scp", "#!/bin/sh\n", 0o755)
    typed = re.sub(r"(?m)^\$ ", "", server.text())
    said = zabbix.run(typed, URL=URL, TOKEN=token, AGENT="127.0.0.1", COMMUNITY="public")
    zabbix.hostid = zabbix("host.get", filter={"host": ["127.0.0.1"]})[0]["hostid"]
    for name, value in MACROS.items():
        zabbix("usermacro.create", hostid=zabbix.hostid, macro=name, value=value)
    site.wait_rows(len(MANAGERS), seconds=150)
    site.responder.command("off", MANAGERS[4])
    site.wait_problems(rf"LDM: Manager {re.escape(name_of(MANAGERS[4]))} is down")
    last = typed.splitlines()[-1]
    said = zabbix.run(typed[:typed.index("scp ")] + last, URL=URL, TOKEN=token,
                      AGENT="127.0.0.1", COMMUNITY="public")
    assert f"Manager {name_of(MANAGERS[4])} is down" in said
    say(f"the commands of the page, from nothing to the first alert: {said.splitlines()[-1]}")
    site.responder.command("on", MANAGERS[4])
    site.wait_problems()


def snmpd_killed(site):
    site.station.master.send_signal(signal.SIGKILL)
    site.station.master.wait()
    site.wait_problems("LDM: No SNMP data collection", seconds=300)
    site.station.master = site.station.snmpd()
    site.wait_problems(seconds=300)


def daemon_killed(site):
    """With many managers that are watched, one problem."""
    site.managers.responder("-n", MANY, "-a", "198.18.4.0", "-H", "many-%04u", delay="0:300")
    wait_for(lambda: site.station.value("ldmManagersUp") == MANY + len(MANAGERS), 30, "many managers")
    site.wait_rows(MANY + len(MANAGERS), seconds=400)
    site.wait_problems()
    site.daemon.send_signal(signal.SIGKILL)
    site.daemon.wait()
    site.wait_problems("LDM: ldm-agentx does not run")
    site.stays("LDM: ldm-agentx does not run")
    site.daemon = site.station.daemon(interval="2s", window="1s")
    site.wait_problems()
