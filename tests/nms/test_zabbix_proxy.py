# SPDX-License-Identifier: BSD-2-Clause
"""A subnet that Zabbix watches through a proxy."""

from lab import addresses
from newcomer import SOURCE
from test_zabbix import CONTRIB, MACROS, NAMES, TEMPLATE, Site
from zabbix import Zabbix

PROGRAM = SOURCE / "build/nms/trixie/usr/sbin/zabbix_proxy"
MANAGERS = addresses("198.18.0.1", 3)
PROXY_CONF = """
Server=192.0.2.10
Hostname=subnet
DBName=/run/proxy.db
LogType=console
AllowRoot=1
PidFile=/run/proxy.pid
SocketDir=/run/proxy
ProxyConfigFrequency=1
DataSenderFrequency=1
FpingLocation=/bin/false
Fping6Location=
"""


class Subnet(Site):
    """A station with snmpd, ldm-agentx and a proxy, and a server elsewhere.

    snmpd listens on the station's loopback interface only, so that nothing but the proxy reads it.
    """

    def __init__(self, lab):
        self.lab = lab
        self.station = lab.station()
        office = lab.segment("office")
        self.station.plug(office, "eth1", "192.0.2.1/24")
        self.responder = lab.manager_host().responder("-n", len(MANAGERS), "-a", MANAGERS[0],
                                                      "-H", "t5-%02u")
        self.station.daemon(config=["interface eth0"])
        self.station.wait_all_up(MANAGERS)
        self.zabbix = Zabbix(lab.host("office", (office, "192.0.2.10/24")))

    def start_proxy(self):
        zabbix = self.zabbix
        proxy = zabbix("proxy.create", name="subnet", operating_mode=0)["proxyids"][0]
        zabbix("host.update", hostid=zabbix.hostid, monitored_by=1, proxyid=proxy)
        zabbix.run("install -d /run/proxy")
        zabbix.write("/etc/zabbix/proxy.conf", PROXY_CONF)
        (zabbix.tree / "usr/sbin/zabbix_proxy").write_bytes(PROGRAM.read_bytes())
        zabbix.run("chmod 755 /usr/sbin/zabbix_proxy")
        self.station.start("zabbix_proxy", zabbix.inside(
            ["zabbix_proxy", "-f", "-c", "/etc/zabbix/proxy.conf"]))


def test_proxy(lab):
    site = Subnet(lab)
    try:
        site.zabbix.do_import((CONTRIB / TEMPLATE).read_text())
        site.zabbix.watch([site.zabbix.template(NAMES[0])], MACROS)
        site.start_proxy()
        site.wait_rows(len(MANAGERS), seconds=120)
        site.responder.command("off", MANAGERS[1])
        site.wait_problems(r"LDM: Manager t5-02 \(198\.18\.0\.2\) is down")
        site.responder.command("on", MANAGERS[1])
        site.wait_problems()
    finally:
        site.zabbix.end()
