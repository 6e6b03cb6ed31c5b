"""Rules of three items and more: what completes a set that is already in the basket."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from app.engine.affinity_measures import Counts, discoveries, p_values
from app.engine.affinity_rules import RuleKind, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

LARGEST = 4
"""Items of the largest set that is looked for."""

_MOST_ORDERS = 50_000
_MOST_ITEMS = 300
_MOST_PAIRS = 400
_FEWEST_ORDERS = 5
_MOST_SETS = 2_000
_WIDEST = 40


def set_rules(data: Dataset) -> Rules:
    """Find rules {A, B} -> C and {A, B, C} -> D with the FP-growth of mlxtend (Han, Pei and Yin 2000).

    Bounded before it starts: the newest 50,000 orders, the 300 items that most of them hold, in wide orders
    the 40 items that fewest orders hold; and a bar of so many orders that at most 400 pairs pass it.
    """
    trimmed, items = _trim(data)
    found = _frequent(trimmed, _bar(trimmed)).items()
    named = {frozenset(int(items[item]) for item in each): count for each, count in found}
    return rules_of(named, trimmed.shape[0])


def rules_of(found: Mapping[frozenset[int], int], orders: int) -> Rules:
    """Give the rules of frequent sets, each with the number of the ``orders`` that hold it.

    A rule is kept if C comes with {A, B} more than by chance (Fisher, false discovery rate 5 %) and more than
    with either A or B alone; at most 2,000, the largest lift first.
    """
    rules = list(_split(found))
    totals = [(found[whole], found[left], found[frozenset((right,))]) for whole, left, right in rules]
    table = np.asarray(totals, np.float64).reshape(-1, 3)
    counts = Counts(table[:, 0], table[:, 1], table[:, 2], orders)
    odds = p_values(counts)
    stands = np.flatnonzero(discoveries(odds, _tests(found)))
    chosen = stands[np.argsort(-counts.lift()[stands], kind="stable")[:_MOST_SETS]]
    return Rules(
        RuleKind.TOGETHER,
        [tuple(sorted(rules[row][1])) for row in chosen.tolist()],
        np.asarray([rules[row][2] for row in chosen.tolist()], np.int64),
        counts[chosen],
        odds[chosen],
        np.zeros(0),
    )


def _trim(data: Dataset) -> tuple[csr_matrix, LongArray]:
    """Give the orders x items that are looked at, and the item of each column."""
    recent = data.bought[-_MOST_ORDERS:]
    held = np.asarray(recent.sum(axis=0), np.float64).ravel()
    items = np.sort(np.argsort(-held, kind="stable")[:_MOST_ITEMS])
    trimmed = recent[:, items].tocsr()
    rarity = held[items]
    for row in np.flatnonzero(np.diff(trimmed.indptr) > _WIDEST).tolist():
        mine = slice(int(trimmed.indptr[row]), int(trimmed.indptr[row + 1]))
        common = np.argsort(rarity[trimmed.indices[mine]], kind="stable")[_WIDEST:]
        trimmed.data[mine.start + common] = 0.0
    trimmed.eliminate_zeros()
    return trimmed, items.astype(np.int64)


def _bar(trimmed: csr_matrix) -> int:
    """Give the number of orders that at most ``_MOST_PAIRS`` pairs reach."""
    pairs = np.triu((trimmed.T @ trimmed).toarray(), 1)
    counts = pairs[pairs > 0]
    if len(counts) <= _MOST_PAIRS:
        return _FEWEST_ORDERS
    return max(_FEWEST_ORDERS, int(np.partition(counts, len(counts) - _MOST_PAIRS)[-_MOST_PAIRS]) + 1)


def _frequent(trimmed: csr_matrix, bar: int) -> dict[frozenset[int], int]:
    """Give the sets of up to ``LARGEST`` items that ``bar`` orders hold, and how many do."""
    from mlxtend.frequent_patterns import fpgrowth  # noqa: PLC0415  a web process never learns
    from pandas import DataFrame  # noqa: PLC0415

    orders = trimmed.shape[0]
    if orders < bar or not trimmed.shape[1]:
        return {}
    table = DataFrame(trimmed.toarray() > 0.0)
    found = fpgrowth(table, min_support=(bar - 0.5) / orders, max_len=LARGEST)
    counts = np.rint(found["support"].to_numpy(np.float64) * orders).astype(int).tolist()
    return dict(zip(map(frozenset, found["itemsets"].tolist()), counts, strict=True))


def _split(found: Mapping[frozenset[int], int]) -> Iterator[tuple[frozenset[int], frozenset[int], int]]:
    """Take each item out of each set of three and more, where the set says more than its parts do."""
    for whole in sorted((each for each in found if len(each) > 2), key=sorted):  # noqa: PLR2004
        for right in sorted(whole):
            left = whole - {right}
            share = found[whole] / found[left]
            fewer = (frozenset(part) for part in combinations(sorted(left), len(left) - 1))
            if all(share > found[part | {right}] / found[part] for part in fewer):
                yield whole, left, right


def _tests(found: Mapping[frozenset[int], int]) -> int:
    """Count the rules that were looked at: each item of each frequent set of three and more."""
    return sum(len(whole) for whole in found if len(whole) > 2)  # noqa: PLR2004
