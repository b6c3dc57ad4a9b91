# SPDX-License-Identifier: BSD-2-Clause
"""JavaScript of preprocessing steps, which Zabbix runs with the variable `value`."""

# Octets as hexadecimal digits, or as text if the server has loaded the MIB.  Zero means never.
SECONDS_OF_DATE = r'''
var text = value.match(/(\d+)-(\d+)-(\d+),(\d+):(\d+):(\d+)/), part;
if (text) {
    part = text.slice(1).map(Number);
} else {
    part = value.trim().split(/\s+/).map(function (octet) { return parseInt(octet, 16); });
    part.splice(0, 2, part[0] * 256 + part[1]);
}
if (part.length < 6 || part.some(isNaN))
    throw 'not a DateAndTime: ' + value;
if (part[0] === 0)
    return 0;
return Date.UTC(part[0], part[1] - 1, part[2], part[3], part[4], part[5]) / 1000;
'''.strip()

# EVENT SUBJECT: TEXT, whichever receiver wrote the notification, and with or without the MIB.
_SENTENCE_OF_NOTIFICATION = r'''
var events = { @EVENTS@ };
function object(name, column) {
    var instance = '(?:' + name + '|[.]1[.]7[.]1[.]' + column + ')[.]\\d+',
        type = '\\s+(?:=\\s+|type=\\d+\\s+value=)?(?:(?:STRING|INTEGER|IpAddress): )?',
        line = new RegExp(instance + type + '"?(.*?)"?\\s*$', 'm').exec(value);
    return line ? line[1] : '';
}
var type = object('ldmEventType', 5).replace(/^(\w+)\(\d+\)$/, '$1'),
    subject = object('ldmEventAddress', 6),
    text = object('ldmEventText', 4);
if (!type || !text)
    return value;
if (/^0[.]0[.]0[.]0$/.test(subject))
    subject = object('ldmEventName', 7);
return (events[type] || type) + ' ' + subject + ': ' + text;
'''.strip()


def sentence_of_notification(events):
    """`events` are numbers and labels of ldmEventType."""
    return _SENTENCE_OF_NOTIFICATION.replace(
        '@EVENTS@', ', '.join("%s: '%s'" % pair for pair in events))


# Of the rows that SNMP_WALK_TO_JSON makes.
REASONS_OF_IMPAIRED = r'''
return JSON.parse(value).filter(function (row) {
    return row['{#IMPAIRED}'] === '1';
}).map(function (row) {
    return row['{#NAME}'] + ': ' + row['{#REASON}'];
}).join(', ');
'''.strip()
