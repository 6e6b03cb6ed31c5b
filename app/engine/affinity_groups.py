"""Affinity of groups of items: categories, brands, price bands; and the months in which a rule is strong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.engine.affinity_measures import Counts, discoveries, p_values, score
from app.engine.affinity_rules import FEWEST, RuleKind, Rules, strongest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

BANDS = 5
"""Prices are cut into so many bands with about equally many products each."""

MONTHS = 12
PEAK = 1.5
"""A rule has a peak month if the month holds this many times its share of the rule's orders."""

_MOST_GROUPS = 1_000
_PER_GROUP = 10
_PEAK_DOUBT = 10.0
_PEAK_ORDERS = 10
_FEWEST_DAYS = 300
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Groups:
    """Rules between groups: the rules' numbers index ``names``."""

    names: Sequence[str]
    rules: Rules


def group_rules(data: Dataset, labels: Sequence[str]) -> Groups:
    """Find which groups are bought together more than by chance; ``labels`` has one per item, ``""`` = none.

    An order holds a group if it holds an item of it. Of more than 1,000 groups the ones with most items are
    looked at; ten rules are kept per group, by affinity.
    """
    names = _names(labels)
    held = _held(data, labels, names)
    once = held.copy()
    once.data[:] = 1.0
    pairs = (once.T @ once).tocoo()
    totals = np.asarray(once.sum(axis=0), np.float64).ravel()
    counts = np.asarray(pairs.data, np.float64)
    firsts, seconds = pairs.row.astype(np.int64), pairs.col.astype(np.int64)
    enough = (counts >= FEWEST) & (firsts != seconds)
    found = Counts(counts[enough], totals[firsts[enough]], totals[seconds[enough]], data.orders)
    odds = p_values(found)
    stands = np.flatnonzero(discoveries(odds, len(names) * max(len(names) - 1, 0)))
    firsts, seconds = firsts[enough][stands], seconds[enough][stands]
    chosen = strongest(firsts, score(found[stands]), _PER_GROUP)
    rules = Rules(
        RuleKind.TOGETHER,
        [(first,) for first in firsts[chosen].tolist()],
        seconds[chosen],
        found[stands[chosen]],
        odds[stands[chosen]],
        np.zeros(0),
    )
    return Groups(names, rules)


def price_bands(prices: NDArray[np.float64]) -> list[str]:
    """Name the band of each price (minor units) as ``low-high``; ``""`` where the price is not positive.

    Bands are cut at the quantiles of the store's own prices, high exclusive, the last band open: ``5000-``.
    """
    known = prices[prices > 0]
    if not len(known):
        return [""] * len(prices)
    inner = np.quantile(known, np.arange(1, BANDS) / BANDS, method="closest_observation")
    edges = np.unique(np.ceil(inner)).astype(int)
    edges = edges[edges > known.min()]
    starts, ends = [0, *edges.tolist()], [*(str(edge) for edge in edges.tolist()), ""]
    names = [f"{start}-{end}" for start, end in zip(starts, ends, strict=True)]
    places = np.searchsorted(edges, prices, side="right").tolist()
    return [names[place] if price > 0 else "" for place, price in zip(places, prices.tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class Peaks:
    """The month (1-12) in which each rule is strongest, and how many times its share; 0 where none is."""

    months: LongArray
    factors: NDArray[np.float64]


def peaks(data: Dataset, firsts: LongArray, seconds: LongArray) -> Peaks:
    """Find the month in which a pair is bought together far more than the store's orders would suggest.

    The month's share of the pair's orders, held back as if 10 orders followed the store, over the month's
    share of all orders. Months are calendar months (UTC). A history below 300 days has no peaks.
    """
    none = Peaks(np.zeros(len(firsts), np.int64), np.zeros(len(firsts)))
    if not data.orders or data.times[-1] - data.times[0] < _FEWEST_DAYS * 86_400:
        return none
    month = order_months(data)
    share = np.bincount(month, minlength=MONTHS) / data.orders
    counted = _by_month(data, month, firsts, seconds)
    total = counted.sum(axis=1, keepdims=True)
    part = (counted + _PEAK_DOUBT * share) / (total + _PEAK_DOUBT)
    factor = np.divide(part, share, out=np.zeros_like(part), where=share > 0)
    best = factor.argmax(axis=1)
    top = factor[np.arange(len(best)), best]
    stands = (top >= PEAK) & (total.ravel() >= _PEAK_ORDERS)
    return Peaks(np.where(stands, best + 1, 0), np.where(stands, top, 0.0))


def order_months(data: Dataset) -> LongArray:
    """Give the calendar month of each order, 0-11 (UTC)."""
    months = data.times.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(months % MONTHS, np.int64)


def _by_month(data: Dataset, month: LongArray, firsts: LongArray, seconds: LongArray) -> NDArray[np.float64]:
    """Count the orders with both items of each pair by month."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    flags = csr_matrix((np.ones(data.orders), (np.arange(data.orders), month)), (data.orders, MONTHS))
    found = np.zeros((len(firsts), MONTHS))
    for start in range(0, len(firsts), _CHUNK):
        part = slice(start, start + _CHUNK)
        both = data.buyers_of[firsts[part]].multiply(data.buyers_of[seconds[part]])
        found[part] = (both.tocsr() @ flags).toarray()
    return found


def _names(labels: Sequence[str]) -> list[str]:
    """Give the groups that have most items, by name."""
    sizes: dict[str, int] = {}
    for label in labels:
        if label:
            sizes[label] = sizes.get(label, 0) + 1
    largest = sorted(sizes, key=lambda name: (-sizes[name], name))[:_MOST_GROUPS]
    return sorted(largest)


def _held(data: Dataset, labels: Sequence[str], names: Sequence[str]) -> csr_matrix:
    """Orders x groups: how many items of the group the order holds."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

    numbers = {name: number for number, name in enumerate(names)}
    members = [(item, numbers[label]) for item, label in enumerate(labels) if label in numbers]
    rows, columns = [item for item, _ in members], [group for _, group in members]
    belongs = csr_matrix((np.ones(len(members)), (rows, columns)), (data.items, len(names)))
    return csr_matrix(data.bought @ belongs)
