#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
// peers_node.js - a table with net-snmp of node.js, as its documentation has one write it.
//
//	peers_node.js SOCKET ROOT ROWS <TEMPLATE
//
// The arguments are those of peers_limit.c.
"use strict";
const fs = require("fs");
const snmp = require("net-snmp");

const [socket, root, rows] = process.argv.slice(2);
const lines = fs.readFileSync(0, "latin1").trim().split("\n");
const template = lines.map((line) => line.split(" "));
const readable = snmp.MaxAccess["read-only"];

function value([kind, , text = ""]) {
	if (kind === "i")
		return Number(text);
	// It writes strings in UTF-8, whose length is the same for 7 bits.
	return Buffer.from(text, "hex").map((octet) => octet & 0x7f).toString("latin1");
}

// It (3.29) cannot encode an IpAddress, which is as long as a string of four octets.
function shownAs(type) {
	return type === snmp.ObjectType.IpAddress ? snmp.ObjectType.OctetString : type;
}

const index = {number: 1, name: "index", type: snmp.ObjectType.IpAddress};
const columns = template.map(([, type], i) => (
	{number: i + 2, name: `column${i + 2}`, type: shownAs(Number(type)), maxAccess: readable}));
const provider = {name: "walk", type: snmp.MibProviderType.Table,
	oid: root, maxAccess: snmp.MaxAccess["not-accessible"],
	tableColumns: [{...index, maxAccess: snmp.MaxAccess["not-accessible"]}, ...columns],
	tableIndex: [{columnName: "index"}]};

// The path takes the place of the port.
const agent = snmp.createSubagent({master: "localhost", masterPort: socket});
agent.open((error) => {
	if (error)
		throw error;
	agent.registerProvider(provider, null);
	const values = template.map(value);
	for (let row = 0; row < Number(rows); row++) {
		const address = Buffer.alloc(4);
		address.writeUInt32BE(0xc6120001 + row);
		agent.getMib().addTableRow("walk", [address.join("."), ...values]);
	}
});
