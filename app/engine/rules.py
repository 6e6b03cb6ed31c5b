"""What a merchant wants shown or not shown: conditions on items, and what becomes of those that meet them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from app.engine.ids import Numbers
    from app.engine.types import LongArray

STRONGEST = 100.0
"""A boost multiplies a score by at most this, and by at least one hundredth."""

_PINNED_TRIED = 50
_CODES = 1 << 30


class RuleKind(StrEnum):
    """What becomes of the items that meet a rule's conditions."""

    EXCLUDE = "exclude"
    PIN = "pin"
    BOOST = "boost"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. An item must meet every condition that is given; a rule without any is store-wide.

    Prices are minor units of the store's currency, bounds are inclusive. ``stock_to`` 3 means three or fewer
    left; an item whose stock is not counted meets no condition on stock. ``locations`` empty = everywhere.
    ``strength`` multiplies the score of a boosted item (below 1 it sinks). ``position`` counts from 1 and is
    a pin's slot; of two pins of one slot that of higher ``priority`` comes first. The rule applies from
    ``starts_at`` until before ``ends_at`` (aware; None = open).
    """

    rule_id: str
    kind: RuleKind
    locations: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    price_from: int | None = None
    price_to: int | None = None
    stock_from: int | None = None
    stock_to: int | None = None
    priority: int = 0
    strength: float = 1.0
    position: int = 1
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def active(self, now: datetime) -> bool:
        """Tell whether the rule applies now."""
        begun = self.starts_at is None or self.starts_at <= now
        return begun and (self.ends_at is None or now < self.ends_at)

    def reads_stock(self) -> bool:
        """Tell whether a sale may change whom the rule meets."""
        return self.stock_from is not None or self.stock_to is not None

    def reads_live(self) -> bool:
        """Tell whether live changes of stock or price may change whom the rule meets."""
        return self.reads_stock() or self.price_from is not None or self.price_to is not None


@dataclass(frozen=True, slots=True)
class Coded:
    """A text of each item as a number; texts that differ only in case or outer blanks are one."""

    codes: NDArray[np.int32]
    numbers: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, codes: NDArray[np.int32], names: Sequence[str]) -> Coded:
        """Take the codes of the items and the names of the codes."""
        numbers: dict[str, tuple[int, ...]] = {}
        for code, name in enumerate(names):
            numbers[_plain(name)] = (*numbers.get(_plain(name), ()), code)
        return cls(codes, numbers)

    def followed(self, more: Coded) -> Coded:
        """Give the same with more items after these."""
        moved = {name: tuple(code + _CODES for code in codes) for name, codes in more.numbers.items()}
        names = {
            **self.numbers,
            **{name: self.numbers.get(name, ()) + codes for name, codes in moved.items()},
        }
        return Coded(np.concatenate([self.codes, more.codes + np.int32(_CODES)]), names)

    def among(self, wanted: Iterable[str]) -> NDArray[np.bool_]:
        """Mark the items that have one of the wanted texts."""
        codes = [code for name in wanted for code in self.numbers.get(_plain(name), ())]
        marked = np.zeros(len(self.codes), np.bool_)
        for code in codes:
            marked |= self.codes == code
        return marked


@dataclass(frozen=True, slots=True)
class Traits:
    """What rules look at, one entry per item. ``stock`` -1 = not counted."""

    numbers: Numbers
    categories: Coded
    brands: Coded
    prices: LongArray
    stock: LongArray


@dataclass(frozen=True, slots=True)
class Pin:
    """A slot (from 1) and the items that may have it, the first that can be shown gets it."""

    position: int
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What the rules of one location come to. ``boost`` None = none."""

    excluded: NDArray[np.bool_] | None
    boost: NDArray[np.float32] | None
    pins: tuple[Pin, ...]


NOTHING = Effect(None, None, ())


def met(rule: Rule, traits: Traits) -> NDArray[np.bool_]:
    """Mark the items that meet every condition of a rule."""
    marked = np.ones(len(traits.prices), np.bool_)
    if rule.products:
        named = [traits.numbers[product] for product in rule.products if product in traits.numbers]
        marked[:] = False
        marked[named] = True
    if rule.categories:
        marked &= traits.categories.among(rule.categories)
    if rule.brands:
        marked &= traits.brands.among(rule.brands)
    for values, least, most in (
        (traits.prices, rule.price_from, rule.price_to),
        (traits.stock, rule.stock_from, rule.stock_to),
    ):
        if least is not None:
            marked &= values >= least
        if most is not None:
            marked &= values <= most
    return marked & (traits.stock >= 0) if rule.reads_stock() else marked


def effect(rules: Sequence[Rule], location: str, traits: Traits, popularity: Sequence[int]) -> Effect:
    """Work out what active rules come to at a location. An item that is excluded is never pinned.

    A pin prefers its products in the order in which they are named, else by ``popularity`` (best first).
    """
    here = [rule for rule in rules if not rule.locations or location in rule.locations]
    excluded: NDArray[np.bool_] | None = None
    boost: NDArray[np.float32] | None = None
    pins: list[tuple[int, int, Pin]] = []
    for rule in here:
        marked = met(rule, traits)
        if rule.kind is RuleKind.EXCLUDE:
            excluded = marked if excluded is None else excluded | marked
        elif rule.kind is RuleKind.BOOST:
            boost = np.ones(len(marked), np.float32) if boost is None else boost
            boost[marked] *= min(max(rule.strength, 1 / STRONGEST), STRONGEST)
        else:
            pin = Pin(rule.position, _pinned(rule, marked, traits, popularity))
            pins.append((rule.position, -rule.priority, pin))
    return Effect(excluded, boost, tuple(pin for *_, pin in sorted(pins, key=lambda entry: entry[:2])))


def _pinned(
    rule: Rule, marked: NDArray[np.bool_], traits: Traits, popularity: Sequence[int]
) -> tuple[int, ...]:
    known = (traits.numbers[product] for product in rule.products if product in traits.numbers)
    order = known if rule.products else popularity
    found = [item for item in order if marked[item]]
    return tuple(found[:_PINNED_TRIED])


def _plain(text: str) -> str:
    return text.strip().casefold()
