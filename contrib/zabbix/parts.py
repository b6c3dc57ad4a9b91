# SPDX-License-Identifier: BSD-2-Clause
"""Small parts of a template, as Zabbix wants them."""

import hashlib


def uuid(*names):
    """Stable between generations, and of the form of a random one (RFC 4122, version 4)."""
    digits = list(hashlib.sha256('\n'.join(('ldm-agentx',) + names).encode()).hexdigest()[:32])
    digits[12] = '4'
    digits[16] = '89ab'[int(digits[16], 16) % 4]
    return ''.join(digits)


def tags(pairs):
    """Names and values."""
    return [{'tag': tag, 'value': value} for tag, value in pairs]


def step(kind, *parameters):
    """A step of preprocessing."""
    return {'type': kind, 'parameters': list(parameters) or ['']}


def discarded(entry):
    """The same step; if it fails, there is no value."""
    return dict(entry, error_handler='DISCARD_VALUE')


def replaced(entry, value):
    """The same step; if it fails, `value` is used."""
    return dict(entry, error_handler='CUSTOM_VALUE', error_handler_params=value)
