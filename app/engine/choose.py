"""Choosing a store's recipe on its own validation window: few challengers, and only clear winners."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.engine.evaluate import Board, cases, split
from app.engine.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from app.engine.dataset import Dataset
    from app.engine.evaluate import Measured
    from app.engine.recipe import Weights
    from app.engine.strategies.cooccurrence import Cooccurrence
    from app.engine.strategies.regression import Regression

CLEARLY = 1.5
"""A challenger wins if it is better by this many standard errors of the paired difference."""

FACTORS = (0.0, 0.5, 2.0)
FEWEST_CASES = 30


@dataclass(frozen=True)
class Choice:
    """The recipe, the figures that speak for it (and those of what it beat), and the window: two seconds."""

    recipe: Recipe
    measured: Sequence[Measured]
    window: tuple[int, int] | None


def choose(data: Dataset, seed: int, start: Recipe | None = None) -> Choice:
    """Choose a recipe; a history too short to measure keeps the defaults. Same data and seed, same choice."""
    recipe = start or Recipe()
    first = split(data)
    if first is None:
        return Choice(recipe, [], None)
    train = data.between(0, first)
    fitted = recipe.fit(train)
    asked = cases(data, first, np.random.default_rng(seed))
    boards = {location: Board.of(asked[location], fitted) for location in ("product", "cart", "home")}
    for location, challengers in (("product", _together(recipe)), ("cart", _basket(recipe))):
        recipe, boards[location] = _challenge(recipe, boards[location], train, challengers)
    for location, board in boards.items():
        recipe = recipe.weighing(location, _choose_weights(board, recipe.blend(location)))
    measured = [row for board in boards.values() for row in _figures(board, recipe)]
    return Choice(recipe, measured, (int(data.times[first]), data.now))


def _together(recipe: Recipe) -> list[Cooccurrence]:
    """Other memories of co-occurrence."""
    return [replace(recipe.together, half_life=days) for days in (20.0, 180.0, 720.0)]


def _basket(recipe: Recipe) -> list[Regression]:
    """Other memories, penalties and priors of the regression."""
    base = recipe.basket
    return [
        replace(base, half_life=60.0),
        replace(base, half_life=720.0),
        replace(base, prior=0.0),
        replace(base, penalty=50.0),
    ]


def _challenge(
    recipe: Recipe, board: Board, train: Dataset, challengers: Sequence[Cooccurrence | Regression]
) -> tuple[Recipe, Board]:
    """Let each challenger take a strategy's place at the board's location."""
    if len(board.cases) < FEWEST_CASES:
        return recipe, board
    weights = recipe.blend(board.cases.location)
    best = board.quality(weights)
    for challenger in challengers:
        tried = board.having(challenger.name, challenger.fit(train).lists())
        quality = tried.quality(weights)
        if _clearly_better(quality, best):
            best, board, recipe = quality, tried, recipe.using(challenger)
    return recipe, board


def _choose_weights(board: Board, weights: Weights) -> Weights:
    """Try factors on each weight in turn, keeping the rest."""
    if len(board.cases) < FEWEST_CASES:
        return weights
    best = board.quality(weights)
    for name in weights:
        tries = [{**weights, name: weights[name] * factor} for factor in FACTORS]
        tried = [(board.quality(changed), changed) for changed in tries]
        quality, changed = max(tried, key=lambda pair: float(pair[0].mean()))
        if _clearly_better(quality, best):
            best, weights = quality, changed
    return weights


def _clearly_better(challenger: NDArray[np.float64], champion: NDArray[np.float64]) -> bool:
    """Compare two ways to answer the same cases."""
    gain = challenger - champion
    error = float(gain.std()) / np.sqrt(max(len(gain), 1))
    return bool(gain.mean() > CLEARLY * error)


def _figures(board: Board, recipe: Recipe) -> Iterable[Measured]:
    """Measure the chosen blend and, as what it must beat, every list alone."""
    location = board.cases.location
    if not len(board.cases):
        return
    for known in (True,) if location == "home" else (False, True):
        yield board.measure("blend", recipe.blend(location), known_shoppers=known)
    for name in board.scores:
        yield board.measure(name, {name: 1.0}, known_shoppers=True)
