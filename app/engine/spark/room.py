"""Whether a store can be learned from in the memory of one worker, said before it is read."""

from __future__ import annotations

from dataclasses import dataclass

MB = 2**20
_PROGRAM = 450 * MB
_LINE, _PRODUCT, _CELL = 900, 5_000, 16
_CORE = 5_000
_SPARE = 0.8


@dataclass(frozen=True, slots=True)
class Size:
    """What a store holds: orders, their lines, and products."""

    orders: int
    lines: int
    products: int


def needed(size: Size) -> int:
    """Estimate the bytes that a training takes at its peak; docs/scaling.md has what that rests on."""
    core = min(size.products, _CORE)
    return _PROGRAM + size.lines * _LINE + size.products * _PRODUCT + core * core * _CELL


def fits_here(size: Size, free: int) -> bool:
    """Tell whether a training stays within four fifths of the ``free`` bytes."""
    return needed(size) <= _SPARE * free


def newest_that_fit(size: Size, free: int) -> int:
    """Give how many of a store's orders, the newest ones, can be learned from here."""
    whole, none = needed(size), needed(Size(0, 0, size.products))
    share = (_SPARE * free - none) / max(whole - none, 1)
    return int(size.orders * min(max(share, 0.0), 1.0))
