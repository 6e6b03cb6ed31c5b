"""All strategies, by name. A list, not a mechanism: nothing registers itself by being imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.strategies.content import Content
from app.engine.strategies.cooccurrence import Cooccurrence
from app.engine.strategies.discover import Discover
from app.engine.strategies.popularity import Popularity
from app.engine.strategies.regression import Regression
from app.engine.strategies.repeat import Repeat
from app.engine.strategies.trending import Trending

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.engine.strategy import Strategy

STRATEGIES: Mapping[str, Callable[[], Strategy]] = {
    Popularity.name: Popularity,
    Trending.name: Trending,
    Cooccurrence.name: Cooccurrence,
    Content.name: Content,
    Regression.name: Regression,
    Repeat.name: Repeat,
    Discover.name: Discover,
}
