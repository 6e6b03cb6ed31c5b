"""Which strategies a store uses, with which numbers, and how each location blends their lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from app.engine.evaluate import split
from app.engine.lists import joined
from app.engine.strategies.alsoviewed import AlsoViewed
from app.engine.strategies.content import Content
from app.engine.strategies.cooccurrence import Cooccurrence
from app.engine.strategies.discover import Discover
from app.engine.strategies.popularity import Popularity
from app.engine.strategies.ranked import Lessons, Ranked
from app.engine.strategies.regression import Regression
from app.engine.strategies.repeat import Repeat
from app.engine.strategies.ridge import Ridge
from app.engine.strategies.trending import Trending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.engine.dataset import Dataset
    from app.engine.strategy import Strategy
    from app.engine.types import Lists, Task

Weights = Mapping[str, float]

PRODUCT: Weights = {
    "together": 1.0,
    "similar": 0.5,
    "again": 1.0,
    "discover": 0.2,
    "trending": 0.1,
    "alsoviewed": 0.1,
}
CART: Weights = {"basket": 1.0, "again": 0.4, "discover": 0.1, "trending": 0.01}
HOME: Weights = {"again": 1.0, "discover": 1.0, "together": 0.5, "similar": 0.25, "trending": 0.1}

LIKE = {"thank-you": "cart", "category": "home", "search": "category"}
"""Whose blend a location uses that has none of its own: too few later orders speak for one."""


@dataclass(frozen=True)
class Recipe:
    """The defaults carry over between stores; ``choose`` changes them only on evidence."""

    popular: Popularity = field(default_factory=Popularity)
    trending: Trending = field(default_factory=Trending)
    together: Cooccurrence = field(default_factory=Cooccurrence)
    similar: Content = field(default_factory=Content)
    viewed: AlsoViewed = field(default_factory=AlsoViewed)
    basket: Regression = field(default_factory=Regression)
    again: Repeat = field(default_factory=Repeat)
    discover: Discover = field(default_factory=Discover)
    ranked: Ranked = field(default_factory=Ranked)
    extra: Mapping[str, Strategy] = field(default_factory=dict)
    product: Weights = field(default_factory=lambda: PRODUCT)
    cart: Weights = field(default_factory=lambda: CART)
    home: Weights = field(default_factory=lambda: HOME)
    own: Mapping[str, Weights] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)  # of what is published; fitted lists are longer

    def fit(self, data: Dataset) -> dict[str, Lists]:
        """Fit all strategies; discovery follows the fitted basket lists, trees only where they are wanted."""
        fitted = self.fit_lists(data) | {k: each.fit(data).lists() for k, each in self.extra.items()}
        if not self.home.get(self.ranked.name):
            return fitted
        ranked = self.ranked if self.ranked.knows(data) else self._taught(data)
        return fitted | {ranked.name: replace(ranked, via=self.via(fitted)).fit(data).lists()}

    def fit_lists(self, data: Dataset) -> dict[str, Lists]:
        """Fit all strategies but the trees."""
        plain: Sequence[Strategy] = (
            self.popular,
            self.trending,
            self.together,
            self.similar,
            self.viewed,
            self.basket,
            self.again,
        )
        fitted = {strategy.name: strategy.fit(data).lists() for strategy in plain}
        if data.items > self.basket.core:
            fitted[self.basket.name] = joined(fitted[self.basket.name], self._tail(data))
        discover = replace(self.discover, via=fitted[self.basket.name])
        return fitted | {self.discover.name: discover.fit(data).lists()}

    def via(self, fitted: Mapping[str, Lists]) -> dict[str, Lists]:
        """Give the lists that foretell what trees weigh."""
        return {name: fitted[name] for name in (self.together.name, self.basket.name, self.similar.name)}

    def _taught(self, data: Dataset) -> Ranked:
        """Teach trees by the history's last window; too short a history teaches nothing."""
        first = split(data)
        if first is None:
            return replace(self.ranked, models=())
        past = data.between(0, first)
        teacher = replace(self.ranked, via=self.via(self.fit_lists(past)))
        return teacher.taught(past, Lessons.after(data, first, self.ranked.lessons))

    def _tail(self, data: Dataset) -> Lists:
        """Regress the items that do not fit into the dense inverse, each on its neighbours."""
        same = self.basket
        ridge = Ridge(
            half_life=same.half_life, size_power=same.size_power, penalty=same.penalty, first=same.core
        )
        return ridge.fit(data).lists()

    def blend(self, location: str) -> Weights:
        """Give the weights of a location."""
        if location in self.own:
            return self.own[location]
        if location in LIKE:
            return self.blend(LIKE[location])
        weights: Weights = getattr(self, location)
        return weights

    def using(self, strategy: Cooccurrence | Regression) -> Recipe:
        """Put a strategy in the place of its name."""
        if isinstance(strategy, Regression):
            return replace(self, basket=strategy)
        return replace(self, together=strategy)

    def weighing(self, location: str, weights: Weights) -> Recipe:
        """Change the weights of a location."""
        if location in LIKE:
            return replace(self, own={**self.own, location: weights})
        return Recipe(**{**vars(self), location: weights})

    def without(self, name: str) -> Recipe:
        """Leave a list out of all blends."""
        return replace(
            self,
            product=_less(self.product, name),
            cart=_less(self.cart, name),
            home=_less(self.home, name),
            own={location: _less(weights, name) for location, weights in self.own.items()},
        )

    def tasks(self) -> dict[str, Task]:
        """Name the strategies that a blend may weigh, and the task that each is for."""
        parts = (getattr(self, part.name) for part in fields(self))
        return {part.name: part.task for part in parts if hasattr(part, "task")}

    def numbers(self) -> dict[str, dict[str, float]]:
        """Give all numbers of the recipe, by strategy and by location."""
        found: dict[str, dict[str, float]] = {}
        parts = {part.name: getattr(self, part.name) for part in fields(self) if part.name != "own"}
        for name, value in (parts | dict(self.own)).items():
            pairs = value.items() if isinstance(value, Mapping) else vars(value).items()
            found[name] = {key: float(number) for key, number in pairs if isinstance(number, int | float)}
        return found


def _less(weights: Weights, name: str) -> Weights:
    return {other: weight for other, weight in weights.items() if other != name}
