"""What counts of orders say about a rule A -> B: its measures, its significance, and a score to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DOUBT = 2.0
"""So many orders that hold both by chance alone are added before a rule is scored."""

_TINY = 1e-15

FALSE_DISCOVERIES = 0.05
"""At most this share of the rules that are kept is expected to be due to chance."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of ``total`` orders, how many hold A, B and both; one entry per rule."""

    both: NDArray[np.float64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    total: int

    def __getitem__(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Counts:
        """Keep some of the rules."""
        return Counts(self.both[chosen], self.first[chosen], self.second[chosen], self.total)

    def __len__(self) -> int:
        """Number of rules."""
        return len(self.both)

    @property
    def chance(self) -> NDArray[np.float64]:
        """Give the orders with both, were A and B independent."""
        return self.first * self.second / max(self.total, 1)

    def support(self) -> NDArray[np.float64]:
        """P(A,B)."""
        return self.both / max(self.total, 1)

    def confidence(self) -> NDArray[np.float64]:
        """P(B given A)."""
        return _over(self.both, self.first)

    def lift(self) -> NDArray[np.float64]:
        """P(A,B) / (P(A) P(B)), 0 where A or B never came."""
        return _over(self.both, self.chance)

    def leverage(self) -> NDArray[np.float64]:
        """P(A,B) - P(A) P(B)."""
        return (self.both - self.chance) / max(self.total, 1)

    def conviction(self) -> NDArray[np.float64]:
        """Give (1 - P(B)) / (1 - confidence), infinite where every order with A holds B."""
        with np.errstate(divide="ignore", invalid="ignore"):
            told: NDArray[np.float64] = (1.0 - self.second / max(self.total, 1)) / (1.0 - self.confidence())
        return np.where(np.isfinite(told), told, np.inf)


def score(counts: Counts) -> NDArray[np.float64]:
    """Affinity of A and B, 0 (no more than chance) to 100 (never one without the other), symmetric.

    ``100 * ln(l) / -ln(s)`` with lift ``l = (both + d) / (chance + d)`` and support
    ``s = (both + d) / (total + d)``, cut to 0..100: normalised pointwise mutual information (Bouma 2009,
    "Normalized (pointwise) mutual information in collocation extraction"), where ``d = DOUBT`` orders by
    chance hold back thin evidence.
    """
    lift = (counts.both + DOUBT) / (counts.chance + DOUBT)
    support = np.minimum((counts.both + DOUBT) / (counts.total + DOUBT), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.log(lift) / -np.log(support)
    return 100.0 * np.clip(np.where(support < 1.0, share, 0.0), 0.0, 1.0)


def surprise(counts: Counts) -> NDArray[np.float64]:
    """Log-likelihood ratio G2 of A and B against independence, 0 where they come less than by chance.

    Dunning (1993), "Accurate methods for the statistics of surprise and coincidence"; chi-squared with one
    degree of freedom. Cheap, so it screens all pairs before the exact test.
    """
    both, first, second = counts.both, counts.first, counts.second
    cells = (both, first - both, second - both, counts.total - first - second + both)
    rest_first, rest_second = counts.total - first, counts.total - second
    ways = (first * second, first * rest_second, rest_first * second, rest_first * rest_second)
    told = 2.0 * sum(
        _entropy(cell, way / max(counts.total, 1)) for cell, way in zip(cells, ways, strict=True)
    )
    return np.where(both > counts.chance, told, 0.0)


def p_values(counts: Counts) -> NDArray[np.float64]:
    """Fisher's exact test, one-sided: the odds that chance alone brings A and B together this often.

    P(X >= both) for X hypergeometric: ``first`` orders drawn from ``total``, ``second`` of which hold B.
    """
    from scipy.special import gammaln  # noqa: PLC0415  a web process never learns

    both, first, second = counts.both, counts.first, counts.second
    neither = counts.total - first - second

    def chosen(whole: NDArray[np.float64], part: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(gammaln(whole + 1) - gammaln(part + 1) - gammaln(whole - part + 1), np.float64)

    at = np.maximum(both, np.maximum(-neither, 0.0))  # fewer than this cannot be
    whole = np.full_like(both, counts.total)
    logs = chosen(first, at) + chosen(whole - first, second - at) - chosen(whole, second)
    term = np.exp(logs)
    total = term.copy()
    while True:
        step = (first - at) * (second - at) / ((at + 1.0) * (neither + at + 1.0))
        term = term * step
        total += term
        at = at + 1.0
        if not ((term > _TINY * total) | (step > 1.0)).any():
            return np.clip(total, 0.0, 1.0)


def discoveries(
    p_values: NDArray[np.float64], tests: int, rate: float = FALSE_DISCOVERIES
) -> NDArray[np.bool_]:
    """Mark the rules that stand after ``tests`` tests, with false discoveries held below ``rate``.

    Benjamini and Hochberg (1995), "Controlling the false discovery rate". Tests of which no p-value is given
    count as failed, which errs on the strict side.
    """
    order = np.argsort(p_values, kind="stable")
    bars = rate * np.arange(1, len(order) + 1) / max(tests, len(order), 1)
    below = np.flatnonzero(p_values[order] <= bars)
    kept = np.zeros(len(order), np.bool_)
    if len(below):
        kept[order[: below[-1] + 1]] = True
    return kept


def _entropy(seen: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        told: NDArray[np.float64] = seen * np.log(seen / expected)
    return np.where(seen > 0.0, told, 0.0)


def _over(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)
    return found
