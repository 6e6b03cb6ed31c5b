"""A shopper's next order, ranked by trees when lists are published: nothing is left to do at a request."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.evaluate import returning, split
from app.engine.lists import Hanging, cut
from app.engine.signals import Candidates, Signals
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.dataset import Dataset
    from app.engine.types import Lists, LongArray

_PARAMETERS = {
    "objective": "lambdarank",
    "learning_rate": 0.07,
    "max_bin": 63,
    "num_leaves": 15,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.7,
    "lambdarank_truncation_level": 20,
    "num_threads": 1,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
_CELLS = 60_000_000
FEWEST_LESSONS = 40
"""Trees need so many shoppers who came back."""


@dataclass(frozen=True)
class Lessons:
    """Shoppers who came back, and what they bought then (shoppers x items)."""

    who: LongArray
    truth: csr_matrix
    until: int = 0

    @classmethod
    def after(cls, data: Dataset, first: int, most: int) -> Lessons:
        """Read the orders numbered ``first`` and later, the latest ``most`` of them."""
        orders = returning(data, first)[-most:]
        return cls(data.buyers[orders], data.bought[orders], data.now)

    def part(self, chosen: NDArray[np.bool_]) -> Lessons:
        """Keep some of them."""
        return Lessons(self.who[chosen], self.truth[np.flatnonzero(chosen)], self.until)


@dataclass(frozen=True)
class Ranked(Tabled):
    """LambdaRank (Burges 2010) over a shopper's candidates; one model ranks all, one what he does not own.

    ``models`` are those of lessons that ended at ``until``; a history that ends earlier must not know them.
    Without models ``fit`` learns from the history's own last window.
    Half of a list is for what the shopper owns and half for what is new to him.
    """

    name: ClassVar[str] = "ranked"
    anchor: ClassVar[Anchor] = Anchor.SHOPPER
    reason: ClassVar[ReasonKind] = ReasonKind.FOR_YOU
    task: ClassVar[Task] = Task.NEW
    rounds: int = 80
    length: int = 120
    lessons: int = 1_000
    until: int = 0
    via: Mapping[str, Lists] = field(default_factory=dict)
    models: tuple[str, ...] = ()

    def fit(self, data: Dataset) -> Self:
        """Rank the candidates of the shoppers who came last."""
        taught = self if self.knows(data) else self.taught_by_itself(data)
        return taught.keeping(taught.ranks(data, _latest(data)))

    def knows(self, data: Dataset) -> bool:
        """Tell whether there are models that this history may know."""
        return bool(self.models) and data.now >= self.until

    def taught_by_itself(self, data: Dataset) -> Self:
        """Learn from the last window, seen from its beginning."""
        first = split(data)
        if first is None:
            return replace(self, models=())
        return self.taught(data.between(0, first), Lessons.after(data, first, self.lessons))

    def taught(self, past: Dataset, lessons: Lessons) -> Self:
        """Learn to foretell lessons from what was known before them; too few of them teach nothing."""
        if len(lessons.who) < FEWEST_LESSONS or not trees_grow():
            return replace(self, models=())
        return self.learned(Signals(past, self.via).candidates(lessons.who), lessons)

    def learned(self, found: Candidates, lessons: Lessons) -> Self:
        """Learn from the candidates of lessons."""
        bought = np.asarray(lessons.truth[found.seats, found.items]).ravel() > 0.0
        new = found.owned == 0
        if not bought[new].any():
            return replace(self, models=())
        with ThreadPoolExecutor(2) as two:
            models = two.map(_learned, (found, _some(found, new)), (bought, bought[new]), (self.rounds,) * 2)
        return replace(self, models=tuple(models), until=lessons.until)

    def ranks(self, data: Dataset, who: LongArray) -> Lists:
        """Give the lists of shoppers; the others' rows are empty, and so are all without models."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        if not self.models or not len(who):
            shape = (len(data.shopper_ids), data.items)
            return cut(csr_matrix(shape), self.length, Hanging(self.anchor, self.reason))
        return self.placed(Signals(data, self.via).candidates(who), who, data)

    def placed(self, found: Candidates, who: LongArray, data: Dataset) -> Lists:
        """Give the lists of shoppers from their candidates."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        with ThreadPoolExecutor(2) as two:
            scores = _merged(found, *two.map(_predicted, self.models, (found, found)))
        seats, items, worth = _placed(found, scores, self.length // 2)
        shape = (len(data.shopper_ids), data.items)
        lists = csr_matrix((worth, (who[seats], items)), shape=shape)
        return cut(lists, self.length, Hanging(self.anchor, self.reason))


def trees_grow() -> bool:
    """Tell whether LightGBM can be used: on a machine without the OpenMP library it cannot be loaded."""
    try:
        import lightgbm  # noqa: F401, PLC0415  a web process never learns
    except (ImportError, OSError):
        return False
    return True


def _learned(found: Candidates, bought: NDArray[np.bool_], rounds: int) -> str:
    """Train trees, one group a shopper; gives their text."""
    import lightgbm  # noqa: PLC0415  a web process never learns

    groups = np.unique(found.seats, return_counts=True)[1]
    rows = lightgbm.Dataset(found.numbers, bought.astype(np.int32), group=groups)
    model: str = lightgbm.train(_PARAMETERS, rows, rounds).model_to_string()
    return model


def _predicted(model: str, found: Candidates) -> NDArray[np.float64]:
    import lightgbm  # noqa: PLC0415  a web process never learns

    return np.asarray(lightgbm.Booster(model_str=model).predict(found.numbers, num_threads=1), np.float64)


def _some(found: Candidates, chosen: NDArray[np.bool_]) -> Candidates:
    return Candidates(found.seats[chosen], found.items[chosen], found.owned[chosen], found.numbers[chosen])


def _merged(
    found: Candidates, overall: NDArray[np.float64], among_new: NDArray[np.float64]
) -> NDArray[np.float64]:
    """New items keep the places that the first model gives them; the second says which of them gets which."""
    new = np.flatnonzero(found.owned == 0)
    merged = overall.copy()
    by_place = np.lexsort((found.items[new], -overall[new], found.seats[new]))
    by_choice = np.lexsort((found.items[new], -among_new[new], found.seats[new]))
    merged[new[by_choice]] = overall[new[by_place]]
    return merged


def _placed(
    found: Candidates, scores: NDArray[np.float64], each: int
) -> tuple[LongArray, LongArray, NDArray[np.float64]]:
    """Keep the best ``each`` owned and new ones of a shopper; scores become even steps from 1 down."""
    order = np.lexsort((found.items, -scores, found.owned, found.seats))
    keys = found.seats[order] * 2 + found.owned[order]
    kept = np.sort(order[_places(keys) < each])
    order = kept[np.lexsort((found.items[kept], -scores[kept], found.seats[kept]))]
    worth = 1.0 - _places(found.seats[order]) / (2.0 * each)
    return found.seats[order], found.items[order], worth


def _places(keys: LongArray) -> LongArray:
    """Number the entries of each run of equal keys from 0."""
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    places: LongArray = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys))))
    return places


def _latest(data: Dataset) -> LongArray:
    """Give the shoppers who came last, as many as can be afforded, by number."""
    known = data.buyers[data.buyers >= 0]
    last = np.unique(known[::-1], return_index=True)
    newest = last[0][np.argsort(last[1], kind="stable")]
    return np.sort(newest[: max(_CELLS // max(data.items, 1), 1)])
