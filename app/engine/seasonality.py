"""When a store sells: multipliers per month and week, of the store and of each category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.engine.affinity import UNIT
from app.engine.dataset import DAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

MONTHS, WEEKS = 12, 53
YEAR_DAYS = 365

PRIOR = (1.2, 1.2, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.3, 1.3, 1.3)
"""January to December, while a store has less than a year of orders: no more than a common expectation."""

DOUBT = 30.0
"""So many sales that follow the wider rhythm (category < store < none) hold back every multiplier."""

_WEEK_DAYS = 7
_AHEAD, _SPREAD = 10.0, 15.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``months`` (12,) and ``weeks`` (53,) multiply sales of an average day; 1 = as always."""

    months: NDArray[np.float64]
    weeks: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seasonality:
    """The store's rhythm and that of each category; ``learned`` False = the prior, for lack of a year."""

    learned: bool
    store: Rhythm
    categories: Mapping[str, Rhythm]

    def of(self, category: str) -> Rhythm:
        """Give the rhythm of a category, the store's where the category is not known."""
        return self.categories.get(category, self.store)


def learn(data: Dataset) -> Seasonality:
    """Learn when this store sells; nothing is assumed of its hemisphere or market once it has a year.

    A multiplier is ``(sold + d) / (expected + d)``: sales are items in orders, ``expected`` spreads all sales
    evenly over the days that were open (the store), or as the store's (a category, times the store's own
    multiplier), and ``d = DOUBT``. This is the mean of a Gamma-Poisson model with prior mean 1.
    """
    if not data.orders or data.times[-1] - data.times[0] < YEAR_DAYS * DAY:
        return Seasonality(False, prior(), {})
    months, weeks = months_of(data.times), weeks_of(data.times)
    days = np.arange(int(data.times[0]) // DAY, int(data.times[-1]) // DAY + 1) * DAY
    once, sold = np.ones(len(days)), data.sizes.astype(np.float64)
    by_month, by_week = _sums(months, sold, MONTHS), _sums(weeks, sold, WEEKS)
    store = Rhythm(
        multipliers(by_month, _sums(months_of(days), once, MONTHS)),
        multipliers(by_week, _sums(weeks_of(days), once, WEEKS)),
    )
    categories = {
        name: Rhythm(
            store.months * multipliers(_sums(months, mine, MONTHS), by_month),
            store.weeks * multipliers(_sums(weeks, mine, WEEKS), by_week),
        )
        for name, mine in _sold_by_category(data)
    }
    return Seasonality(True, store, categories)


def prior() -> Rhythm:
    """Give what is expected of a store of which less than a year is known."""
    firsts = np.arange(WEEKS) * _WEEK_DAYS * DAY  # weeks of any year; 1970 will do
    months = np.asarray(PRIOR)
    return Rhythm(months, months[np.minimum(months_of(firsts + 3 * DAY), MONTHS - 1)])


def multipliers(
    sold: NDArray[np.float64], exposure: NDArray[np.float64], doubt: float = DOUBT
) -> NDArray[np.float64]:
    """Compare sales with what even sales over ``exposure`` would be; 1 where there was no exposure."""
    total = float(exposure.sum())
    if total <= 0.0:
        return np.ones(len(sold))
    expected = float(sold.sum()) * exposure / total
    found: NDArray[np.float64] = np.where(exposure > 0.0, (sold + doubt) / (expected + doubt), 1.0)
    return found


def boost(seasons: Seasonality, category: str, second: int) -> float:
    """Give the multiplier of a category at a moment (seconds, UTC): its month and week in equal parts."""
    rhythm = seasons.of(category)
    at = np.asarray([second], np.int64)
    return float(np.sqrt(rhythm.months[months_of(at)[0]] * rhythm.weeks[weeks_of(at)[0]]))


def nearness(data: Dataset) -> NDArray[np.float64]:
    """Weigh each order of half a year ago and more by how near its day of the year is to the coming weeks.

    1 ten days after ``data.now`` in any year, falling off as a normal curve with a deviation of 15 days; in
    whole units.
    """
    ages = data.ages()
    off = (ages + _AHEAD + YEAR_DAYS / 2.0) % YEAR_DAYS - YEAR_DAYS / 2.0
    near = np.rint(np.exp(-0.5 * (off / _SPREAD) ** 2) * UNIT) / UNIT
    return np.where(ages > YEAR_DAYS / 2.0, near, 0.0)


def months_of(times: LongArray) -> LongArray:
    """Give the calendar month of each moment, 0-11 (UTC)."""
    return np.asarray(
        times.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % MONTHS, np.int64
    )


def weeks_of(times: LongArray) -> LongArray:
    """Give the week of the year of each moment: days 1-7 are week 0, the last one or two days week 52."""
    moments = times.astype("datetime64[s]")
    days = (moments.astype("datetime64[D]") - moments.astype("datetime64[Y]")).astype(np.int64)
    return np.asarray(days // _WEEK_DAYS, np.int64)


def _sold_by_category(data: Dataset) -> Sequence[tuple[str, NDArray[np.float64]]]:
    """Give for each category how many of its items each order holds."""
    labels = np.asarray(data.described.categories, dtype=object)
    found = []
    for name in sorted({label for label in data.described.categories if label}):
        marked = (labels == name).astype(np.float64)
        found.append((name, np.asarray(data.bought @ marked, np.float64).ravel()))
    return found


def _sums(places: LongArray, amounts: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    return np.asarray(np.bincount(places, weights=amounts, minlength=length), np.float64)
