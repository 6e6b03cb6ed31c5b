"""What a merchant may pay for: recommendations a month. A limit is said aloud and never enforced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Plan:
    """``monthly`` recommendations are in it, None = any number; one is one slate that is not empty."""

    name: str
    monthly: int | None


FREE: Final = Plan("Free", 1_000)
PLANS: Final = (
    FREE,
    Plan("Starter", 10_000),
    Plan("Growth", 50_000),
    Plan("Pro", 200_000),
    Plan("Enterprise", None),
)


def named(name: str) -> Plan:
    """By the name that the platform's billing has for it; a store without a plan has the free one."""
    return next((each for each in PLANS if each.name.lower() == name.strip().lower()), FREE)


def enough_for(used: int) -> Plan:
    """The smallest plan that has so many."""
    return next(each for each in PLANS if each.monthly is None or used <= each.monthly)
