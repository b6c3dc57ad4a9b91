# SPDX-License-Identifier: BSD-2-Clause
"""What the templates take from the text of LDM-DISCOVERY-MIB: OIDs, syntax, units, descriptions."""

import re


class Object:
    """A scalar, a column or a node of the module."""

    def __init__(self, name, body):
        self.name = name
        self.column = False
        self.units = _first(r'UNITS\s+"(.*?)"', body)
        self.syntax = _first(r'SYNTAX\s+([A-Za-z0-9]+)', body)
        self.enumeration = _enumeration(_first(r'SYNTAX\s+INTEGER\s*\{(.*?)\}', body))
        self.description = _paragraphs(_first(r'DESCRIPTION\s+"(.*?)"', body))
        self.parent, self.arc = re.search(r'::=\s*\{\s*(\w+)\s+(\S+)\s*\}', body).groups()


def _first(pattern, text):
    found = re.search(pattern, text, re.S)
    return found.group(1) if found else ''


def _enumeration(text):
    return [(number, label) for label, number in re.findall(r'(\w+)\((\d+)\)', text)]


def _paragraphs(text):
    """The description without its indentation, and without what is true of every counter."""
    paragraphs = [re.sub(r'\n[ ]{9}', '\n', '\n         ' + part).strip('\n')
                  for part in re.split(r'\n\s*\n\s*', text.strip())]
    return '\n\n'.join(paragraph for paragraph in paragraphs
                       if not paragraph.startswith('Discontinuities'))


class Module:
    """The module, with its root at `root`, a numeric OID."""

    def __init__(self, text, root):
        text = re.sub(r'(?m)^\s*--.*$', '', text)
        self.root = root
        self.objects = {}
        definition = r'(?ms)^(ldm\w+)\s+(OBJECT-TYPE|OBJECT IDENTIFIER)(.*?::=\s*\{.*?\})'
        for name, _, body in re.findall(definition, text):
            self.objects[name] = Object(name, body)
        for name in self.objects:
            self.objects[name].column = self._parent(name).endswith('Entry')
        self.conventions = {
            name: _enumeration(labels) for name, labels in
            re.findall(r'(?s)(\w+) ::= TEXTUAL-CONVENTION.*?SYNTAX\s+INTEGER\s*\{(.*?)\}', text)}
        self.conventions['TruthValue'] = [('1', 'true'), ('2', 'false')]

    def _parent(self, name):
        return self.objects[name].parent

    def oid(self, name):
        """The OID of the node, without that of an instance."""
        if name not in self.objects:
            return self.root
        return self.oid(self._parent(name)) + '.' + self.objects[name].arc

    def enumeration(self, name):
        """Its numbers and labels, in order; empty if it has none."""
        found = self.objects[name]
        return found.enumeration or self.conventions.get(found.syntax, [])
