# SPDX-License-Identifier: BSD-2-Clause
"""What Zabbix imports, for one of its versions: triggers, graphs, dashboard, and the whole."""

import re

import templates as t
from items import Items
from parts import tags, uuid


class Export:
    """`module` is the MIB, and `version` that of Zabbix."""

    def __init__(self, module, version):
        self.version = version
        self.modern = version == '7.0'
        self.items = Items(module, version)
        self.triggers = [{**trigger, **trigger.get('modern', {})} if self.modern else trigger
                         for trigger in t.TRIGGERS]

    def reference(self, name):
        """Of the item @name, from a graph or the dashboard."""
        return {'host': t.NAME, 'key': self.items.key(name)}

    # Triggers

    def expression(self, text):
        return re.sub(r'@(\w+)', lambda match: '/%s/%s' % (t.NAME, self.items.key(match.group(1))),
                      text)

    def identity(self, trigger):
        """What a dependency refers to."""
        found = {'name': 'LDM: ' + trigger['name'],
                 'expression': self.expression(trigger['problem'])}
        if trigger.get('recovery'):
            found['recovery_expression'] = self.expression(trigger['recovery'])
        return found

    def trigger(self, trigger):
        entry = {'uuid': uuid('trigger', trigger['id']), **self.identity(trigger)}
        if trigger.get('recovery'):
            entry['recovery_mode'] = 'RECOVERY_EXPRESSION'
        elif trigger.get('no_recovery'):
            entry['recovery_mode'] = 'NONE'
        entry['event_name'] = 'LDM: ' + trigger.get('event', trigger['name'])
        entry['opdata'] = trigger['opdata']
        entry['priority'] = trigger['severity']
        entry['description'] = trigger['description']
        if trigger.get('manual_close'):
            entry['manual_close'] = 'YES'
        if trigger.get('depends'):
            by_id = {other['id']: other for other in self.triggers}
            entry['dependencies'] = [self.identity(by_id[other]) for other in trigger['depends']]
        entry['tags'] = tags([('scope', trigger['scope'])])
        return entry

    def notification_trigger(self, begin, end, what):
        find = self.expression('find(@notification,,"regexp","^(%s) ")=1')
        subject = '{{ITEM.VALUE}.regsub("^[a-zA-Z]+ ([^:]+):", "\\1")}'
        return {
            'uuid': uuid('trigger', 'notification', begin),
            'expression': find % begin + ' and {$LDM.NOTIFICATION.PROBLEMS}=1',
            'recovery_mode': 'RECOVERY_EXPRESSION', 'recovery_expression': find % end,
            'correlation_mode': 'TAG_VALUE', 'correlation_tag': 'subject',
            'name': 'LDM: Notification: ' + what,
            'event_name': 'LDM: {{ITEM.VALUE}.regsub("^[a-zA-Z]+ [^:]+: (.*)", "\\1")}',
            'opdata': subject, 'priority': 'INFO',
            'description': 'A notification says so, and none says yet that it is over.',
            'type': 'MULTIPLE', 'manual_close': 'YES',
            'tags': tags([('scope', 'notice'), ('subject', subject)])}

    def place_triggers(self, items, rules):
        """Those of one item are with it; the others are with the rule, or are returned."""
        rule_of = {item['key']: rule for rule in rules for item in rule['item_prototypes']}
        by_key = {item['key']: item for item in items}
        by_key.update((item['key'], item) for rule in rules for item in rule['item_prototypes'])
        rest = []
        for trigger in self.triggers:
            names = re.findall(r'@(\w+)', trigger['problem'] + trigger.get('recovery', ''))
            keys = sorted({self.items.key(name) for name in names})
            rule = rule_of.get(keys[0])
            owner = by_key[keys[0]] if len(keys) == 1 else rule
            if owner is None:
                rest.append(self.trigger(trigger))
            else:
                group = 'trigger_prototypes' if rule else 'triggers'
                owner.setdefault(group, []).append(self.trigger(trigger))
        by_key[self.items.key('notification')]['triggers'] = [
            self.notification_trigger(*row) for row in t.NOTIFICATIONS]
        return rest

    # Graphs and the dashboard

    def graph(self, name, stacked, lines):
        entry = {'uuid': uuid('graph', name), 'name': name}
        if stacked:
            entry['type'] = 'STACKED'
        entry['graph_items'] = [
            {'sortorder': str(number), 'color': colour, 'item': self.reference(item)}
            for number, (item, colour) in enumerate(lines)]
        return entry

    def field(self, kind, name, value):
        """Fields that refer to something are numbered since 7.0."""
        numbered = self.modern and kind in ('ITEM', 'GRAPH')
        return {'type': kind, 'name': name + '.0' if numbered else name, 'value': value}

    def widget(self, kind, column, row, width, height, fields, title=''):
        """Zabbix 6.0 has 24 columns and other names, and 7.0 has 72 columns."""
        old_kinds = {'item': 'ITEM', 'graph': 'GRAPH_CLASSIC'}
        scale = 3 if self.modern else 1
        place = {'x': column * scale, 'y': row, 'width': width * scale, 'height': height}
        entry = {'type': kind if self.modern else old_kinds[kind]}
        if title:
            entry['name'] = title
        entry.update((name, str(value)) for name, value in place.items() if value)
        if kind == 'item':
            # The widget itself has the name, too.
            entry['hide_header'] = 'YES'
        entry['fields'] = fields
        if self.modern and kind != 'item':
            # Five letters that no other widget has.
            letters = 'L' + ''.join('ABCDEFGH'[number // 8 % 8] + 'ABCDEFGH'[number % 8]
                                    for number in (column, row))
            entry['fields'] = fields + [self.field('STRING', 'reference', letters)]
        return entry

    def cells(self):
        """One for each manager, with its name and the colour of its status."""
        fields = [('STRING', 'items.0', 'Manager *: Status'),
                  ('STRING', 'primary_label',
                   r'{{ITEM.NAME}.regsub("^Manager (.*) [(][^(]*$", "\1")}'),
                  ('INTEGER', 'secondary_label_type', '0'),
                  ('STRING', 'secondary_label', '{ITEM.LASTVALUE}')]
        _, _, lines = t.GRAPHS[0]
        for number, (_, colour) in enumerate(lines):
            fields += [('STRING', 'thresholds.%d.color' % number, colour),
                       ('STRING', 'thresholds.%d.threshold' % number, str(number + 1))]
        return [self.field(*field) for field in fields]

    def dashboard(self):
        widgets = [
            self.widget('item', 4 * number, 0, 4, 2,
                        [self.field('ITEM', 'itemid', self.reference(name)),
                         self.field('INTEGER', 'decimal_places', '0')])
            for number, name in enumerate(t.TILES)]
        row = 2
        if self.modern:
            widgets.append(self.widget('honeycomb', 0, row, 12, 6, self.cells(), 'Managers'))
            widgets.append(self.widget('problems', 12, row, 12, 6, [
                self.field('INTEGER', 'show', '3'),  # those that last
                self.field('INTEGER', 'show_timeline', '0')], 'Problems'))
            row += 6
        widgets += [
            self.widget('graph', number % 2 * 12, row + number // 2 * 5, 12, 5, [
                self.field('GRAPH', 'graphid', {'host': t.NAME, 'name': graph[0]})])
            for number, graph in enumerate(t.GRAPHS)]
        return {'uuid': uuid('dashboard', t.DASHBOARD), 'name': t.DASHBOARD,
                'pages': [{'widgets': widgets}]}

    # The whole

    def template(self, name, description):
        """What both templates have."""
        entry = {'uuid': uuid('template', name), 'template': name, 'name': name}
        version = '%s-%d' % (self.version, t.VERSION)
        if self.modern:
            entry['description'] = description
            entry['vendor'] = {'name': 'ldm-agentx', 'version': version}
        else:
            entry['description'] = '%s\n\nVersion %s.' % (description, version)
        entry['groups'] = [{'name': t.GROUP[0]}]
        entry['tags'] = tags([('class', 'software'), ('target', 'ldm-agentx')])
        return entry

    def macros(self):
        return [{'macro': macro, 'value': value, 'description': text}
                for macro, value, text in t.MACROS
                if not (self.modern and macro == '{$LDM.INTERVAL.SLOW}')]

    def whole(self):
        """The content of the file."""
        items = self.items.of_template()
        rules = [self.items.rule(table) for table in t.TABLES]
        triggers = self.place_triggers(items, rules)
        for rule in rules:
            graphs = t.GRAPH_PROTOTYPES.get(rule['key'], [])
            if graphs:
                rule['graph_prototypes'] = [self.graph(*graph) for graph in graphs]
        main = {**self.template(t.NAME, t.DESCRIPTION), 'items': items, 'discovery_rules': rules,
                'macros': self.macros(), 'dashboards': [self.dashboard()],
                'valuemaps': self.items.value_maps()}
        fallback = {**self.template(t.FALLBACK_NAME, t.FALLBACK_DESCRIPTION),
                    'items': [self.items.fallback()]}
        return {
            'version': self.version,
            'template_groups' if self.modern else 'groups':
                [{'uuid': t.GROUP[1], 'name': t.GROUP[0]}],
            'templates': [main, fallback], 'triggers': triggers,
            'graphs': [self.graph(*graph) for graph in t.GRAPHS]}
