"""Strategies that an extra brings along: they join a blend where that is clearly better."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.engine.registry import EXTRAS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from app.engine.dataset import Dataset
    from app.engine.evaluate import Board
    from app.engine.recipe import Recipe
    from app.engine.strategy import Strategy

    Better = Callable[[NDArray[np.float64], NDArray[np.float64]], bool]

_LOUDNESS = (0.25, 1.0, 4.0)
"""Tried weights, where 1 makes an extra's best score as loud as the loudest list of the blend."""


def joining(
    recipe: Recipe,
    boards: dict[str, Board],
    train: Dataset,
    better: Better,
    extras: Mapping[str, Callable[[], Strategy]] = EXTRAS,
) -> Recipe:
    """Fit each extra once and let it join the blends that it makes better; ``boards`` then hold it."""
    for name, make in extras.items():
        strategy = make()
        lists = strategy.fit(train).lists()
        for location, board in boards.items():
            tried = board.having(name, lists)
            ways = [
                {**recipe.blend(location), name: weight} for weight in _weights(recipe, location, tried, name)
            ]
            best = max(ways, key=lambda way: float(tried.quality(way).mean()), default=None)
            if best is not None and better(tried.quality(best), board.quality(recipe.blend(location))):
                recipe = replace(recipe.weighing(location, best), extra={**recipe.extra, name: strategy})
            boards[location] = tried
    return recipe


def _weights(recipe: Recipe, location: str, board: Board, name: str) -> list[float]:
    """Give the weights to try; none where the extra has nothing to say."""
    own = float(board.scores[name].max(initial=0.0))
    blend = recipe.blend(location).items()
    loudest = max(
        (weight * float(board.scores[k].max(initial=0.0)) for k, weight in blend if k in board.scores),
        default=0.0,
    )
    return [share * loudest / own for share in _LOUDNESS] if own > 0.0 and loudest > 0.0 else []
