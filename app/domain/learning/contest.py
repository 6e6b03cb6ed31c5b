"""Whether a candidate may replace what is served: both answer the same orders, which neither learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.engine.evaluate import K, cases
from app.engine.measures import ndcg
from app.engine.pipeline import PublishedIndex, Query, recommend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from app.engine.dataset import Dataset
    from app.engine.evaluate import Cases
    from app.engine.types import Published

FEWEST_CASES = 30
"""Below this nothing is compared: a verdict would be noise."""

TOLERANCE = 2.0
"""A candidate is worse if it loses by more than this many standard errors of the paired difference."""

LOST = 0.5
"""A candidate that learned from less than this share of the orders or products is not deployed unasked."""

_MOST_PER_LOCATION = 300


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean NDCG@12 of both over the cases since ``since``; ``error`` is that of the paired difference."""

    cases: int
    served: float
    candidate: float
    error: float

    @property
    def is_worse(self) -> bool:
        """Tell whether the candidate loses by more than noise."""
        return self.cases >= FEWEST_CASES and self.candidate - self.served < -TOLERANCE * self.error


def compare(
    data: Dataset, first: int, served: Published, candidate: Published, *, seed: int
) -> Comparison | None:
    """Ask both about the orders numbered ``first`` and later; None where these are too few."""
    asked = cases(data, first, np.random.default_rng(seed))
    questions = [each for location in asked.values() for each in _questions(data, location)]
    if len(questions) < FEWEST_CASES:
        return None
    old, new = _quality(PublishedIndex(served), questions), _quality(PublishedIndex(candidate), questions)
    error = float((new - old).std()) / np.sqrt(len(questions))
    means = (round(float(each), 6) for each in (old.mean(), new.mean(), error))
    return Comparison(len(questions), *means)


def losses(now: Mapping[str, int], before: Mapping[str, int]) -> list[str]:
    """Say what most of is gone since the served version learned, as ``orders: 40 of 900``."""
    return [
        f"{name}: {now[name]:,} of {before[name]:,}"
        for name in ("orders", "products")
        if now[name] < LOST * before.get(name, 0)
    ]


@dataclass(frozen=True, slots=True)
class _Question:
    query: Query
    truth: frozenset[str]


def _questions(data: Dataset, asked: Cases) -> Iterator[_Question]:
    """Spell cases as a storefront would ask; pages of a category are left to the others."""
    if asked.within is not None:
        return
    step = max(len(asked) // _MOST_PER_LOCATION, 1)
    for row in range(0, len(asked), step):
        given = _ids(data, asked.given[row].indices.tolist())
        buyer = int(asked.shoppers[row])
        query = Query(
            location=asked.location,
            product=given[0] if asked.location == "product" else None,
            basket=given if asked.location in {"cart", "thank-you"} else (),
            customer=data.shopper_ids[buyer] if buyer >= 0 else None,
            limit=K,
        )
        yield _Question(query, frozenset(_ids(data, asked.truth[row].indices.tolist())))


def _ids(data: Dataset, items: Sequence[int]) -> tuple[str, ...]:
    return tuple(data.item_ids[item] for item in items)


def _quality(index: PublishedIndex, questions: Sequence[_Question]) -> NDArray[np.float64]:
    hits = np.zeros((len(questions), K), np.bool_)
    for row, question in enumerate(questions):
        picks = recommend(index, question.query, lambda _item: True)
        for place, pick in enumerate(picks):
            hits[row, place] = index.published.item_ids[pick.item] in question.truth
    truths = np.asarray([len(question.truth) for question in questions], np.int64)
    return np.asarray(ndcg(hits, truths), np.float64)
