"""Who is in which arm: a stable salted hash of the visitor, the same in every process and version."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256

_STEPS = 2**53
"""Doubles hold integers up to here exactly, so every step below is a number of its own."""


class Arm(StrEnum):
    """What was decided for a visitor. ``NONE`` = no visitor id, so no assignment."""

    TREATMENT = "treatment"
    HOLDOUT = "holdout"
    NONE = "none"


def uniform(visitor: str, salt: str) -> float:
    """Give the visitor's fixed place in [0, 1) under this salt.

    The first 53 bits of SHA-256 over ``salt:visitor`` (UTF-8), divided by 2**53. Other salts, other places.
    """
    digest = sha256(f"{salt}:{visitor}".encode()).digest()
    return (int.from_bytes(digest[:7]) >> 3) / _STEPS


def arm(visitor: str | None, salt: str, holdout: float) -> Arm:
    """Assign a visitor: the lowest ``holdout`` share of places gets no recommendations."""
    if visitor is None:
        return Arm.NONE
    return Arm.HOLDOUT if uniform(visitor, salt) < holdout else Arm.TREATMENT
