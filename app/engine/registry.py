"""All strategies, by name. A list, not a mechanism: nothing registers itself by being imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine import neural
from app.engine.strategies.accessories import Accessories
from app.engine.strategies.als import Als
from app.engine.strategies.alsoviewed import AlsoViewed
from app.engine.strategies.arrivals import Arrivals
from app.engine.strategies.bm25 import Bm25
from app.engine.strategies.bpr import Bpr
from app.engine.strategies.coldstart import ColdStart
from app.engine.strategies.complements import Complements
from app.engine.strategies.content import Content
from app.engine.strategies.cooccurrence import Cooccurrence
from app.engine.strategies.cosine import Cosine
from app.engine.strategies.discover import Discover
from app.engine.strategies.due import Due
from app.engine.strategies.ladder import Ladder
from app.engine.strategies.likeminded import Likeminded
from app.engine.strategies.neural_filtering import NeuralFiltering
from app.engine.strategies.neural_sequence import NeuralSequence
from app.engine.strategies.popularity import Popularity
from app.engine.strategies.ranked import Ranked
from app.engine.strategies.regression import Regression
from app.engine.strategies.repeat import Repeat
from app.engine.strategies.ridge import Ridge
from app.engine.strategies.seasonal import Seasonal
from app.engine.strategies.sequential import Sequential
from app.engine.strategies.sessions import Sessions
from app.engine.strategies.substitutes import Substitutes
from app.engine.strategies.trending import Trending
from app.engine.strategies.viewed import Viewed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.engine.strategy import Strategy

EXTRAS: Mapping[str, Callable[[], Strategy]] = (
    {NeuralSequence.name: NeuralSequence, NeuralFiltering.name: NeuralFiltering} if neural.installed() else {}
)
"""Those of the extra ``neural``, where it is installed."""

STRATEGIES: Mapping[str, Callable[[], Strategy]] = {
    Popularity.name: Popularity,
    Trending.name: Trending,
    Arrivals.name: Arrivals,
    Seasonal.name: Seasonal,
    Viewed.name: Viewed,
    Cooccurrence.name: Cooccurrence,
    Cosine.name: Cosine,
    Bm25.name: Bm25,
    Regression.name: Regression,
    Ridge.name: Ridge,
    Als.name: Als,
    Bpr.name: Bpr,
    Content.name: Content,
    ColdStart.name: ColdStart,
    AlsoViewed.name: AlsoViewed,
    Sessions.name: Sessions,
    Sequential.name: Sequential,
    Complements.name: Complements,
    Substitutes.name: Substitutes,
    Accessories.name: Accessories,
    Ladder.name: Ladder,
    Repeat.name: Repeat,
    Due.name: Due,
    Discover.name: Discover,
    Likeminded.name: Likeminded,
    Ranked.name: Ranked,
    **EXTRAS,
}
