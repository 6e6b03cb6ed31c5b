"""Typed ids, and new ones that sort by the time they were made."""

from __future__ import annotations

import os
import time
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
_SHIFTS = tuple(range(120, -1, -10))


def new_id() -> str:
    """26 characters of Crockford base 32: 48 bits of milliseconds, 80 bits of chance (the ULID layout)."""
    number = (time.time_ns() // 1_000_000) << (8 * _RANDOM_BYTES) | int.from_bytes(os.urandom(_RANDOM_BYTES))
    pairs = _PAIRS
    return "".join([pairs[(number >> shift) & 1023] for shift in _SHIFTS])
