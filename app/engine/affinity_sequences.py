"""What shoppers buy next: A in one order, B in the next one of the same shopper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.engine.affinity_measures import Counts, discoveries, p_values, score, surprise
from app.engine.affinity_rules import FEWEST, RuleKind, Rules, strongest
from app.engine.dataset import DAY
from app.engine.pairs import baskets

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

GAP_DAYS = 90
"""An order later than this does not follow from the one before."""

SEQUENCES = 6
"""So many sequential rules are kept per item."""

_MOST_STEPS = 200_000
_SURPRISING = 6.63  # as for pairs: the exact test sees what passes this


@dataclass(frozen=True, slots=True)
class Steps:
    """Pairs of successive orders: ``before`` holds all of the first, ``after`` what is new in the second."""

    before: csr_matrix
    after: csr_matrix
    days: NDArray[np.float64]

    def __len__(self) -> int:
        """Number of steps."""
        return len(self.days)


def steps(data: Dataset, *, gap_days: int = GAP_DAYS) -> Steps:
    """Give each known shopper's successive orders that are at most ``gap_days`` apart; the newest 200,000."""
    by_shopper = np.argsort(data.buyers, kind="stable")
    first, then = by_shopper[:-1], by_shopper[1:]
    days = (data.times[then] - data.times[first]) / DAY
    same = (data.buyers[first] == data.buyers[then]) & (data.buyers[first] >= 0) & (days <= gap_days)
    kept = np.flatnonzero(same)
    kept = kept[np.argsort(then[kept], kind="stable")][-_MOST_STEPS:]
    held = baskets(data.bought)
    before, second = held[first[kept]], held[then[kept]]
    after = second - second.multiply(before)
    after.eliminate_zeros()
    return Steps(before.tocsr(), after.tocsr(), days[kept])


def sequential_rules(data: Dataset, *, gap_days: int = GAP_DAYS) -> Rules:
    """Find rules "A, then B": B follows A more than it follows other orders, and than A follows B.

    Counted over steps (see ``steps``): both = steps from an order with A to one that newly holds B. A rule
    stands if Fisher's test finds more than chance (false discovery rate 5 % over all ordered pairs) and a
    fair coin, thrown ``A then B`` + ``B then A`` times, favours A first so clearly at most once in twenty.
    """
    walked = steps(data, gap_days=gap_days)
    firsts, seconds, both, back = _followed(walked)
    totals = (_sums(walked.before), _sums(walked.after))
    counts = Counts(both, totals[0][firsts], totals[1][seconds], len(walked))
    odds = np.ones(len(both))
    screened = np.flatnonzero((surprise(counts) >= _SURPRISING) & _one_way(both, back))
    odds[screened] = p_values(counts[screened])
    tests = int((totals[0] > 0).sum()) * int((totals[1] > 0).sum())
    stands = np.flatnonzero(discoveries(odds, tests))
    chosen = stands[strongest(firsts[stands], score(counts[stands]), SEQUENCES)]
    pairs = (firsts[chosen], seconds[chosen])
    return Rules(
        RuleKind.SEQUENTIAL,
        [(first,) for first in pairs[0].tolist()],
        pairs[1],
        counts[chosen],
        odds[chosen],
        _gaps(walked, *pairs, both[chosen]),
    )


def _followed(walked: Steps) -> tuple[LongArray, LongArray, NDArray[np.float64], NDArray[np.float64]]:
    """Give the ordered pairs that enough steps hold: A, B, steps from A to B, steps from B to A."""
    whole = (walked.before.T @ walked.after).tocsr()
    whole.sort_indices()
    firsts = np.repeat(np.arange(whole.shape[0], dtype=np.int64), np.diff(whole.indptr))
    seconds = whole.indices.astype(np.int64)
    enough = (whole.data >= FEWEST) & (firsts != seconds)
    firsts, seconds, forth = firsts[enough], seconds[enough], whole.data[enough]
    back = np.asarray(whole[seconds, firsts]).ravel() if len(firsts) else np.zeros(0)
    return firsts, seconds, np.asarray(forth, np.float64), np.asarray(back, np.float64)


def _one_way(forth: NDArray[np.float64], back: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark where ``forth`` of ``forth + back`` throws is more than a fair coin gives (5 %)."""
    from scipy.special import betainc  # noqa: PLC0415  a web process never learns

    odds = betainc(np.maximum(forth, 1.0), back + 1.0, 0.5)  # the binomial's upper tail
    return np.asarray(odds <= 0.05, np.bool_)  # noqa: PLR2004  the usual bar


def _gaps(
    walked: Steps, firsts: LongArray, seconds: LongArray, both: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean days between A and B of each rule."""
    from scipy.sparse import csr_matrix, diags  # noqa: PLC0415  a web process never learns

    if not len(firsts):
        return np.zeros(0)
    days = csr_matrix(walked.before.T @ diags(walked.days) @ walked.after)
    return np.asarray(days[firsts, seconds]).ravel() / both


def _sums(held: csr_matrix) -> NDArray[np.float64]:
    return np.asarray(held.sum(axis=0), np.float64).ravel()
