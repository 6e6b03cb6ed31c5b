"""A list earns its place: it beats popularity on the task that it is for, or a blend is better with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.engine.evaluate import Board, Cases
from app.engine.lists import matrix
from app.engine.types import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.recipe import Recipe
    from app.engine.types import Lists

    Better = Callable[[NDArray[np.float64], NDArray[np.float64]], bool]


def proven(
    recipe: Recipe,
    boards: Mapping[str, Board],
    fitted: Mapping[str, Lists],
    fewest: int,
    better: Better,
) -> Recipe:
    """Leave out of all blends what does not beat popularity on its task and makes no blend better."""
    floor = recipe.popular.name
    judges: dict[Task, Board] = {Task(location): board for location, board in boards.items()}
    judges[Task.NEW] = _fresh(boards[Task.HOME], fitted[recipe.again.name])
    for name, task in sorted(recipe.tasks().items()):
        judge = judges[task]
        if name == floor or len(judge.cases) < fewest or name not in judge.speaking():
            continue
        if judge.quality({name: 1.0}).mean() > judge.quality({floor: 1.0}).mean():
            continue
        without = recipe.without(name)
        if not any(
            better(board.quality(recipe.blend(location)), board.quality(without.blend(location)))
            for location, board in boards.items()
        ):
            recipe = without
    return recipe


def _fresh(home: Board, bought: Lists) -> Board:
    """Ask the same shoppers only for what is new to them."""
    asked, owned = home.cases, _owned(home.cases, bought)
    truth = (asked.truth - asked.truth.multiply(owned)).tocsr()
    truth.eliminate_zeros()
    cases = Cases(asked.location, asked.given, truth, asked.shoppers, owned.toarray() == 0.0)
    some = np.flatnonzero(np.diff(truth.indptr) > 0)
    scores = {name: rows[some] for name, rows in home.scores.items()}
    return replace(home, cases=cases.at(some), scores=scores)


def _owned(asked: Cases, bought: Lists) -> csr_matrix:
    """Cases x items, 1 where the shopper bought the item before."""
    owned = matrix(bought, asked.given.shape[1])[asked.shoppers]
    owned.data[:] = 1.0
    return owned
