"""Confidence that keeps its word: of all pairs told "30 %", 30 % of the later orders hold both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.engine.affinity import mass, order_weights
from app.engine.affinity_rules import pair_rules
from app.engine.dataset import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.engine.affinity_rules import Rules
    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

HALF_LIFE = 45.0
SHRINK = 5.0
"""Half-life (days) of an order, and how many average orders hold back the confidence of a rare anchor."""

WINDOW_DAYS = 14
"""Rules found before the last days of the history are held against these days. A season moves on quickly."""

FEWEST_OUTCOMES = 500
"""Below this many outcomes the estimate is left as it is."""

BINS = 10
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Of ``asked`` orders with the anchor, ``held`` also held the item; one entry per pair."""

    held: NDArray[np.float64]
    asked: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising curve from estimates to what came true, straight between its points; none = leave as it is."""

    told: NDArray[np.float64]
    true: NDArray[np.float64]

    def apply(self, told: NDArray[np.float64]) -> NDArray[np.float64]:
        """Correct estimates; the result is within 0..1."""
        if not len(self.told):
            return np.clip(told, 0.0, 1.0)
        return np.clip(np.interp(told, self.told, self.true), 0.0, 1.0)


def estimate(data: Dataset, firsts: LongArray, seconds: LongArray) -> NDArray[np.float64]:
    """P(an order with the first item holds the second), before calibration.

    Beta-binomial mean over orders that fade with their age: ``(both + s m) / (first + s)``, where ``s`` is
    ``SHRINK`` and ``m`` the mean confidence of the pairs asked for.
    """
    if not data.orders or not len(firsts):
        return np.zeros(len(firsts))
    weights = order_weights(data, 0.0, HALF_LIFE)
    both, first = _both(data, weights, firsts, seconds), mass(data, weights)[firsts]
    mean = both.sum() / first.sum() if first.sum() > 0.0 else 0.0
    found: NDArray[np.float64] = (both + SHRINK * mean) / (first + SHRINK)
    return found


def outcomes(later: Dataset, firsts: LongArray, seconds: LongArray) -> Outcomes:
    """Count what became of each pair in later orders."""
    ones = np.ones(later.orders)
    return Outcomes(_both(later, ones, firsts, seconds), mass(later, ones)[firsts])


def fit(told: NDArray[np.float64], found: Outcomes) -> Calibration:
    """Fit the rising curve nearest to the outcomes, in squares weighted by the orders asked.

    Isotonic regression by pooling adjacent violators (Zadrozny and Elkan 2002, "Transforming classifier
    scores into accurate multiclass probability estimates").
    """
    from scipy.optimize import isotonic_regression  # noqa: PLC0415  a web process never learns

    asked = np.flatnonzero(found.asked > 0.0)
    if found.asked.sum() < FEWEST_OUTCOMES:
        return Calibration(np.zeros(0), np.zeros(0))
    order = asked[np.argsort(told[asked], kind="stable")]
    shares = found.held[order] / found.asked[order]
    curve = np.asarray(isotonic_regression(shares, weights=found.asked[order]).x, np.float64)
    return Calibration(told[order], curve)


@dataclass(frozen=True)
class Promises:
    """What was told of pairs from the orders ``before`` the last days, and what became of them in these."""

    before: Dataset
    told: NDArray[np.float64]
    found: Outcomes


def promises(data: Dataset) -> Promises | None:
    """Find rules without the last days, and hold them against these; None where either are missing."""
    first = int(np.searchsorted(data.times, data.now - WINDOW_DAYS * DAY))
    if not 0 < first < data.orders:
        return None
    before, later = data.parted(first)
    firsts, seconds = pairs_of(pair_rules(before))
    return Promises(before, estimate(before, firsts, seconds), outcomes(later, firsts, seconds))


def calibrate(made: Promises | None) -> Calibration:
    """Learn what the estimates were worth."""
    return fit(made.told, made.found) if made else Calibration(np.zeros(0), np.zeros(0))


def pairs_of(rules: Sequence[Rules]) -> tuple[LongArray, LongArray]:
    """Give the pairs of several kinds of rules, each once."""
    found = {
        (first, second)
        for each in rules
        for first, second in zip(each.firsts.tolist(), each.consequents.tolist(), strict=True)
    }
    table = np.asarray(sorted(found), np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def calibration_error(told: NDArray[np.float64], found: Outcomes) -> float:
    """Expected calibration error: mean distance of promise and truth over ten equal bins, by orders asked.

    Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning".
    """
    places = np.minimum((told * BINS).astype(np.int64), BINS - 1)
    promised = np.bincount(places, weights=told * found.asked, minlength=BINS)
    held = np.bincount(places, weights=found.held, minlength=BINS)
    return float(np.abs(promised - held).sum() / max(found.asked.sum(), 1.0))


def brier_skill(told: NDArray[np.float64], found: Outcomes) -> float:
    """Tell how much less squared error than always saying the base rate: 1 - Brier / (b (1 - b)).

    The base rate ``b`` is the one of these very outcomes, known only afterwards: a strict opponent.
    """
    asked = max(float(found.asked.sum()), 1.0)
    base = float(found.held.sum()) / asked
    squares = found.held * (1.0 - told) ** 2 + (found.asked - found.held) * told**2
    opponent = base * (1.0 - base)
    return 1.0 - float(squares.sum()) / asked / opponent if opponent > 0.0 else 0.0


def _both(
    data: Dataset, weights: NDArray[np.float64], firsts: LongArray, seconds: LongArray
) -> NDArray[np.float64]:
    """Sum the weights of the orders that hold both items of each pair."""
    found = np.zeros(len(firsts))
    for start in range(0, len(firsts), _CHUNK):
        part = slice(start, start + _CHUNK)
        held = data.buyers_of[firsts[part]].multiply(data.buyers_of[seconds[part]])
        found[part] = np.asarray(held.tocsr() @ weights).ravel()
    return found
