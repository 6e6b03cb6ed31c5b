"""Rules from orders that can be counted by eye, and from the demo store's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from app.engine.affinity_groups import group_rules, peaks, price_bands
from app.engine.affinity_measures import Counts, discoveries, p_values, score, surprise
from app.engine.affinity_rules import ALIKE, RuleKind, Rules, alike, pair_rules, strongest
from app.engine.affinity_sequences import sequential_rules
from app.engine.affinity_sets import set_rules
from app.engine.dataset import Dataset
from tests.engine.shops import FIVE, drawn_shop, shop


def counts(both: float, first: float, second: float, total: int) -> Counts:
    held, holding, held_by = (np.asarray([float(each)]) for each in (both, first, second))
    return Counts(held, holding, held_by, total)


def told(data: Dataset, rules: Rules) -> set[tuple[tuple[str, ...], str]]:
    names = data.item_ids
    return {
        (tuple(names[item] for item in left), names[right])
        for left, right in zip(rules.antecedents, rules.consequents.tolist(), strict=True)
    }


def test_the_measures_of_a_rule() -> None:
    # of 100 orders 20 hold tea, 10 a pot, 8 both; chance would bring 2 together
    rule = counts(8, 20, 10, 100)
    assert rule.support()[0] == 0.08
    assert rule.confidence()[0] == 0.4
    assert rule.lift()[0] == 4.0
    assert rule.leverage()[0] == pytest.approx(0.06)
    assert rule.conviction()[0] == pytest.approx(0.9 / 0.6)


def test_what_always_comes_along_has_infinite_conviction() -> None:
    assert counts(10, 10, 20, 100).conviction()[0] == np.inf


def test_the_score_is_zero_by_chance_and_near_a_hundred_for_what_is_never_apart() -> None:
    assert score(counts(2, 20, 10, 100))[0] == 0.0
    assert score(counts(1, 20, 10, 100))[0] == 0.0
    assert score(counts(1000, 1000, 1000, 100_000))[0] > 90


def test_thin_evidence_scores_low_though_its_lift_is_the_same() -> None:
    thin, thick = counts(1, 1, 1, 1000), counts(100, 100, 100, 100_000)
    assert thin.lift()[0] == thick.lift()[0]
    assert score(thin)[0] < 10
    assert score(thick)[0] > 55


@st.composite
def tables(draw: st.DrawFn) -> Counts:
    total = draw(st.integers(1, 300))
    first, second = draw(st.integers(0, total)), draw(st.integers(0, total))
    both = draw(st.integers(max(0, first + second - total), min(first, second)))
    return counts(both, first, second, total)


@given(tables())
@settings(max_examples=150, deadline=None)
def test_the_exact_test_agrees_with_the_textbook_and_the_score_stays_in_bounds(rule: Counts) -> None:
    textbook = hypergeom.sf(rule.both[0] - 1, rule.total, rule.second[0], rule.first[0])
    assert p_values(rule)[0] == pytest.approx(textbook, rel=1e-6, abs=1e-12)
    assert 0.0 <= score(rule)[0] <= 100.0
    assert surprise(rule)[0] >= -1e-9


def test_many_tests_ask_for_more() -> None:
    odds = np.asarray([0.001, 0.02, 0.03, 0.9])
    assert discoveries(odds, 4).tolist() == [True, True, True, False]
    assert discoveries(odds, 1000).tolist() == [False, False, False, False]


def test_chance_alone_leaves_hardly_a_rule() -> None:
    rng = np.random.default_rng(3)
    random = [(day, "", [f"p{item}" for item in rng.choice(40, 4, replace=False)]) for day in range(200)]
    together = pair_rules(shop(random, {f"p{k}": f"thing{k}" for k in range(40)}))[0]
    assert len(together) <= 2


def test_the_strongest_of_each_group_ties_to_the_earlier() -> None:
    groups = np.asarray([1, 0, 1, 1, 0], np.int64)
    found = strongest(groups, np.asarray([2.0, 1.0, 2.0, 3.0, 0.0]), 2)
    assert sorted(found.tolist()) == [0, 1, 3]


def families() -> Dataset:
    """Tea goes with pots, mugs come in two colours; every order also has something of its own."""
    orders = []
    for day in range(90):
        pair = [["tea", "pot"], ["red mug", "blue mug"], ["jam", "bread"]][day % 3]
        orders.append((day, "", [*pair, f"x{day % 7}"]))
    titles = {"tea": "earl grey tea", "pot": "kettle", "red mug": "mug red stoneware", "bread": "toast loaf"}
    titles |= {"blue mug": "mug blue stoneware", "jam": "plum jam"} | {f"x{k}": f"item{k}" for k in range(7)}
    return shop(orders, titles)


def test_what_goes_together_is_found_and_what_is_alike_is_no_complement() -> None:
    data = families()
    together, complements, substitutes = pair_rules(data)
    mugs = {(("red mug",), "blue mug"), (("blue mug",), "red mug")}
    tea = {(("tea",), "pot"), (("pot",), "tea")}
    jam = {(("jam",), "bread"), (("bread",), "jam")}
    assert told(data, together) == mugs | tea | jam
    assert told(data, complements) == tea | jam
    assert told(data, substitutes) >= mugs
    assert not told(data, substitutes) & (tea | jam)


def test_every_rule_is_counted_right() -> None:
    together = pair_rules(families())[0]
    assert together.counts.both.tolist() == [30.0] * 6
    assert together.counts.total == 90
    assert (together.p_values < 1e-10).all()


def test_a_sequence_has_a_direction() -> None:
    orders = []
    for number in range(40):
        buyer = f"c{number}"
        first, then = ("printer", "ink") if number < 25 else (f"y{number % 5}", f"z{number % 5}")
        orders += [(number, buyer, [first]), (number + 10, buyer, [then])]
    data = shop(orders, {name: name for _, _, basket in orders for name in basket})
    rules = sequential_rules(data)
    assert (("printer",), "ink") in told(data, rules)
    assert (("ink",), "printer") not in told(data, rules)
    row = [left[0] for left in rules.antecedents].index(data.item_ids.index("printer"))
    assert round(rules.gaps[row], 3) == 10.0
    assert rules.counts.both[row] == 25.0
    assert rules.kind is RuleKind.SEQUENTIAL


def test_what_follows_too_late_does_not_follow() -> None:
    orders = [(day, f"c{k}", [item]) for k in range(20) for day, item in ((k, "printer"), (k + 91, "ink"))]
    assert len(sequential_rules(shop(orders, {"printer": "p", "ink": "i"}))) == 0


def test_a_set_of_three_says_more_than_its_parts() -> None:
    orders = [(day, "", ["bun", "patty", "sauce"]) for day in range(12)]
    orders += [(day, "", ["bun", f"x{day % 4}"]) for day in range(12)]
    orders += [(day, "", ["patty", f"x{day % 4}"]) for day in range(12)]
    orders += [(day, "", ["sauce", f"x{day % 4}"]) for day in range(12)]
    names = {name: name for _, _, basket in orders for name in basket}
    data = shop(orders, names)
    rules = set_rules(data)
    ways = {(frozenset(left), right) for left, right in told(data, rules)}
    whole = frozenset({"bun", "patty", "sauce"})
    assert ways == {(whole - {right}, right) for right in whole}
    assert set(rules.counts.both.tolist()) == {12.0}


def test_groups_go_together_as_items_do() -> None:
    data = families()
    kinds = {"tea": "drinks", "pot": "kitchen", "jam": "food", "bread": "bakery"}
    found = group_rules(data, [kinds.get(item, "") for item in data.item_ids])
    pairs = {
        (found.names[left[0]], found.names[right])
        for left, right in zip(found.rules.antecedents, found.rules.consequents.tolist(), strict=True)
    }
    assert pairs == {("drinks", "kitchen"), ("kitchen", "drinks"), ("food", "bakery"), ("bakery", "food")}


def test_price_bands_hold_about_as_many_products_each() -> None:
    prices = np.asarray([0.0, *range(100, 1100, 100)])
    assert price_bands(prices) == [
        "", "0-200", "200-400", "200-400", "400-600", "400-600", "600-800", "600-800", "800-", "800-", "800-",
    ]  # fmt: skip
    assert price_bands(np.asarray([425.0, 425.0])) == ["0-", "0-"]


def test_a_pair_has_the_month_in_which_it_is_bought() -> None:
    orders = [(day, "", ["bread", "jam"]) for day in range(360)]
    orders += [(day, "", ["tree", "star"]) for day in range(335, 360)]
    data = shop(orders, {name: name for name in ("bread", "jam", "tree", "star")})
    place = {name: number for number, name in enumerate(data.item_ids)}
    firsts, seconds = np.asarray([place["tree"], place["jam"]]), np.asarray([place["star"], place["bread"]])
    found = peaks(data, firsts, seconds)
    last = int(data.times[-1].astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12) + 1
    assert found.months.tolist() == [last, 0]
    assert found.factors[0] > 3


@pytest.mark.parametrize("data", [FIVE, shop([]), shop([], {}), shop([(0, "a", ["tea"])]), drawn_shop(40)])
def test_any_history_will_do(data: Dataset) -> None:
    rules = [*pair_rules(data), sequential_rules(data), set_rules(data)]
    for each in rules:
        assert len(each) == len(each.consequents) == len(each.counts) == len(each.p_values)
    assert group_rules(data, ["a"] * data.items).rules is not None
    assert len(alike(data, rules[1].firsts, rules[1].consequents)) == len(rules[1])
    assert (alike(data, rules[1].firsts, rules[1].consequents) < ALIKE).all()
