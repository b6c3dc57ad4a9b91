# SPDX-License-Identifier: BSD-2-Clause
"""The README of the templates: what they need, and what they contain."""

import textwrap

HEAD = '''\
{name}

Templates for Zabbix that watch Logical Domains Managers through ldm-agentx(8):

    ldm-agentx-7.0.yaml    for Zabbix 7.0 and later
    ldm-agentx-6.0.yaml    for Zabbix 6.0 to 6.4

The first one gets everything but the events in one walk each minute, however
many managers there are. The second one polls each object.

Setup

 1. Import the file: Data collection, Templates, Import (6.0: Configuration).
 2. Give the host on which ldm-agentx runs an SNMP interface with the address
    and the community or user of its snmpd.
 3. Link the template "{name}" to the host. If it has no other SNMP
    template, link "{fallback}", too.
 4. For notifications, let snmptrapd hand them to Zabbix by the program
    zabbix-traps: see ldm-zabbix(7).

The template can be linked beside Zabbix' own, such as "Linux by SNMP": it has
no key and no inventory field in common with them. Inventory mode "Automatic"
puts the version of ldm-agentx into "Software application A". Both report
"No SNMP data collection", which may be disabled in one of them.

An imported file replaces that of an earlier version, and that for 7.0 replaces
that for 6.0: the uuids are the same.

Both files are made by the program `generate`, which is in the sources of
ldm-agentx, from the text of LDM-DISCOVERY-MIB. If ldm-agentx was configured
with another root of the MIB, make your own: generate --root OID DIRECTORY.
'''

TAIL = '''\
One problem for one cause

If ldm-agentx does not run, there is one problem and no others: no trigger of a
manager fires because data is missing. If an interface of it does not work,
its managers are unknown, not down, and there is one problem. If many
managers are down, the first {{$LDM.DOWN.MANY}} may have a problem each, and all
together have one more.

A problem of a manager that is removed from ldmManagerTable is hidden within two
hours (6.0: it has to be closed by hand).
'''


def _triggers(export):
    """(severity, name, description, dependencies) of each."""
    template = export['templates'][0]
    found = [trigger for item in template['items'] for trigger in item.get('triggers', [])]
    found += export['triggers']
    for rule in template['discovery_rules']:
        found += [trigger for item in rule['item_prototypes']
                  for trigger in item.get('trigger_prototypes', [])]
        found += rule.get('trigger_prototypes', [])
    return found


def _described(title, text, indent=4):
    yield title
    yield from textwrap.wrap(' '.join(text.split()), 79, initial_indent=' ' * indent,
                             subsequent_indent=' ' * indent, break_on_hyphens=False)


def _macros(template):
    for macro in template['macros']:
        yield from _described('%s = %s' % (macro['macro'], macro['value']), macro['description'])


def _items(template):
    for item in template['items']:
        yield '%s: %s' % (item['name'], item['key'])
    for rule in template['discovery_rules']:
        yield ''
        yield '%s, for each:' % rule['name']
        yield ''
        for item in rule['item_prototypes']:
            yield '%s: %s' % (item['name'], item['key'])


def text(export, t):
    template = export['templates'][0]
    lines = [HEAD.format(name=t.NAME, fallback=t.FALLBACK_NAME), 'Macros', '']
    lines += _macros(template)
    lines += ['', 'Triggers', '']
    for trigger in _triggers(export):
        lines += _described('%s (%s)' % (trigger['name'], trigger['priority'].lower()),
                            trigger['description'])
    lines += ['', TAIL.format(), 'Items of the template for 7.0', '']
    lines += _items(template)
    return '\n'.join(lines) + '\n'
