"""Rules between two items: which are bought together, go with each other, or stand in for each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from app.engine.affinity_measures import Counts, discoveries, p_values, score, surprise
from app.engine.likes import viewed_instead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

FEWEST = 3
"""A pair that fewer orders hold is no rule, whatever its measures say."""

ALIKE = 0.35
"""From this cosine of their descriptions two items are the same kind of thing."""

TOGETHER, COMPLEMENTS, SUBSTITUTES = 6, 6, 4
"""So many rules of each type are kept per item."""

_MOST_PAIRS = 3_000_000
_SURPRISING = 6.63  # chi-squared, one degree of freedom, 1 %: screens what the exact test will see
_HELD_BACK = 5.0
_MOST_ITEMS_COMPARED = 20_000
_CHUNK = 20_000


class RuleKind(StrEnum):
    """What a rule A -> B says."""

    TOGETHER = "frequently_bought_together"
    COMPLEMENT = "complementary"
    SUBSTITUTE = "substitute"
    SEQUENTIAL = "sequential"


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of one kind, by item numbers, with the counts behind each.

    ``p_values`` are one-sided, see ``affinity_measures.p_values``; ``gaps`` are mean days between A and B,
    empty where both are in one order.
    """

    kind: RuleKind
    antecedents: Sequence[tuple[int, ...]]
    consequents: LongArray
    counts: Counts
    p_values: NDArray[np.float64]
    gaps: NDArray[np.float64]

    def __len__(self) -> int:
        """Number of rules."""
        return len(self.antecedents)

    @property
    def firsts(self) -> LongArray:
        """The first item of each rule's left side."""
        return np.asarray([each[0] for each in self.antecedents], np.int64)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Directed pairs that stood the test, or are alike; ``alike`` is the cosine of their descriptions."""

    firsts: LongArray
    seconds: LongArray
    counts: Counts
    p_values: NDArray[np.float64]
    stands: NDArray[np.bool_]
    alike: NDArray[np.float64]

    def rules(
        self, kind: RuleKind, among: NDArray[np.bool_], strength: NDArray[np.float64], most: int
    ) -> Rules:
        """Give the ``most`` strongest rules of each item among those marked."""
        marked = np.flatnonzero(among)
        chosen = marked[strongest(self.firsts[marked], strength[marked], most)]
        return Rules(
            kind,
            [(first,) for first in self.firsts[chosen].tolist()],
            self.seconds[chosen],
            self.counts[chosen],
            self.p_values[chosen],
            np.zeros(0),
        )


def pair_rules(data: Dataset) -> list[Rules]:
    """Find the rules between two items that the orders hold.

    ``frequently_bought_together``: significantly more than chance, by confidence (held back where the anchor
    is rare). ``complementary``: the same, between items that are not of one kind, by affinity, so that what
    everybody buys does not come first. ``substitute``: items of one kind, by likeness. Significance is
    Fisher's test at a false discovery rate of 5 % over all pairs of items that were ever sold.
    """
    found = candidates(data)
    counts = found.counts
    same = found.alike >= ALIKE
    held_back = counts.both / (counts.first + _HELD_BACK)
    return [
        found.rules(RuleKind.TOGETHER, found.stands, held_back, TOGETHER),
        found.rules(RuleKind.COMPLEMENT, found.stands & ~same, score(counts), COMPLEMENTS),
        found.rules(RuleKind.SUBSTITUTE, same, found.alike, SUBSTITUTES),
    ]


def candidates(data: Dataset) -> Candidates:
    """Screen all pairs cheaply, then test those exactly that could be among an item's best."""
    firsts, seconds, counts = _met(data)
    more = np.flatnonzero(counts.both > counts.chance)
    promising = more[surprise(counts[more]) >= _SURPRISING]
    firsts, seconds, counts = firsts[promising], seconds[promising], counts[promising]
    both_ways = np.concatenate([firsts, seconds])
    near = np.concatenate(
        [counts.both / (counts.first + _HELD_BACK), counts.both / (counts.second + _HELD_BACK)]
    )
    chosen = np.union1d(
        strongest(both_ways, near, 2 * TOGETHER),
        strongest(both_ways, np.tile(score(counts), 2), 4 * COMPLEMENTS),  # some of them are of one kind
    )
    chosen = np.unique(chosen % max(len(firsts), 1))
    sold = int((data.pairs.totals > 0).sum())
    return _with_twins(
        data,
        _Tested.of(firsts[chosen], seconds[chosen], counts[chosen], sold * (sold - 1) // 2),
    )


@dataclass(frozen=True, slots=True)
class _Tested:
    """Undirected pairs with the result of the exact test."""

    firsts: LongArray
    seconds: LongArray
    counts: Counts
    p_values: NDArray[np.float64]
    stands: NDArray[np.bool_]

    @classmethod
    def of(cls, firsts: LongArray, seconds: LongArray, counts: Counts, tests: int) -> _Tested:
        odds = p_values(counts)
        return cls(firsts, seconds, counts, odds, discoveries(odds, tests))


def _with_twins(data: Dataset, tested: _Tested) -> Candidates:
    """Add the pairs that are alike, bought together or not, and turn every pair both ways."""
    twins = _twins(data)
    size = max(data.items, 1)
    known = tested.firsts * size + tested.seconds
    new = np.setdiff1d(twins, known)
    firsts, seconds = new // size, new % size
    fresh = _Tested.of(firsts, seconds, _counted(data, firsts, seconds), 0)
    one = np.concatenate([tested.firsts, firsts])
    other = np.concatenate([tested.seconds, seconds])
    odds = np.concatenate([tested.p_values, fresh.p_values])
    stands = np.concatenate([tested.stands, np.zeros(len(new), np.bool_)])
    likeness = alike(data, one, other)
    a, b = np.concatenate([one, other]), np.concatenate([other, one])
    return Candidates(
        a,
        b,
        _counted(data, a, b),
        np.concatenate([odds, odds]),
        np.concatenate([stands, stands]),
        np.concatenate([likeness, likeness]),
    )


def strongest(groups: LongArray, strength: NDArray[np.float64], most: int) -> LongArray:
    """Give the places of the ``most`` strongest positive entries of each group; ties go to the earlier."""
    order = np.flatnonzero(strength > 0.0)
    falling = ~strength[order].astype(np.float32).view(np.uint32)  # positive floats sort as their bits do
    by_low = np.argsort(falling.astype(np.uint16), kind="stable")  # 16 bits are sorted in linear time
    order = order[by_low[np.argsort((falling[by_low] >> 16).astype(np.uint16), kind="stable")]]
    small = groups.max(initial=0) <= np.iinfo(np.uint16).max  # numpy sorts these in linear time
    labels = groups[order].astype(np.uint16) if small else groups[order]
    order = order[np.argsort(labels, kind="stable")]
    if not len(order):
        return np.zeros(0, np.int64)
    sorted_groups = groups[order]
    begins = np.flatnonzero(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]])
    rank = np.arange(len(order)) - np.repeat(begins, np.diff(np.r_[begins, len(order)]))
    return np.asarray(order[rank < most], np.int64)


def alike(data: Dataset, firsts: LongArray, seconds: LongArray) -> NDArray[np.float64]:
    """Cosine of the descriptions of each pair, or how far one is looked at instead of the other, if more."""
    features = data.described.features
    found = np.zeros(len(firsts))
    for start in range(0, len(firsts), _CHUNK):
        part = slice(start, start + _CHUNK)
        both = features[firsts[part]].multiply(features[seconds[part]])
        found[part] = np.asarray(both.sum(axis=1)).ravel()
    if data.visits is None:
        return found
    viewed: NDArray[np.float64] = np.asarray(viewed_instead(data)[firsts, seconds]).ravel()
    return np.maximum(found, viewed)


def _met(data: Dataset) -> tuple[LongArray, LongArray, Counts]:
    """Give the pairs that enough orders hold, each once; of too many those that most orders hold."""
    pairs, size = data.pairs, max(data.items, 1)
    kept = pairs.counts >= FEWEST
    if kept.sum() > _MOST_PAIRS:
        counts = pairs.counts[kept]
        bar = np.partition(counts, len(counts) - _MOST_PAIRS)[len(counts) - _MOST_PAIRS]
        kept &= pairs.counts > bar
    firsts, seconds = np.divmod(pairs.keys[kept], size)
    return firsts, seconds, _counts(data, pairs.counts[kept], firsts, seconds)


def _counted(data: Dataset, firsts: LongArray, seconds: LongArray) -> Counts:
    return _counts(data, data.pairs.look_up(firsts, seconds), firsts, seconds)


def _counts(data: Dataset, both: LongArray, firsts: LongArray, seconds: LongArray) -> Counts:
    totals = data.pairs.totals.astype(np.float64)
    return Counts(both.astype(np.float64), totals[firsts], totals[seconds], data.orders)


def _twins(data: Dataset) -> LongArray:
    """Give the pairs of one kind, lower number first, as ``first * items + second``, sorted."""
    if data.items > _MOST_ITEMS_COMPARED:
        return np.zeros(0, np.int64)
    near = data.described.near
    rows = np.repeat(np.arange(data.items, dtype=np.int64), np.diff(near.indptr))
    close = np.flatnonzero(near.data >= ALIKE)
    kept = close[strongest(rows[close], np.asarray(near.data[close], np.float64), 2 * SUBSTITUTES)]
    one, other = rows[kept], near.indices[kept].astype(np.int64)
    found = [np.minimum(one, other) * data.items + np.maximum(one, other)]
    viewed = viewed_instead(data).tocoo()
    close = np.flatnonzero((viewed.data >= ALIKE) & (viewed.row < viewed.col))
    found.append(viewed.row[close].astype(np.int64) * data.items + viewed.col[close])
    return np.unique(np.concatenate(found))
