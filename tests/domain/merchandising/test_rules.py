"""What a merchant may ask for, how it is kept, and which products it means."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.accounts import stores
from app.domain.accounts.stores import Credentials
from app.domain.merchandising import rules, storefront
from app.domain.merchandising.rules import Choice
from app.engine.rules import Coded, Rule, RuleKind, Traits, met
from app.kernel.errors import Invalid, NotFound
from app.kernel.runtime import Runtime
from tests.conftest import NOON

HOUR = timedelta(hours=1)
SALE = Choice(name="Sale", kind="boost", categories=("china",), strength=2.0)
CATEGORIES, BRANDS, PRODUCTS = ("china", "food"), ("Ash", "Elm"), ("cup", "pot", "tea")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"kind": "hide"}, "kind"),
        ({"locations": ("cellar",)}, "locations"),
        ({"products": ("",)}, "products"),
        ({"brands": ("x" * 201,)}, "brands"),
        ({"categories": tuple(map(str, range(1_001)))}, "categories"),
        ({"price_from": -1}, "price_from"),
        ({"price_from": 200, "price_to": 100}, "price_from"),
        ({"stock_to": 10**9 + 1}, "stock_to"),
        ({"starts_at": NOON.replace(tzinfo=None)}, "starts_at"),
        ({"starts_at": NOON, "ends_at": NOON}, "ends_at"),
        ({"priority": 1_001}, "priority"),
        ({"kind": "pin", "position": 13}, "position"),
        ({"strength": 0.001}, "strength"),
        ({"strength": 1.0}, "strength"),
        ({"kind": "exclude", "categories": ()}, "kind"),
        ({"kind": "boost", "categories": ()}, "kind"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_field_at_fault(
    runtime: Runtime, store: Credentials, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused, runtime.unit(store.store_id) as unit:
        rules.create(unit.session, store.store_id, replace(SALE, **wrong), at=NOON)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_rule_is_kept_changed_and_deleted(runtime: Runtime, store: Credentials) -> None:
    with runtime.unit(store.store_id) as unit:
        made = rules.create(unit.session, store.store_id, SALE, at=NOON)
        changed = replace(SALE, kind="pin", position=2, products=("tea",))
        rules.update(unit.session, store.store_id, made.rule_id, changed, at=NOON + HOUR)
        (kept,) = rules.every(unit.session, store.store_id)
        assert (kept.kind, kept.position, kept.products, kept.version) == ("pin", 2, ["tea"], NOON + HOUR)
        rules.delete(unit.session, store.store_id, made.rule_id)
        assert rules.every(unit.session, store.store_id) == []


def test_another_stores_rule_is_not_found(
    runtime: Runtime, store: Credentials, other_store: Credentials
) -> None:
    with runtime.unit(store.store_id) as unit:
        made = rules.create(unit.session, store.store_id, SALE, at=NOON)
    with pytest.raises(NotFound), runtime.unit(other_store.store_id) as unit:
        rules.get(unit.session, other_store.store_id, made.rule_id)


def test_storefronts_are_told_what_is_switched_on_the_highest_priority_first(
    runtime: Runtime, store: Credentials
) -> None:
    with runtime.unit(store.store_id) as unit:
        for name, priority, active in (("low", 1, True), ("off", 9, False), ("high", 5, True)):
            choice = replace(SALE, name=name, priority=priority, active=active, ends_at=NOON + HOUR)
            rules.create(unit.session, store.store_id, choice, at=NOON)
        config = storefront.config(unit.session, store.store_id, stores.get(unit.session, store.store_id))
    told = [(rule.priority, rule.kind, rule.categories, rule.ends_at) for rule in config.rules]
    assert told == [
        (5, RuleKind.BOOST, ("china",), NOON + HOUR),
        (1, RuleKind.BOOST, ("china",), NOON + HOUR),
    ]


some = st.integers(0, 400) | st.none()
products = st.lists(
    st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(BRANDS), st.integers(0, 400), st.integers(-1, 5)),
    min_size=1,
    max_size=3,
)


@given(
    shelf=products,
    named=st.sets(st.sampled_from(PRODUCTS)),
    categories=st.sets(st.sampled_from((" CHINA", "food", "toys"))),
    brands=st.sets(st.sampled_from(("ash", "Elm "))),
    prices=st.tuples(some, some),
    stock=st.tuples(some, some),
)
def test_a_product_is_meant_if_it_meets_every_condition_that_is_given(
    shelf: list[tuple[str, str, int, int]],
    named: set[str],
    categories: set[str],
    brands: set[str],
    prices: tuple[int | None, int | None],
    stock: tuple[int | None, int | None],
) -> None:
    rule = Rule(
        "r1", RuleKind.EXCLUDE, products=tuple(named), categories=tuple(categories), brands=tuple(brands),
        price_from=prices[0], price_to=prices[1], stock_from=stock[0], stock_to=stock[1],
    )  # fmt: skip

    def within(value: int, bounds: tuple[int | None, int | None]) -> bool:
        return (bounds[0] is None or value >= bounds[0]) and (bounds[1] is None or value <= bounds[1])

    def among(text: str, wanted: set[str]) -> bool:
        return not wanted or text.casefold() in {each.strip().casefold() for each in wanted}

    expected = [
        (not named or product in named)
        and among(category, categories)
        and among(brand, brands)
        and within(price, prices)
        and (stock == (None, None) or (left >= 0 and within(left, stock)))
        for product, (category, brand, price, left) in zip(PRODUCTS, shelf, strict=False)
    ]
    assert met(rule, traits(shelf)).tolist() == expected


def traits(shelf: list[tuple[str, str, int, int]]) -> Traits:
    """A shelf of category, brand, price and stock (-1 = not counted)."""
    categories, brands = (
        Coded.of(np.array([names.index(row[place]) for row in shelf], np.int32), names)
        for place, names in enumerate((CATEGORIES, BRANDS))
    )
    return Traits(
        numbers={product: number for number, product in enumerate(PRODUCTS[: len(shelf)])},
        categories=categories,
        brands=brands,
        prices=np.array([row[2] for row in shelf], np.int64),
        stock=np.array([row[3] for row in shelf], np.int64),
    )


@given(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3))
def test_a_rule_applies_from_its_start_until_before_its_end(start: int, end: int, now: int) -> None:
    rule = Rule("r1", RuleKind.PIN, starts_at=NOON + start * HOUR, ends_at=NOON + end * HOUR)
    assert rule.active(NOON + now * HOUR) is (start <= now < end)
