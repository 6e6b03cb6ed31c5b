"""How much more a simulated shopper buys because of what he was shown, exact in expectation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

# Few shoppers follow a suggestion and those spend more: the same mean as if all did, and more believable.
_TEMPTED = 0.35
_MOST_OF_ONE = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """A card that the shopper has seen; ``price`` in pennies."""

    product_id: str
    slate_id: str
    position: int
    price: int


@dataclass(frozen=True, slots=True)
class Extra:
    offer: Offer
    quantity: int


def extras(value: int, uplift: float, offers: Sequence[Offer], rng: Random) -> list[Extra]:
    """What is bought on top of a basket worth ``value`` pennies; its expected worth is uplift * value.

    With probability t the shopper is tempted and means to spend B = uplift * value / t. The offers, near ones
    first, each get a part b of B: of an offer at price p the shopper buys q = ceil(b / p) pieces with
    probability b / (q * p). Each part is then worth b in expectation, all parts are worth B, and the whole is
    worth t * B = uplift * value. Nothing is bought where nothing was offered.
    """
    if rng.random() >= _TEMPTED:
        return []
    left = uplift * value / _TEMPTED
    bought = []
    nearest_first = sorted(offers, key=lambda offer: rng.random() * offer.position)
    for place, offer in enumerate(nearest_first, start=1):
        if left <= 0:
            break
        is_last = place == len(nearest_first)
        part = left if is_last else min(left, float(offer.price * _MOST_OF_ONE))
        quantity = math.ceil(part / offer.price)
        if rng.random() < part / (quantity * offer.price):
            bought.append(Extra(offer, quantity))
        left -= part
    return bought
