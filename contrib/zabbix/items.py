# SPDX-License-Identifier: BSD-2-Clause
"""The items of the template for one version of Zabbix."""

import re

import scripts
import templates as t
from parts import discarded, replaced, step, tags, uuid

PLAYPEN = '1.3.6.1.4.1.8072.9999.9999'

# The formats of SNMP_WALK_VALUE and SNMP_WALK_TO_JSON.
UNCHANGED, UTF8 = '0', '1'

# What is stored, but not as numbers of which there are trends.
STORED = {'history': '31d', 'trends': '0'}


def key_of(name):
    """ldmManagersUp is ldm.managers.up."""
    return '.'.join(re.findall(r'[A-Z]?[a-z]+', name)).lower()


def notification_key(root):
    """A key that matches each notification below `root`, with or without the MIB."""
    tail = root.replace('1.3.6.1.4.1.', '', 1).replace('.', '[.]')
    if root.startswith(PLAYPEN + '.'):
        tail = tail.replace('8072[.]9999[.]9999', '(8072[.]9999[.]9999|netSnmpPlaypen)')
    name = 'LDM-DISCOVERY-MIB::ldm(Manager|Discovery)[A-Z]'
    return 'snmptrap["(%s|%s[.]0[.][1-9])"]' % (name, tail)


class Items:
    """`module` is the MIB, and `version` that of Zabbix."""

    def __init__(self, module, version):
        self.module = module
        self.modern = version == '7.0'
        self.special_keys = {'availability': t.AVAILABILITY_KEY,
                             'notification': notification_key(module.root),
                             'impaired': 'ldm.interfaces.impaired.names'}

    def key(self, name):
        """The key of the item @name."""
        if name in self.special_keys:
            return self.special_keys[name]
        rate = '.rate' if self.is_rate(name) else ''
        return key_of(name) + rate + ('[{#SNMPINDEX}]' if self.is_column(name) else '')

    def is_column(self, name):
        return self.module.objects[name].column

    def is_rate(self, name):
        return self.module.objects[name].syntax == 'Counter32' and name not in t.KEPT_COUNTERS

    def format(self, name):
        """How a walk prints it: text may come as hexadecimal digits."""
        return UTF8 if self.module.objects[name].syntax == 'SnmpAdminString' else UNCHANGED

    def value_map_name(self, name):
        found = self.module.objects[name]
        return name if found.enumeration else found.syntax

    def type_of(self, name):
        """Value type, units and the steps that make the value of the text."""
        found = self.module.objects[name]
        if self.is_rate(name):
            return 'FLOAT', '!%s/s' % found.units, [step('CHANGE_PER_SECOND')]
        if found.syntax == 'DateAndTime':
            return 'UNSIGNED', 'unixtime', [step('JAVASCRIPT', scripts.SECONDS_OF_DATE)]
        if found.syntax in ('SnmpAdminString', 'IpAddress'):
            return 'CHAR', '', []
        scales = {'milliseconds': '0.001', 'microseconds': '0.000001'}
        if found.units in scales:
            return 'FLOAT', 's', [step('MULTIPLIER', scales[found.units])]
        return 'UNSIGNED', 's' if found.units == 'seconds' else '', []

    def source(self, name):
        """Where the value comes from: parts of the item, and the steps that find it there."""
        oid = self.module.oid(name) + ('.{#SNMPINDEX}' if self.is_column(name) else '.0')
        if name == 'ldmDiscoveryUptime':
            return {'type': 'SNMP_AGENT', 'snmp_oid': 'get[%s]' % oid if self.modern else oid,
                    'delay': '{$LDM.INTERVAL.AGENT}'}, []
        if not self.modern:
            slow = '.SLOW' if name in t.SLOW else ''
            return {'type': 'SNMP_AGENT', 'snmp_oid': oid, 'delay': '{$LDM.INTERVAL%s}' % slow}, []
        value = step('SNMP_WALK_VALUE', oid, self.format(name))
        # If the agent does not run, thousands of items would become not supported.
        return {'type': 'DEPENDENT', 'delay': '0', 'master_item': {'key': 'ldm.walk'}}, \
            [discarded(value) if self.is_column(name) else value]

    def item(self, name, title, labels, heartbeat):
        """The item of one object."""
        place, steps = self.source(name)
        value_type, units, conversion = self.type_of(name)
        steps += conversion
        if heartbeat:
            steps.append(step('DISCARD_UNCHANGED_HEARTBEAT', heartbeat))
        labelled = bool(self.module.enumeration(name))
        entry = {'uuid': uuid('item', self.key(name)), 'name': title, 'key': self.key(name)}
        entry.update(place, history='31d')
        if value_type == 'CHAR' or units == 'unixtime' or labelled:
            entry['trends'] = '0'
        if value_type != 'UNSIGNED':
            entry['value_type'] = value_type
        if units:
            entry['units'] = units
        entry['description'] = self.module.objects[name].description
        if labelled:
            entry['valuemap'] = {'name': self.value_map_name(name)}
        if name == 'ldmDiscoveryVersion':
            entry['inventory_link'] = 'SOFTWARE_APP_A'
        if steps:
            entry['preprocessing'] = steps
        entry['tags'] = tags(labels)
        return entry

    def walk(self):
        """The item that the others depend on.  First what every answer of the agent has."""
        groups = ['ldmDiscovery', 'ldmManagerSummary', 'ldmStatistics', 'ldmEvents', 'ldmState',
                  'ldmInterfaceEntry', 'ldmManagerEntry']
        return {
            'uuid': uuid('item', 'ldm.walk'), 'name': 'Walk of LDM-DISCOVERY-MIB',
            'type': 'SNMP_AGENT', 'key': 'ldm.walk', 'delay': '{$LDM.INTERVAL}',
            'snmp_oid': 'walk[%s]' % ','.join(map(self.module.oid, groups)),
            'history': '0', 'trends': '0', 'value_type': 'TEXT', 'timeout': '30s',
            'description': 'All objects but the events, in one walk.  The other items take their '
                           'values from it.',
            'tags': tags([('component', 'raw')])}

    def uptime(self):
        """Whether the agent runs.  Only an answer of snmpd without the object makes this zero."""
        labels = [('component', 'agent')]
        entry = self.item('ldmDiscoveryUptime', 'Uptime of ldm-agentx', labels, '')
        entry['units'] = 'uptime'
        entry['description'] += '\n\nZero if snmpd answers that there is no such object: then ' \
            'ldm-agentx does not run.'
        # Of any error.
        failed = step('CHECK_NOT_SUPPORTED', '-1' if self.modern else '')
        entry['preprocessing'] = [replaced(failed, '0')]
        return entry

    def impaired(self):
        rows = step('SNMP_WALK_TO_JSON',
                    '{#NAME}', self.module.oid('ldmInterfaceName'), UTF8,
                    '{#REASON}', self.module.oid('ldmInterfaceReason'), UTF8,
                    '{#IMPAIRED}', self.module.oid('ldmInterfaceImpaired'), UNCHANGED)
        return {
            'uuid': uuid('item', self.key('impaired')), 'name': 'Impaired interfaces and reasons',
            'type': 'DEPENDENT', 'key': self.key('impaired'), 'delay': '0', **STORED,
            'value_type': 'TEXT', 'master_item': {'key': 'ldm.walk'},
            'description': 'The interfaces whose ldmInterfaceImpaired is true(1), with their '
                           'ldmInterfaceReason.',
            'preprocessing': [replaced(rows, '[]'),
                              step('JAVASCRIPT', scripts.REASONS_OF_IMPAIRED),
                              step('DISCARD_UNCHANGED_HEARTBEAT', '1h')],
            'tags': tags([('component', 'discovery')])}

    def availability(self):
        return {
            'uuid': uuid('item', t.AVAILABILITY_KEY), 'name': 'SNMP agent availability',
            'type': 'INTERNAL', 'key': t.AVAILABILITY_KEY, 'history': '31d',
            'description': 'Whether snmpd answers, as Zabbix sees it.',
            'valuemap': {'name': 'zabbix.host.available'}, 'tags': tags([('component', 'agent')])}

    def notification(self):
        script = scripts.sentence_of_notification(self.module.enumeration('ldmEventType'))
        return {
            'uuid': uuid('item', 'notification'), 'name': 'Notifications', 'type': 'SNMP_TRAP',
            'key': self.key('notification'), 'delay': '0', **STORED, 'value_type': 'LOG',
            'description': t.NOTIFICATION_DESCRIPTION,
            'preprocessing': [step('JAVASCRIPT', script)],
            'tags': tags([('component', 'notifications')])}

    @staticmethod
    def fallback():
        return {
            'uuid': uuid('item', 'snmptrap.fallback'), 'name': 'SNMP traps (fallback)',
            'type': 'SNMP_TRAP', 'key': 'snmptrap.fallback', 'delay': '0', **STORED,
            'value_type': 'LOG', 'logtimefmt': 'hh:mm:sszyyyy/MM/dd',
            'description': 'Notifications that no other snmptrap[] item of the host matches.',
            'tags': tags([('component', 'notifications')])}

    def of_template(self):
        """All but those of rows."""
        found = [self.availability(), self.uptime(), self.notification()]
        if self.modern:
            found += [self.walk(), self.impaired()]
        return found + [self.item(name, title, [('component', component)], heartbeat)
                        for name, title, component, heartbeat in t.SCALARS]

    # Discovery rules

    def rows_of_walk(self, table):
        # A table without rows is something else than an agent that does not run.
        proof = '^[.]?' + self.module.oid('ldmDiscovery').replace('.', '[.]')
        triples = [part for macro, name, _ in table['macros']
                   for part in (macro, self.module.oid(name), self.format(name))]
        return {'type': 'DEPENDENT', 'delay': '0', 'master_item': {'key': 'ldm.walk'},
                'preprocessing': [discarded(step('MATCHES_REGEX', proof)),
                                  replaced(step('SNMP_WALK_TO_JSON', *triples), '[]'),
                                  step('DISCARD_UNCHANGED_HEARTBEAT', '1h')],
                'enabled_lifetime_type': 'DISABLE_AFTER', 'enabled_lifetime': '1h'}

    def rows_of_polls(self, table):
        pairs = ['%s,%s' % (macro, self.module.oid(name)) for macro, name, _ in table['macros']]
        return {'type': 'SNMP_AGENT', 'snmp_oid': 'discovery[%s]' % ','.join(pairs),
                'delay': '{$LDM.INTERVAL}'}

    def rule(self, table):
        """The discovery rule of a table, with its items."""
        conditions = [
            {'macro': macro, 'value': '{$%s.%s}' % (user, operator),
             'operator': operator + '_REGEX'}
            for macro, _, user in table['macros'] for operator in ('MATCHES', 'NOT_MATCHES')]
        for letter, condition in zip('ABCDEFGH', conditions):
            condition['formulaid'] = letter
        labels = [('component', table['component'])] + table['tags']
        return {
            'uuid': uuid('rule', table['key']), 'name': table['name'], 'key': table['key'],
            **(self.rows_of_walk(table) if self.modern else self.rows_of_polls(table)),
            'lifetime': '30d', 'filter': {'evaltype': 'AND', 'conditions': conditions},
            'description': table['description'],
            'item_prototypes': [self.item(name, table['prefix'] + title, labels, heartbeat)
                                for name, title, heartbeat in table['columns']]}

    # Value maps

    def value_maps(self):
        names = [row[0] for row in t.SCALARS]
        names += [row[0] for table in t.TABLES for row in table['columns']]
        maps = {self.value_map_name(name): self.module.enumeration(name)
                for name in names if self.module.enumeration(name)}
        maps['zabbix.host.available'] = t.AVAILABILITY
        return [{'uuid': uuid('value map', name), 'name': name,
                 'mappings': [{'value': value, 'newvalue': label} for value, label in pairs]}
                for name, pairs in sorted(maps.items())]
