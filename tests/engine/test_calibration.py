from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.demo import dataset as past
from app.engine.affinity_rules import ALIKE, RuleKind, alike, pair_rules
from app.engine.calibration import (
    Outcomes,
    brier_skill,
    calibrate,
    calibration_error,
    estimate,
    fit,
    outcomes,
    pairs_of,
    promises,
)
from app.engine.dataset import Catalog, Dataset, OrderLines, assemble
from tests.engine.shops import FIVE, shop


def test_a_promise_kept_has_no_error_and_one_broken_has_all() -> None:
    kept = Outcomes(np.asarray([30.0, 5.0]), np.asarray([100.0, 50.0]))
    assert calibration_error(np.asarray([0.3, 0.1]), kept) == pytest.approx(0.0)
    assert calibration_error(np.asarray([0.5, 0.3]), kept) == pytest.approx(0.2)


def test_skill_is_against_the_base_rate() -> None:
    found = Outcomes(np.asarray([9.0, 1.0]), np.asarray([10.0, 10.0]))
    assert brier_skill(np.asarray([0.5, 0.5]), found) == 0.0
    assert brier_skill(np.asarray([0.9, 0.1]), found) == pytest.approx(1 - 0.09 / 0.25)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 50), st.integers(0, 50)), max_size=30))
@settings(max_examples=60, deadline=None)
def test_a_calibration_rises_and_stays_within_bounds(found: list[tuple[float, int, int]]) -> None:
    told = np.asarray([each[0] for each in found])
    held = np.asarray([min(each[1], each[2]) for each in found], float)
    curve = fit(told, Outcomes(held, np.asarray([each[2] for each in found], float)))
    corrected = curve.apply(np.linspace(0, 1, 50))
    assert (np.diff(corrected) >= 0).all()
    assert corrected.min() >= 0
    assert corrected.max() <= 1


def test_a_history_too_short_leaves_estimates_as_they_are() -> None:
    told = np.asarray([0.2, 0.8])
    assert calibrate(promises(FIVE)).apply(told).tolist() == told.tolist()
    assert calibrate(promises(shop([]))).apply(told).tolist() == told.tolist()


def test_a_rare_anchor_is_held_back_towards_the_mean() -> None:
    data = shop([(0, "", ["tea", "pot"])] * 30 + [(0, "", ["tea"])] * 30 + [(0, "", ["mug", "cup"])])
    place = {name: number for number, name in enumerate(data.item_ids)}
    firsts = np.asarray([place["tea"], place["mug"]], np.int64)
    told = estimate(data, firsts, np.asarray([place["pot"], place["cup"]], np.int64))
    assert told.round(2).tolist() == [0.5, 0.59]


@pytest.fixture(scope="module")
def demo() -> tuple[Dataset, int]:
    """The demo store with its kept-back last 28 days, and the number of the first of these orders."""
    before, after = past.read(), past.kept_back()
    orders = [*before.orders, *after]
    rows = [(order, line) for order in orders for line in order.lines]
    lines = OrderLines(
        orders=[order.order_id for order, _ in rows],
        times=np.asarray([int(order.created_at.timestamp()) for order, _ in rows], np.int64),
        customers=[order.customer_id or "" for order, _ in rows],
        products=[line.product_id for _, line in rows],
        quantities=np.asarray([line.quantity for _, line in rows], np.float64),
        prices=np.asarray([line.unit_price for _, line in rows], np.float64),
    )
    blank = [""] * len(before.products)
    titles = [product.title for product in before.products]
    nothing = np.zeros(len(blank))
    catalog = Catalog(
        [each.product_id for each in before.products], titles, blank, blank, nothing, nothing.astype(np.int64)
    )
    return assemble(lines, catalog), len(before.orders)


def test_confidence_keeps_its_word_in_the_demo_store(demo: tuple[Dataset, int]) -> None:
    """Rules and calibration from what was before the test window; outcomes from the window's 28 days."""
    data, first = demo
    train, test = data.between(0, first), data.between(first, data.orders)
    rules = pair_rules(train)
    firsts, seconds = pairs_of(rules)
    told = calibrate(promises(train)).apply(estimate(train, firsts, seconds))
    found = outcomes(test, firsts, seconds)
    assert calibration_error(told, found) <= 0.02
    assert brier_skill(told, found) >= 0.05
    complements_are_of_another_kind(train, {each.kind: pairs_of([each]) for each in rules})


def complements_are_of_another_kind(
    train: Dataset, pairs: dict[RuleKind, tuple[np.ndarray, np.ndarray]]
) -> None:
    """Two measures of "a substitute": the likeness that sorts the rules, and words that titles share."""
    share = {kind: float((alike(train, *both) >= ALIKE).mean()) for kind, both in pairs.items()}
    assert share[RuleKind.COMPLEMENT] == 0.0
    assert share[RuleKind.TOGETHER] > 0.15
    words = {kind: half_the_words(train, *both) for kind, both in pairs.items()}
    assert words[RuleKind.COMPLEMENT] <= 0.02
    assert words[RuleKind.TOGETHER] >= 0.1
    assert words[RuleKind.SUBSTITUTE] >= 0.4


def half_the_words(data: Dataset, firsts: np.ndarray, seconds: np.ndarray) -> float:
    """Tell how many of the pairs have titles of which at least half of all words are common (Jaccard)."""
    words = [frozenset(title.lower().split()) for title in data.described.titles]
    pairs = [(words[one], words[two]) for one, two in zip(firsts.tolist(), seconds.tolist(), strict=True)]
    return float(np.mean([len(one & two) >= 0.5 * len(one | two) for one, two in pairs]))
