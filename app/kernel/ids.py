"""Typed ids, and new ones that sort by the time they were made."""

from __future__ import annotations

import os
import time
from functools import cache
from typing import NewType

StoreId = NewType("StoreId", str)
ProductId = NewType("ProductId", str)
VariantId = NewType("VariantId", str)
CustomerId = NewType("CustomerId", str)
VisitorId = NewType("VisitorId", str)
OrderId = NewType("OrderId", str)
SlateId = NewType("SlateId", str)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_RANDOM_BYTES = 10
_AT_ONCE = 100
_SHIFTS = tuple(range(120, -1, -10))


def new_id() -> str:
    """26 characters of Crockford base 32: 48 bits of milliseconds, 80 bits of chance (the ULID layout)."""
    number = (time.time_ns() // 1_000_000) << (8 * _RANDOM_BYTES) | _chance()
    pairs = _PAIRS
    return "".join([pairs[(number >> shift) & 1023] for shift in _SHIFTS])


def _chance() -> int:
    """Draw from the system for many ids at once: each drawing stops a thread, and starts another one."""
    drawn = _drawn()
    while True:
        try:
            return drawn.pop()
        except IndexError:
            raw = os.urandom(_RANDOM_BYTES * _AT_ONCE)
            starts = range(0, len(raw), _RANDOM_BYTES)
            drawn.extend([int.from_bytes(raw[start : start + _RANDOM_BYTES]) for start in starts])


@cache
def _drawn() -> list[int]:
    """Give what is left of the last drawing; a process that is forked off draws its own."""
    drawn: list[int] = []
    os.register_at_fork(after_in_child=drawn.clear)
    return drawn
