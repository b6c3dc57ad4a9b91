#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""An agent with names that no manager can have, by snmpd's pass_persist.

	hostile_agent.py OID_OF_ldmObjects
"""

import sys

NAME = b"a|b=1;2\nLDM OK\r\xff".ljust(255, b"x")
ADDRESSES = ["198.18.0.1", "198.18.0.2"]
COLUMNS = {6: ("integer", "3"), 11: ("gauge", "7"), 15: ("integer", "1"),
           17: ("octet", NAME.hex(" ")), 18: ("ipaddress", "198.18.0.9"),
           19: ("octet", NAME.hex(" "))}


def main():
    root = [int(arc) for arc in sys.argv[1].strip(".").split(".")]
    objects = {tuple(root + [1, 1, column] + [int(arc) for arc in address.split(".")]): value
               for column, value in COLUMNS.items() for address in ADDRESSES}
    for line in sys.stdin:
        command = line.strip()
        if command == "PING":
            print("PONG", flush=True)
            continue
        asked = tuple(int(arc) for arc in sys.stdin.readline().strip().strip(".").split("."))
        found = [oid for oid in sorted(objects)
                 if (oid > asked if command == "getnext" else oid == asked)]
        if not found:
            print("NONE", flush=True)
            continue
        print("." + ".".join(map(str, found[0])), *objects[found[0]], sep="\n", flush=True)


if __name__ == "__main__":
    main()
