"""Choosing a store's recipe on its own validation window: few challengers, and only clear winners."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from app.engine.evaluate import Board, cases, split
from app.engine.extras import joining
from app.engine.lengths import shortened
from app.engine.proven import proven
from app.engine.recipe import Recipe
from app.engine.signals import Signals
from app.engine.strategies.ranked import FEWEST_LESSONS, Lessons, trees_grow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from app.engine.dataset import Dataset
    from app.engine.evaluate import Measured
    from app.engine.recipe import Weights
    from app.engine.strategies.cooccurrence import Cooccurrence
    from app.engine.strategies.regression import Regression
    from app.engine.types import Lists, LongArray

CLEARLY = 1.5
"""A challenger wins if it is better by this many standard errors of the paired difference."""

FEWEST_CASES = 30
TREES = 10.0
"""Where trees have ranked a shopper's list, their order leads; the other lists fill up behind it."""

_WHISPER = 1e-3
_CONTESTED = 2_000
_FLOOR = 0.02
"""A page of a category shows bestsellers where nothing else is known of its products."""


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
    train, _later = data.parted(first)
    fitted = recipe.fit_lists(train)
    asked = cases(data, first, np.random.default_rng(seed))
    boards = {location: Board.of(asked[location], fitted) for location in ("product", "cart", "home")}
    for challenger in _together(recipe) if len(asked["product"]) >= FEWEST_CASES else ():
        lists = challenger.fit(train).lists()
        tried = boards["product"].having(challenger.name, lists)
        if _wins(tried, boards["product"], recipe.product):
            recipe, boards["product"] = recipe.using(challenger), tried
            fitted[challenger.name] = lists
    basket = _choose_basket(recipe, boards["cart"], train)
    if basket != recipe.basket:
        recipe, fitted[basket.name] = recipe.using(basket), basket.fit(train).lists()
        boards["cart"] = boards["cart"].having(basket.name, fitted[basket.name])
    recipe = proven(recipe, boards, fitted, FEWEST_CASES, _clearly_better)
    tries = trials(data.orders)
    for location, board in boards.items():
        recipe = recipe.weighing(location, _choose_weights(board, recipe.blend(location), tries, seed))
    recipe = joining(recipe, boards, train, _clearly_better)
    recipe, boards["home"], ranks = _choose_trees(recipe, boards["home"], fitted, (train, data))
    measured = [row for board in boards.values() for row in _figures(board, recipe)]
    for location in ("thank-you", "category"):
        recipe, board = _choose_own(recipe, Board.of(asked[location], fitted), tries, seed)
        recipe, board = ranking(recipe, board, ranks)
        measured += _figures(board, recipe)
    if min(len(asked["product"]), len(asked["cart"])) >= FEWEST_CASES:
        recipe = shortened(recipe, boards, fitted)
    return Choice(recipe, measured, (int(data.times[first]), data.now))


def _choose_own(recipe: Recipe, board: Board, tries: int, seed: int) -> tuple[Recipe, Board]:
    """Give a location a blend of its own, found from the one that it would use otherwise."""
    location = board.cases.location
    if len(board.cases) < FEWEST_CASES:
        return recipe, board
    weights = {name: weight for name, weight in recipe.blend(location).items() if name in board.scores}
    if location == "category":
        weights = {recipe.popular.name: _FLOOR, **weights}
    return recipe.weighing(location, _choose_weights(board, weights, tries, seed)), board


@dataclass(frozen=True)
class Ranks:
    """Lists that trees ranked for shoppers by whom they were not taught."""

    who: LongArray
    lists: Lists


def ranking(recipe: Recipe, board: Board, ranks: Ranks | None) -> tuple[Recipe, Board]:
    """Let the trees of the home page lead at another location too, where that is clearly better."""
    location, trees = board.cases.location, recipe.ranked.name
    if ranks is None or location not in recipe.own:
        return recipe, board
    untold = board.among(ranks.who)
    if len(untold.cases) < FEWEST_CASES:
        return recipe, board
    tried = untold.having(trees, ranks.lists)
    weights = {**recipe.blend(location), trees: TREES}
    if not _clearly_better(tried.quality(weights), untold.quality(recipe.blend(location))):
        return recipe, board
    return recipe.weighing(location, weights), tried


def trials(orders: int) -> int:
    """Say how many blends are tried at a location: more where more orders tell them apart."""
    return int(np.clip(orders // 500, 8, 20))


def _together(recipe: Recipe) -> list[Cooccurrence]:
    """Other memories of co-occurrence."""
    return [replace(recipe.together, half_life=days) for days in (20.0, 180.0, 720.0)]


def _choose_basket(recipe: Recipe, board: Board, train: Dataset) -> Regression:
    """Let regressions compete over the items that sell most: what is better there is better everywhere."""
    best = recipe.basket
    small = min(best.core, _CONTESTED)
    if len(board.cases) < FEWEST_CASES:
        return best
    board = board.having(best.name, replace(best, core=small).fit(train).lists())
    for challenger in _basket(recipe):
        tried = board.having(best.name, replace(challenger, core=small).fit(train).lists())
        if _wins(tried, board, recipe.cart):
            best, board = challenger, tried
    return best


def _basket(recipe: Recipe) -> list[Regression]:
    """Other memories, penalties and priors of the regression."""
    base = recipe.basket
    return [
        replace(base, half_life=60.0),
        replace(base, half_life=720.0),
        replace(base, prior=0.0),
        replace(base, penalty=50.0),
    ]


def _wins(tried: Board, board: Board, weights: Weights) -> bool:
    """Tell whether a challenger should take a strategy's place at the board's location."""
    return _clearly_better(tried.quality(weights), board.quality(weights))


def _choose_weights(board: Board, weights: Weights, tries: int, seed: int) -> Weights:
    """Search around the given weights, then make sure that no list alone does clearly better."""
    if len(board.cases) < FEWEST_CASES:
        return weights
    best = board.quality(weights)
    found = _searched(board, weights, tries, seed)
    quality = board.quality(found)
    if _clearly_better(quality, best):
        best, weights = quality, found
    heard = board.speaking()
    for name in sorted(heard):
        others = {other: weight * (_WHISPER if other in heard else 1.0) for other, weight in weights.items()}
        alone = {**others, name: 1.0}
        quality = board.quality(alone)
        if _clearly_better(quality, best):
            best, weights = quality, alone
    return weights


def _searched(board: Board, weights: Weights, tries: int, seed: int) -> Weights:
    """Let Optuna try factors of 1/4 to 4 on every weight (Akiba et al. 2019); the first try changes none.

    Lists without anything to say about these cases, as those of the session on a home page, keep theirs.
    """
    import optuna  # noqa: PLC0415  a web process never learns

    heard = sorted(board.speaking() & weights.keys())
    if not heard:
        return weights

    def told(trial: optuna.Trial) -> float:
        factors = {name: trial.suggest_float(name, 0.25, 4.0, log=True) for name in heard}
        return float(board.quality({**weights, **{k: weights[k] * factors[k] for k in heard}}).mean())

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(dict.fromkeys(heard, 1.0))
    study.optimize(told, n_trials=tries)
    return {name: weight * float(study.best_params.get(name, 1.0)) for name, weight in weights.items()}


def _choose_trees(
    recipe: Recipe, board: Board, fitted: Mapping[str, Lists], histories: tuple[Dataset, Dataset]
) -> tuple[Recipe, Board, Ranks | None]:
    """Teach trees by half of the shoppers who came back; they stay if they answer the other half better."""
    train, data = histories
    lessons = Lessons.after(data, train.orders, recipe.ranked.lessons)
    half = np.arange(len(lessons.who)) % 2 == 0
    untold = board.among(lessons.who[~half])
    if len(untold.cases) < FEWEST_CASES or half.sum() < FEWEST_LESSONS or not trees_grow():
        return recipe, board, None
    found = Signals(train, recipe.via(fitted)).candidates(lessons.who)
    taught = recipe.ranked.learned(found.of(half), lessons.part(half))
    if not taught.models:
        return recipe, board, None
    ranks = Ranks(lessons.who[~half], taught.placed(found.of(~half), lessons.who[~half], train))
    tried = untold.having(taught.name, ranks.lists)
    weights = {**recipe.home, taught.name: TREES}
    if not _clearly_better(tried.quality(weights), untold.quality(recipe.home)):
        return recipe, tried, None
    return replace(recipe, ranked=recipe.ranked.learned(found, lessons), home=weights), tried, ranks


def _clearly_better(challenger: NDArray[np.float64], champion: NDArray[np.float64]) -> bool:
    """Compare two ways to answer the same cases."""
    gain = challenger - champion
    error = float(gain.std()) / np.sqrt(max(len(gain), 1))
    return bool(gain.mean() > CLEARLY * error)


def _figures(board: Board, recipe: Recipe) -> Iterable[Measured]:
    """Measure the chosen blend and, as what it must beat, every list alone that has anything to say."""
    location = board.cases.location
    if not len(board.cases):
        return
    heard = board.speaking()
    for known in (True,) if location == "home" else (False, True):
        yield board.measure("blend", recipe.blend(location), known_shoppers=known)
        for name in board.scores:
            if name in heard and (known or name not in board.personal):
                yield board.measure(name, {name: 1.0}, known_shoppers=known)
