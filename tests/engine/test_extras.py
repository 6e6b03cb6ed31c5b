"""A strategy of an extra joins a blend on evidence only."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar, Self

import numpy as np

from app.engine import extras, registry
from app.engine.choose import CLEARLY
from app.engine.dataset import Dataset
from app.engine.evaluate import Board, cases, split
from app.engine.lists import Hanging, cut
from app.engine.recipe import Recipe
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task
from tests.engine.shops import drawn_shop

DATA = drawn_shop(600)


@dataclass(frozen=True)
class Oracle(Tabled):
    """Says what each shopper buys on any day, past or to come; turned around it says the opposite."""

    name: ClassVar[str] = "oracle"
    anchor: ClassVar[Anchor] = Anchor.SHOPPER
    reason: ClassVar[ReasonKind] = ReasonKind.FOR_YOU
    task: ClassVar[Task] = Task.HOME
    sign: float = 1.0

    def fit(self, data: Dataset) -> Self:
        from scipy.sparse import csr_matrix

        known = np.flatnonzero(DATA.buyers >= 0)
        shape = (len(data.shopper_ids), DATA.orders)
        bought = (
            csr_matrix((np.full(len(known), self.sign), (DATA.buyers[known], known)), shape) @ DATA.bought
        )
        return self.keeping(cut(csr_matrix(bought), 40, Hanging(self.anchor, self.reason)))


def chosen(sign: float) -> Recipe:
    first = split(DATA)
    assert first is not None
    train, recipe = DATA.between(0, first), Recipe()
    fitted = recipe.fit_lists(train)
    boards = {"home": Board.of(cases(DATA, first, np.random.default_rng(0))["home"], fitted)}

    def better(one: np.ndarray, other: np.ndarray) -> bool:
        gain = one - other
        return bool(gain.mean() > CLEARLY * gain.std() / np.sqrt(len(gain)))

    return extras.joining(recipe, boards, train, better, {"oracle": lambda: Oracle(sign=sign)})


def test_what_makes_a_blend_better_joins_it() -> None:
    recipe = chosen(1.0)
    assert recipe.home["oracle"] > 0.0
    assert "oracle" not in recipe.product  # it was not asked there
    assert "oracle" in recipe.fit(DATA)
    assert "extra" not in recipe.numbers() or recipe.numbers()["extra"] == {}


def test_what_does_not_stays_out() -> None:
    recipe = chosen(-1.0)
    assert recipe.extra == {}
    assert "oracle" not in recipe.home


def test_a_list_that_is_not_on_the_board_says_nothing() -> None:
    first = split(DATA)
    assert first is not None
    recipe = Recipe()
    board = Board.of(
        cases(DATA, first, np.random.default_rng(0))["home"], recipe.fit_lists(DATA.between(0, first))
    )
    assert np.array_equal(board.quality(recipe.home), board.quality({**recipe.home, "elsewhere": 1.0}))


def test_the_neural_strategies_are_offered_where_pytorch_is_and_nowhere_else() -> None:
    told = {"neuralsequence", "neuralfiltering"}
    there = find_spec("torch") is not None
    assert set(registry.EXTRAS) == (told if there else set())
    assert told & set(registry.STRATEGIES) == set(registry.EXTRAS)
