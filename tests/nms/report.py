# SPDX-License-Identifier: BSD-2-Clause
"""What a test with real servers prints of its progress."""

import time


def say(text):
    print(f"{time.strftime('%H:%M:%S')} checked: {text}", flush=True)
