"""A guard against a fault of PySide6 6.12 on Python 3.11, which would end the window after some ten thousand calls.

Measured: every call of a Qt method that returns nothing takes a reference from None without having added one, and every
signal emitted takes one from True. Python 3.12 and later do not count references of these objects, so nothing happens
there; Python 3.11 ends the process ("none_dealloc") when the count reaches zero. PySide6 6.11.3 is right.
"""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path

FAULTY = (6, 12)
PLENTY = 1 << 40


def hold_singletons() -> bool:
    """Where the fault is present, give None, True and False so many references that they never run out.

    That is what Python 3.12 does for all programs (PEP 683). Returns whether it was necessary.
    """
    if sys.version_info >= (3, 12) or _pyside_version() < FAULTY:
        return False
    import ctypes

    for lasting in (None, True, False):
        # the count is the first field of every object of this interpreter
        ctypes.c_ssize_t.from_address(id(lasting)).value += PLENTY
    return True


def _pyside_version() -> tuple[int, int]:
    """The installed PySide6's version without importing it; (0, 0) where there is none, or it is damaged."""
    found = find_spec("PySide6")
    if found is None or found.origin is None:
        return (0, 0)
    try:
        told = Path(found.origin).with_name("_config.py").read_text(encoding="utf-8")
    except OSError:
        return (0, 0)
    numbers = re.search(r'version = "(\d+)\.(\d+)', told)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
