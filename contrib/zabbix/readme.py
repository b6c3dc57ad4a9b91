# SPDX-License-Identifier: BSD-2-Clause
"""The README of the templates: what they need and contain."""


def text(export, t):
    return t.DESCRIPTION + '\n'
