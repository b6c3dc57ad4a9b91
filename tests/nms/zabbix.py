# SPDX-License-Identifier: BSD-2-Clause
"""A Zabbix server with PostgreSQL and the frontend, started by hand in a Debian of its own."""

import json
import os
import urllib.request

from lab import wait_for
from machine import Machine

VERSION = os.environ["LDM_ZABBIX"]
TREE = os.environ["LDM_ZABBIX_TREE"]
URL = "http://127.0.0.1:8080"
DATA = "/var/lib/zabbix-database"
SERVER_CONF = """
DBHost=127.0.0.1
DBName=zabbix
DBUser=zabbix
LogType=console
AllowRoot=1
PidFile=/run/zabbix.pid
SocketDir=/run
StartPollers=20
StartHTTPPollers=0
StartSNMPTrapper=1
SNMPTrapperFile=/run/traps
CacheSize=64M
ValueCacheSize=64M
CacheUpdateFrequency=1
FpingLocation=/bin/false
Fping6Location=
Timeout=3
"""
FRONTEND_CONF = """<?php
$DB = array_fill_keys(['PASSWORD', 'SCHEMA', 'KEY_FILE', 'CERT_FILE', 'CA_FILE', 'CIPHER_LIST', 'VAULT',
	'VAULT_URL', 'VAULT_PREFIX', 'VAULT_DB_PATH', 'VAULT_TOKEN'], '');
$DB['TYPE'] = 'POSTGRESQL';
$DB['SERVER'] = '127.0.0.1';
$DB['PORT'] = '0';
$DB['DATABASE'] = 'zabbix';
$DB['USER'] = 'zabbix';
$DB['ENCRYPTION'] = false;
$DB['VERIFY_HOST'] = false;
$DB['VAULT_CACHE'] = false;
$DB['DOUBLE_IEEE754'] = true;
$ZBX_SERVER = '127.0.0.1';
$ZBX_SERVER_PORT = '10051';
$ZBX_SERVER_NAME = 'lab';
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
"""
# The path of the configuration is a constant of the frontend's.
FRONTEND = """
cp -rL /usr/share/zabbix /srv/frontend
rm -rf /srv/frontend/conf
cp -rL /usr/share/zabbix/conf /srv/frontend/conf || mkdir -p /srv/frontend/conf
sed -i "s#const CONFIG_FILE_PATH = .*#const CONFIG_FILE_PATH = '/srv/frontend/conf/zabbix.conf.php';#" \
	/srv/frontend/include/classes/core/CConfigFile.php
"""
PHP = ["env", "-u", "TMPDIR", "php", "-d", "post_max_size=64M",
       "-d", "memory_limit=512M", "-d", "max_execution_time=300", "-d", "max_input_time=300",
       "-S", URL.removeprefix("http://"), "-t", "/srv/frontend"]
IMPORTED = ["templates", "items", "triggers", "graphs", "discoveryRules", "valueMaps",
            "templateDashboards"]


class Zabbix(Machine):
    """On a host of the lab, which it may watch, too."""

    def __init__(self, host):
        super().__init__(host, "zabbix", TREE)
        self.token = None
        self.database()
        self.write("/etc/zabbix/lab.conf", SERVER_CONF)
        self.write("/run/traps", "")
        self.server = self.start("zabbix_server", ["zabbix_server", "-f", "-c", "/etc/zabbix/lab.conf"])
        self.run(FRONTEND)
        self.write("/srv/frontend/conf/zabbix.conf.php", FRONTEND_CONF)
        self.start("frontend", PHP)
        wait_for(self.log_in, 30, "the frontend")

    def database(self):
        programs = next((self.tree / "usr/lib/postgresql").iterdir()).name
        programs = f"/usr/lib/postgresql/{programs}/bin"
        self.run(f"install -d -o postgres {DATA} /run/database")
        self.run(f"""{programs}/initdb -A trust -D {DATA} -E UTF8 --locale=C.UTF-8 >/dev/null
            printf '%s\n' dynamic_shared_memory_type=mmap fsync=off max_connections=200 \
                "unix_socket_directories='/run/database'" \
                "listen_addresses='127.0.0.1'" >>{DATA}/postgresql.conf""", "postgres")
        postgres = self.start("postgres", [f"{programs}/postgres", "-D", DATA], "postgres")
        postgres.wait_output("ready to accept", 30)
        self.run("createuser -h /run/database zabbix; createdb -h /run/database -O zabbix zabbix",
                 "postgres")
        self.run("""cd /usr/share/zabbix-server-pgsql
            for file in schema images data; do
                zcat $file.sql.gz | psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -U zabbix zabbix >/dev/null
            done""", seconds=300)
        self.analyze()

    def analyze(self):
        """What the database does itself after minutes.  Without it some queries take hours."""
        self.run("psql -q -h 127.0.0.1 -U zabbix zabbix -c ANALYZE 2>/dev/null")

    # The API

    def __call__(self, method, *several, **params):
        request = {"jsonrpc": "2.0", "method": method, "params": list(several) or params, "id": 1}
        headers = {"Content-Type": "application/json-rpc"}
        if self.token and VERSION == "6.0":
            request["auth"] = self.token
        elif self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        with self.host.entered():
            said = urllib.request.urlopen(urllib.request.Request(
                f"{URL}/api_jsonrpc.php", json.dumps(request).encode(), headers), timeout=200).read()
        answer = json.loads(said)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def log_in(self):
        try:
            self.token = self("user.login", username="Admin", password="zabbix")
        except OSError:
            return False
        return True

    def do_import(self, text):
        both = {"createMissing": True, "updateExisting": True}
        rules = {kind: dict(both) for kind in IMPORTED}
        for kind in IMPORTED[1:]:
            rules[kind]["deleteMissing"] = True
        rules["groups" if VERSION == "6.0" else "template_groups"] = dict(both)
        assert self("configuration.import", format="yaml", source=text, rules=rules) is True

    def template(self, name):
        return self("template.get", filter={"host": [name]}, output=["templateid"])[0]["templateid"]

    def watch(self, templates, macros):
        """Make the host "station" with these templates and macros."""
        details = {"version": 2, "bulk": 1, "community": "public"}
        if VERSION != "6.0":
            details["max_repetitions"] = 25
        group = self("hostgroup.create", name="Logical Domains")["groupids"][0]
        self.hostid = self(
            "host.create", host="station", groups=[{"groupid": group}], inventory_mode=1,
            templates=[{"templateid": template} for template in templates],
            macros=[{"macro": name, "value": value} for name, value in macros.items()],
            interfaces=[{"type": 2, "main": 1, "useip": 1, "ip": "127.0.0.1", "dns": "",
                         "port": "161", "details": details}])["hostids"][0]

    def items(self):
        """{key: item}"""
        return {item["key_"]: item for item in self(
            "item.get", hostids=self.hostid, output=["key_", "lastvalue", "state", "error"])}

    def problems(self):
        """The names of all problems of the host."""
        return {problem["name"] for problem in self("problem.get", hostids=self.hostid,
                                                    output=["name"])}
