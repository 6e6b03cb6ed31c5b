"""The neural strategies: what every strategy promises, and that they are worth it on the task they name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from app.engine.build import learn
from app.engine.dataset import Dataset
from app.engine.protocol import ask, cut, questions
from app.engine.registry import EXTRAS
from app.engine.strategies.popularity import Popularity
from app.engine.strategy import Strategy
from tests.engine.shops import drawn_shop
from tests.extras.samples import sample
from tests.protocols.test_strategies import (  # noqa: F401  the suite of all strategies
    data,
    test_it_explains_with_no_more_orders_than_there_are,
    test_it_is_registered_under_its_name,
    test_it_learns_the_same_twice,
    test_it_says_nothing_before_it_is_fitted,
    test_its_lists_fit_together,
    test_its_rows_are_best_first_without_doubles_and_without_the_anchor,
    test_its_scores_are_those_of_its_lists_and_nan_elsewhere,
)

torch = pytest.importorskip("torch", reason='PyTorch is not installed (the extra "neural")')

ERRORS = 2.0
"""Better means better by so many standard errors."""


@pytest.fixture(params=EXTRAS)
def make(request: pytest.FixtureRequest) -> Callable[[], Strategy]:
    return EXTRAS[request.param]


@pytest.fixture(scope="module")
def demo() -> Dataset:
    return sample(shoppers=1_000)


def test_there_are_two_of_them() -> None:
    assert sorted(EXTRAS) == ["neuralfiltering", "neuralsequence"]


def test_the_sequence_beats_popularity_on_its_task(
    demo: Dataset, record_property: Callable[[str, object], None]
) -> None:
    """Filtering needs a whole store for that: of this sample it foretells less than popularity."""
    make = EXTRAS["neuralsequence"]
    first = cut(demo)
    past = demo.between(0, first)
    asked = next(each for each in questions(demo, first) if each.task is make.task)  # type: ignore[attr-defined]
    fitted = {each.name: each.fit(past).lists() for each in (Popularity(), make())}
    rows = {row.name: row for row in ask(asked, fitted, {name: {name: 1.0} for name in fitted})}
    popular, mine = rows["popular"], rows[make().name]
    for row in (popular, mine):
        record_property(f"{row.name} {row.task} NDCG@10", f"{row.ndcg:.4f} ±{row.ndcg_error:.4f}")
        print(f"\n{row.task}, {row.cases} cases: {row.name} NDCG@10 {row.ndcg:.4f} ±{row.ndcg_error:.4f}")
    assert mine.ndcg > popular.ndcg + ERRORS * np.hypot(mine.ndcg_error, popular.ndcg_error)


def test_it_leaves_the_process_as_it_was(make: Callable[[], Strategy]) -> None:
    torch.manual_seed(5)
    threads, expected = torch.get_num_threads(), torch.rand(3)
    torch.manual_seed(5)
    make().fit(drawn_shop(120))
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()


def test_another_seed_gives_other_lists(make: Callable[[], Strategy]) -> None:
    shop = drawn_shop(120)
    one, other = (make(seed=seed).fit(shop).lists() for seed in (0, 1))  # type: ignore[call-arg]
    assert not np.array_equal(one.scores, other.scores)


def test_a_store_learns_the_same_twice_with_them() -> None:
    shop = drawn_shop(400)
    one, two = (learn(shop, seed=3) for _ in range(2))
    assert one.choice.measured == two.choice.measured
    assert one.published.blends == two.published.blends
    assert one.published.lists.keys() == two.published.lists.keys()
    for name, lists in one.published.lists.items():
        assert lists.scores.tobytes() == two.published.lists[name].scores.tobytes()
    assert set(EXTRAS) <= {row.name for row in one.choice.measured}
