"""Every strategy, the chosen blend and the stack of trees, asked what later orders held."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from app.engine.build import LOCATIONS
from app.engine.choose import TREES, choose
from app.engine.protocol import Row, answers, ask, cut, gain, questions, summed
from app.engine.registry import STRATEGIES
from app.engine.types import Anchor, Task
from app.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from app.engine.dataset import Dataset
    from app.engine.protocol import Figures, Questions
    from app.engine.recipe import Recipe
    from app.engine.types import Lists

BLEND, STACK = "blend", "stack (trees)"
BASELINE, CONTENT = "popular", "similar"
CURVE = (100, 300, 1_000, 3_000, 10_000)


class Verdict(StrEnum):
    """What the figures say of a strategy on the task that it names."""

    BASELINE = "what the others must beat"
    BEATS = "beats popularity"
    LOSES = "does not beat popularity"
    SILENT = "has nothing to go on here"


@dataclass(frozen=True, slots=True)
class Standing:
    """A strategy's NDCG on its task less that of popularity, on the same cases, with its error."""

    name: str
    task: Task
    gain: float
    error: float
    verdict: Verdict
    chosen: bool


@dataclass(frozen=True, slots=True)
class Point:
    """What a history of some orders makes of a task (shopper unknown): the blend, and its lists alone.

    ``over_content`` and ``over_best`` are how much more NDCG the blend has than content and than the best
    of its lists, each with the standard error of the difference.
    """

    orders: int
    task: Task
    blend: Row
    content: Row
    best: Row
    over_content: tuple[float, float]
    over_best: tuple[float, float]


@dataclass(frozen=True)
class Report:
    """What was asked of how many orders, and the figures; ``curve`` holds those of smaller histories."""

    learned_from: int
    asked_about: int
    products: int
    seed: int
    rows: tuple[Row, ...]
    standings: tuple[Standing, ...]
    curve: tuple[Point, ...]


@dataclass(frozen=True)
class _Fitted:
    """A recipe with what it learned from a history."""

    recipe: Recipe
    lists: Mapping[str, Lists]

    @classmethod
    def chosen(cls, past: Dataset, seed: int) -> _Fitted:
        """Choose a recipe and fit it."""
        recipe = choose(past, seed).recipe
        return cls(recipe, recipe.fit(past))

    def stacked(self, past: Dataset) -> _Fitted:
        """Let trees rank shoppers' lists, chosen or not."""
        trees = self.recipe.ranked.name
        if self.recipe.home.get(trees):
            return self
        recipe = self.recipe.weighing("home", {**self.recipe.home, trees: TREES})
        return _Fitted(recipe, recipe.fit(past))

    def weights(self, task: Task) -> Mapping[str, float]:
        """Give the blend that answers a task."""
        return self.recipe.blend(task.value if task.value in LOCATIONS else Task.HOME.value)

    def uses(self, name: str) -> bool:
        """Tell whether any page shows what a strategy says."""
        weighed = any(self.recipe.blend(location).get(name) for location in LOCATIONS)
        return weighed and name in self.lists and len(self.lists[name].items) > 0


def evaluate(
    data: Dataset, *, seed: int = 0, curve: bool = True, tell: Callable[[str], None] = lambda _step: None
) -> Report:
    """Learn from all but the last 28 days, ask about these. Raises Invalid where one of the two is empty.

    ``tell`` hears each step when it begins.
    """
    first = cut(data)
    if not 0 < first < data.orders:
        raise Invalid("there are not enough orders: 28 days to ask about, and some before them, are needed")
    past, asked = data.between(0, first), questions(data, first)
    tell(BLEND)
    blend = _Fitted.chosen(past, seed)
    rows = list(_blends(asked, blend, BLEND))
    tell(STACK)
    rows += _blends(asked, blend.stacked(past), STACK)
    standings, floor = [], _alone(asked, BASELINE, blend.lists[BASELINE])
    for name, make in STRATEGIES.items():
        tell(name)
        found = _alone(asked, name, blend.lists.get(name) or make().fit(past).lists())
        rows += found.rows(asked)
        standings.append(_standing(found, floor, asked, chosen=blend.uses(name)))
    return Report(
        learned_from=first,
        asked_about=data.orders - first,
        products=data.items,
        seed=seed,
        rows=tuple(rows),
        standings=tuple(standings),
        curve=tuple(_curve(asked, (past, blend), seed, tell)) if curve else (),
    )


@dataclass(frozen=True)
class _Alone:
    """What a strategy answers by itself, as the blend fitted it, else with its defaults."""

    name: str
    silent: bool
    figures: Mapping[Task, Mapping[tuple[str, bool], Figures]]

    def rows(self, asked: Sequence[Questions]) -> Iterator[Row]:
        """Sum up."""
        for each in asked:
            for (name, known), figures in self.figures[each.task].items():
                yield summed(each, name, figures, known_shoppers=known)

    def on(self, task: Task) -> Figures:
        """Give the figures of a task, those of unknown shoppers where there are both."""
        kinds = self.figures[task]
        return kinds[min(kinds)]


def _alone(asked: Sequence[Questions], name: str, lists: Lists) -> _Alone:
    ways = {name: {name: 1.0}}
    figures = {each.task: answers(each, {name: lists}, ways) for each in asked}
    return _Alone(name, not len(lists.items), figures)


def _standing(found: _Alone, floor: _Alone, asked: Sequence[Questions], *, chosen: bool) -> Standing:
    """Compare a strategy with popularity on the task that it names; more than one error better is better."""
    task = STRATEGIES[found.name]().task
    mine = next(each for each in asked if each.task is task)
    more, error = gain(mine, found.on(task), floor.on(task))
    verdict = Verdict.BEATS if more > error else Verdict.LOSES
    if found.silent:
        verdict = Verdict.SILENT
    if found.name == BASELINE:
        verdict = Verdict.BASELINE
    return Standing(found.name, task, more, error, verdict, chosen)


def _blends(asked: Sequence[Questions], fitted: _Fitted, name: str) -> Iterator[Row]:
    for each in asked:
        yield from ask(each, fitted.lists, {name: fitted.weights(each.task)})


def _curve(
    asked: Sequence[Questions],
    known: tuple[Dataset, _Fitted],
    seed: int,
    tell: Callable[[str], None],
) -> Iterator[Point]:
    """Ask about pages and carts after ever longer histories, each drawn anew by the same generator."""
    past, blend = known
    pages = [each for each in asked if each.task in {Task.PRODUCT, Task.CART}]
    for orders in (size for size in CURVE if size < past.orders):
        tell(f"{orders:,} orders")
        fitted = _Fitted.chosen(_some(past, orders), seed)
        yield from (_point(each, fitted, orders) for each in pages)
    yield from (_point(each, blend, past.orders) for each in pages)


def _point(asked: Questions, fitted: _Fitted, orders: int) -> Point:
    lists = {
        name: each
        for name, each in fitted.lists.items()
        if each.anchor is not Anchor.SHOPPER and len(each.items)
    }
    alone = {name: {name: 1.0} for name in lists}
    found = answers(asked, lists, {**alone, BLEND: fitted.weights(asked.task)})
    figures = {name: found[name, False] for name in (*alone, BLEND)}
    rows = {name: summed(asked, name, each, known_shoppers=False) for name, each in figures.items()}
    best = max(alone, key=lambda name: rows[name].ndcg)
    return Point(
        orders=orders,
        task=asked.task,
        blend=rows[BLEND],
        content=rows[CONTENT],
        best=rows[best],
        over_content=gain(asked, figures[BLEND], figures[CONTENT]),
        over_best=gain(asked, figures[BLEND], figures[best]),
    )


def _some(past: Dataset, orders: int) -> Dataset:
    """Draw some orders of a history."""
    kept = np.sort(np.random.default_rng(0).choice(past.orders, orders, replace=False))
    return replace(past, bought=past.bought[kept], times=past.times[kept], buyers=past.buyers[kept])
