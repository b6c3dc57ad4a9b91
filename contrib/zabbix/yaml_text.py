# SPDX-License-Identifier: BSD-2-Clause
"""Write nested dicts, lists and strings as YAML, in the form in which Zabbix exports them."""

import re

# Not strings, unless quoted.
WORDS = ('yes', 'no', 'true', 'false', 'null', 'on', 'off', 'y', 'n')


def _string(text, indent):
    if '\n' in text:
        lines = [' ' * indent + line if line else '' for line in text.split('\n')]
        return '|\n' + '\n'.join(lines) if text.endswith('\n') else '|-\n' + '\n'.join(lines)
    if re.fullmatch(r'[A-Z][A-Z0-9_]*|[a-z][a-z0-9._]*', text) and text.lower() not in WORDS:
        return text
    return "'" + text.replace("'", "''") + "'"


def _lines(value, indent):
    """The lines of a dict or list."""
    pad = ' ' * indent
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, str):
                yield '%s%s: %s' % (pad, name, _string(part, indent + 2))
            else:
                yield '%s%s:' % (pad, name)
                yield from _lines(part, indent + 2)
    else:
        for part in value:
            if isinstance(part, str):
                yield '%s- %s' % (pad, _string(part, indent + 2))
            else:
                lines = '\n'.join(_lines(part, indent + 2))
                yield pad + '- ' + lines[indent + 2:]


def document(value):
    return '\n'.join(_lines(value, 0)) + '\n'
