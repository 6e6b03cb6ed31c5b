"""How long lists must be: as short as the store's own validation window lets them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.engine.lists import shorter
from app.engine.measures import hit_rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.engine.evaluate import Board
    from app.engine.recipe import Recipe
    from app.engine.strategies.cooccurrence import Cooccurrence
    from app.engine.strategies.regression import Regression
    from app.engine.types import Lists

LOSS = 0.002
"""A shorter list may cost this much of the hit rate at 12, and of NDCG."""

_SHARES = (0.25, 0.5)


def shortened(recipe: Recipe, boards: Mapping[str, Board], fitted: Mapping[str, Lists]) -> Recipe:
    """Shorten co-occurrence as product pages let it, and the basket's lists as carts do.

    What is cut is the weakest, whatever its sign: a basket's strong negative weights stay.
    """
    for strategy, location in ((recipe.together, "product"), (recipe.basket, "cart")):
        recipe = _as_short_as(recipe, strategy, boards[location], fitted[strategy.name])
    return recipe


def _as_short_as(recipe: Recipe, strategy: Cooccurrence | Regression, board: Board, lists: Lists) -> Recipe:
    weights = recipe.blend(board.cases.location)
    whole = _worth(board, weights)
    for share in _SHARES:
        length = max(int(strategy.length * share), 1)
        worth = _worth(board.having(strategy.name, shorter(lists, length)), weights)
        if all(full - left <= LOSS for full, left in zip(whole, worth, strict=True)):
            return replace(recipe, lengths={**recipe.lengths, strategy.name: length})
    return recipe


def _worth(board: Board, weights: Mapping[str, float]) -> tuple[float, float]:
    """Hit rate, the mean of a known and an unknown shopper's, and NDCG."""
    rates = [float(hit_rate(board.hits(weights, known_shoppers=known)).mean()) for known in (False, True)]
    return sum(rates) / 2.0, float(board.quality(weights).mean())
