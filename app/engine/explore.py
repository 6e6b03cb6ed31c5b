"""Exploration with exact propensities: a small share of slates samples its slots."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import exp
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random


POOL = 24
"""How many candidates may be drawn from."""


@dataclass(frozen=True, slots=True)
class Explore:
    """With probability ``share`` a slate is drawn by Plackett-Luce over its best ``pool`` candidates.

    The strength of a candidate is ``exp(score / best score / temperature)``: a small temperature stays near
    the greedy order, a large one approaches a shuffle.
    """

    rng: Random
    share: float = 0.02
    pool: int = POOL
    temperature: float = 0.25

    def turn(self) -> bool:
        """Tell whether this slate is drawn."""
        return self.rng.random() < self.share

    def __post_init__(self) -> None:
        """Refuse odds that are no odds."""
        if not 0.0 <= self.share <= 1.0 or self.pool < 1 or self.temperature <= 0.0:
            message = "exploration needs 0 <= share <= 1, pool >= 1 and temperature > 0"
            raise ValueError(message)


class Path(NamedTuple):
    """The slots chosen so far, as positions in the greedy order, and the odds of each."""

    positions: list[int]
    odds: list[float]


def strengths(scores: Sequence[float], temperature: float) -> list[float]:
    """Plackett-Luce strengths of candidates, in (0, 1]; equal where no candidate has a positive score."""
    best = max(scores, default=0.0)
    if best <= 0.0:
        return [1.0] * len(scores)
    steep, least = 1.0 / (best * temperature), exp(-1.0 / temperature)
    return [exp(score * steep - 1.0 / temperature) if score > 0.0 else least for score in scores]


def greedy(length: int) -> Path:
    """Give the greedy order of ``length`` candidates, each certain."""
    return Path(list(range(length)), [1.0] * length)


def choose(scores: Sequence[float], limit: int, explore: Explore) -> Path:
    """Choose ``limit`` of the candidates whose scores are given best first.

    The odds of slot k are ``P(first k slots) / P(first k - 1 slots)`` under the mixture of the greedy order
    (probability ``1 - share``) and Plackett-Luce (``share``): their product is the probability of the slate.
    """
    weights = strengths(scores, explore.temperature)
    if explore.turn():
        return sampled(weights, limit, explore)
    return Path(list(range(min(limit, len(weights)))), greedy_odds(weights, limit, explore.share))


def greedy_odds(weights: Sequence[float], limit: int, share: float) -> list[float]:
    """Give the odds of each of the first ``limit`` candidates, where each is the best that is left."""
    left = list(accumulate(reversed(weights)))  # what is left before slot k is left[-1 - k]
    luce, odds = share, []
    for slot, weight in enumerate(weights[:limit]):
        before = 1.0 - share + luce
        luce *= weight / left[-1 - slot]
        odds.append((1.0 - share + luce) / before)
    return odds


def sampled(weights: Sequence[float], limit: int, explore: Explore) -> Path:
    """Draw a slate whose turn it is."""
    remaining = list(range(len(weights)))
    path = Path([], [])
    best, luce = 1.0 - explore.share, explore.share
    for slot in range(min(limit, len(weights))):
        total = sum(weights[position] for position in remaining)
        position = _draw(remaining, weights, total, explore.rng)
        before = best + luce
        luce *= weights[position] / total
        best = best if position == slot else 0.0
        path.positions.append(position)
        path.odds.append((best + luce) / before)
        remaining.remove(position)
    return path


def _draw(remaining: Sequence[int], weights: Sequence[float], total: float, rng: Random) -> int:
    """Give one of ``remaining`` with probability proportional to its weight."""
    mark = rng.random() * total
    for position in remaining:
        mark -= weights[position]
        if mark < 0.0:
            return position
    return remaining[-1]
