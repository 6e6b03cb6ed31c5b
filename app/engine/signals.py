"""What is known about shoppers and items before trees weigh it: one row of numbers a candidate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from app.engine import seasonality, segments
from app.engine.affinity import confidence, mass, order_weights
from app.engine.lists import matrix
from app.engine.shoppers import habits, likeness

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import FloatArray, Lists, LongArray

_CELLS = 1_500_000
_NEAREST = 40
"""So many candidates of each kind: bought before, foretold, bought by the like-minded, selling now."""

_TRENDS = (3.0, 7.0, 14.0, 30.0, 90.0)


@dataclass(frozen=True, slots=True)
class Candidates:
    """One row a candidate: whose it is (place in what was asked), the item, whether owned, its numbers."""

    seats: LongArray
    items: LongArray
    owned: LongArray
    numbers: FloatArray

    def of(self, chosen: NDArray[np.bool_]) -> Candidates:
        """Keep the candidates of some of those asked, who move up."""
        kept = chosen[self.seats]
        seats = (np.cumsum(chosen) - 1)[self.seats[kept]]
        return Candidates(seats, self.items[kept], self.owned[kept], self.numbers[kept])


@dataclass(frozen=True)
class Signals:
    """A history, seen from its end; ``via`` are item lists that foretell."""

    data: Dataset
    via: Mapping[str, Lists]

    def candidates(self, who: LongArray) -> Candidates:
        """Give the candidates of shoppers, a block of them at a time."""
        step = max(_CELLS // max(self.data.items, 1), 1)
        parts = [self._block(who[first : first + step], first) for first in range(0, len(who), step)]
        return Candidates(
            np.concatenate([part.seats for part in parts]),
            np.concatenate([part.items for part in parts]),
            np.concatenate([part.owned for part in parts]),
            np.concatenate([part.numbers for part in parts]),
        )

    def _block(self, who: LongArray, first: int) -> Candidates:
        habit = self._habits[who]
        strongest = [habit.toarray().astype(np.float32)]
        strongest += [np.asarray((habit @ link).toarray(), np.float32) for link in self._links]
        strongest.append(likeness(self._habits, who))
        wanted = np.zeros(strongest[0].shape, np.bool_)
        for score in (*strongest, np.broadcast_to(self._trends[2], wanted.shape)):
            wanted |= _strongest(score)
        seats, items = np.nonzero(wanted)
        ever, lately = self._ever[who], self._lately[who]
        columns = [score[seats, items] for score in strongest]
        columns += [np.asarray(seen[seats, items]).ravel() for seen in (ever, lately)]
        columns += [trend[items] for trend in (*self._trends, *self._seasons)]
        columns += [steps[who][seats] for steps in self._steps]
        columns.append(self._order_counts[who][seats].astype(np.float32))
        numbers = np.stack(columns, axis=1).astype(np.float32)
        return Candidates(seats + first, items, (numbers[:, 0] > 0.0).astype(np.int64), numbers)

    @cached_property
    def _links(self) -> list[csr_matrix]:
        """Items x items, what each foretells; co-occurrence where nothing else is given."""
        if not self.via:
            return [confidence(self.data, order_weights(self.data, 0.5, 60.0), 5.0)]
        return [matrix(lists, self.data.items) for lists in self.via.values()]

    @cached_property
    def _habits(self) -> csr_matrix:
        return habits(self.data, 120.0, 2.0)

    @cached_property
    def _lately(self) -> csr_matrix:
        return habits(self.data, 30.0, 2.0)

    @cached_property
    def _ever(self) -> csr_matrix:
        return habits(self.data, 1e6, 0.0)

    @cached_property
    def _trends(self) -> list[FloatArray]:
        return list(self._trend())

    def _trend(self) -> Iterator[FloatArray]:
        for half_life in _TRENDS:
            sold = mass(self.data, order_weights(self.data, 0.0, half_life))
            best = max(float(sold.max(initial=0.0)), float(np.finfo(np.float32).tiny))
            yield (sold / best).astype(np.float32)

    @cached_property
    def _seasons(self) -> list[FloatArray]:
        """For each item: how its category sells at this time of the year, and what it sold then in others."""
        seasons, categories = seasonality.learn(self.data), self.data.described.categories
        now = {name: seasonality.boost(seasons, name, self.data.now) for name in set(categories)}
        past = mass(self.data, seasonality.nearness(self.data))
        best = max(float(past.max(initial=0.0)), float(np.finfo(np.float32).tiny))
        return [np.asarray([now[name] for name in categories], np.float32), (past / best).astype(np.float32)]

    @cached_property
    def _steps(self) -> list[FloatArray]:
        """For each shopper: recency, frequency and money, each from 1 to 5; money by list prices."""
        spent = np.asarray(self.data.bought @ self.data.priced()).ravel()
        scored = segments.score(segments.customers(self.data, spent))
        return [steps.astype(np.float32) for steps in (scored.recency, scored.frequency, scored.money)]

    @cached_property
    def _order_counts(self) -> LongArray:
        known = self.data.buyers[self.data.buyers >= 0]
        return np.bincount(known, minlength=len(self.data.shopper_ids)).astype(np.int64)


def _strongest(scores: FloatArray) -> NDArray[np.bool_]:
    """Mark the strongest positive scores of each row."""
    kept = min(_NEAREST, scores.shape[1])
    bars = np.partition(scores, scores.shape[1] - kept, axis=1)[:, scores.shape[1] - kept]
    marked: NDArray[np.bool_] = (scores >= bars[:, None]) & (scores > 0.0)
    return marked
