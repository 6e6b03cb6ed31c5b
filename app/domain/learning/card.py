"""The model card: what a version would show, to how much of the shop, and how that differs from before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from app.engine import calibration
from app.engine.pipeline import PublishedIndex, Query, recommend

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from app.engine.calibration import Promises
    from app.engine.dataset import Dataset
    from app.engine.types import Published

SLOTS = 12
FEW_ORDERS = 5
"""A product in fewer orders than this is called cold."""

_PAGES, _PAGES_COMPARED = 2_000, 500
_PATIENCE = 0.9


@dataclass(frozen=True, slots=True)
class Exposure:
    """Who gets the slots of the product pages.

    ``coverage``: share of the catalog in any of them. ``gini``: 0 = every product equally often, 1 = one has
    all. ``top_share``: share of the slots with the best-selling 1 % of the catalog. ``cold_share``: share of
    the catalog that nobody bought yet. ``cold_slots``: share of slots with products of fewer than 5 orders.
    """

    pages: int
    coverage: float
    gini: float
    top_share: float
    cold_share: float
    cold_slots: float


@dataclass(frozen=True, slots=True)
class Drift:
    """Against what was served before, on the same product pages: 1 = the same lists.

    ``overlap`` is the mean share of common products among the first 12, ``rbo`` their rank-biased overlap
    (Webber, Moffat, Zobel 2010; p = .9, cut at 12 and scaled to 1).
    """

    version: str
    pages: int
    overlap: float
    rbo: float


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What promised probabilities of pairs were worth in the last two weeks, of which nothing was known.

    ``error`` is the expected calibration error, ``skill`` the Brier skill over the base rate (0 = no better).
    """

    pairs: int
    error: float
    skill: float


def calibrated(made: Promises | None) -> Calibrated | None:
    """See what came in the last two weeks of what the orders before promised; None where these are few."""
    if made is None:
        return None
    curve = calibration.calibrate(calibration.promises(made.before))
    if not len(curve.told) or made.found.asked.sum() < calibration.FEWEST_OUTCOMES:
        return None
    told = curve.apply(made.told)
    return Calibrated(
        pairs=len(told),
        error=_rounded(calibration.calibration_error(told, made.found)),
        skill=_rounded(calibration.brier_skill(told, made.found)),
    )


def exposure(data: Dataset, published: Published) -> Exposure:
    """Ask for the product pages, up to 2,000 of them spread evenly from best seller to slow seller."""
    index = PublishedIndex(published)
    pages = range(0, data.items, _every(data.items, _PAGES))
    shown = np.zeros(data.items, np.int64)
    for page in pages:
        for item in _numbers(index, data.item_ids[page]):
            shown[item] += 1
    sold = np.asarray(data.bought.sum(axis=0)).ravel() if data.items else np.zeros(0)
    slots = max(int(shown.sum()), 1)
    best = np.argsort(-sold, kind="stable")[: max(data.items // 100, 1)]
    return Exposure(
        pages=len(pages),
        coverage=_share(shown > 0),
        gini=gini(shown),
        top_share=_rounded(shown[best].sum() / slots),
        cold_share=_share(sold == 0),
        cold_slots=_rounded(shown[sold < FEW_ORDERS].sum() / slots),
    )


def drift(version: str, before: Published, after: Published) -> Drift:
    """Compare the product pages that both know, up to 500."""
    old, new = PublishedIndex(before), PublishedIndex(after)
    common = [item for item in after.item_ids if item in old.items]
    pages = common[:: _every(len(common), _PAGES_COMPARED)]
    lists = [(_names(old, page), _names(new, page)) for page in pages]
    overlaps = [len(set(one) & set(two)) / max(len(one), len(two), 1) for one, two in lists]
    ranked = [rank_biased_overlap(one, two) for one, two in lists]
    if not lists:
        return Drift(version, 0, 0.0, 0.0)
    return Drift(version, len(pages), _rounded(np.mean(overlaps)), _rounded(np.mean(ranked)))


def gini(counts: NDArray[np.int64]) -> float:
    """Give the Gini coefficient of counts, 0 where there is nothing to share out."""
    total, size = int(counts.sum()), len(counts)
    if not total:
        return 0.0
    ranked = np.sort(counts)
    weighed = float((np.arange(1, size + 1) * ranked).sum())
    return _rounded(2.0 * weighed / (size * total) - (size + 1) / size)


def rank_biased_overlap(one: Sequence[str], two: Sequence[str]) -> float:
    """Give 1 for the same list and 0 for nothing in common; the front counts more."""
    depth = max(len(one), len(two))
    if not depth:
        return 1.0
    weights = [_PATIENCE**place for place in range(depth)]
    agreed = [len({*one[: place + 1]} & {*two[: place + 1]}) / (place + 1) for place in range(depth)]
    return sum(map(float.__mul__, weights, agreed)) / sum(weights)


def _numbers(index: PublishedIndex, product: str) -> list[int]:
    query = Query("product", product, (), None, SLOTS)
    return [pick.item for pick in recommend(index, query, lambda _item: True)]


def _names(index: PublishedIndex, product: str) -> list[str]:
    return [index.published.item_ids[item] for item in _numbers(index, product)]


def _every(size: int, most: int) -> int:
    """Give the step that takes at most ``most`` of ``size``, evenly."""
    return max(-(-size // most), 1)


def _share(marked: NDArray[np.bool_]) -> float:
    return _rounded(marked.mean()) if len(marked) else 0.0


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 6)


@dataclass(frozen=True, slots=True)
class Row:
    """One way to answer the cases of a location, as ``Measured``, with the standard errors of its means."""

    location: str
    name: str
    known_shoppers: bool
    cases: int
    hit_rate: float
    ndcg: float
    hit_rate_error: float = 0.0
    ndcg_error: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it was found worse than the version ``against`` which it stood, and by which mean NDCG@12."""

    worse: bool = False
    note: str = ""
    against: str | None = None
    cases: int = 0
    served: float = 0.0
    candidate: float = 0.0
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What the training took, and the size of what is served. Alone among the figures these vary.

    ``cpu_seconds`` are those of the process, which a busy machine does not stretch.
    """

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    snapshot_mb: float = 0.0


@dataclass(frozen=True, slots=True)
class Card:
    """All that a version says of itself; what an older version did not yet tell is empty."""

    orders: int = 0
    products: int = 0
    shoppers: int = 0
    lines: int = 0
    validation: tuple[str, ...] = ()
    measured: tuple[Row, ...] = ()
    exposure: Exposure | None = None
    drift: Drift | None = None
    calibration: Calibrated | None = None
    verdict: Verdict | None = None
    cost: Cost | None = None
    missing: tuple[str, ...] = ()


def read(metrics: Mapping[str, object]) -> Card:
    """Read the figures of a version."""
    return msgspec.convert(dict(metrics), Card)
