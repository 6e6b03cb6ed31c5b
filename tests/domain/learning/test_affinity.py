"""Rules, seasons and segments of a small shop: found, kept, asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.accounts.stores import Credentials
from app.domain.learning import affinity, affinity_query, assemble, segments
from app.domain.learning.affinity_query import Least, band
from app.domain.tables.learning import AffinityRule
from app.engine.strategies.cooccurrence import Cooccurrence
from app.engine.types import Published
from app.kernel.db import Database
from app.kernel.errors import Invalid
from app.kernel.ids import StoreId

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

_PRODUCTS = text(
    """
    insert into products (store_id, product_id, title, url, image, category, brand, description, tags,
                          price_amount, currency, stock_version, visible, created_at, version)
    select :store_id, x.id, x.title, '', '', x.category, '', '', '{}', x.price, 'GBP', now(), true,
           now(), now()
    from (values ('tea', 'green leaves', 'drinks', 500), ('pot', 'kettle', 'kitchen', 2500),
                 ('jam', 'plum', 'food', 300), ('bread', 'loaf', 'bakery', 200),
                 ('pen', 'fountain', 'office', 900)) as x(id, title, category, price)
    """
)
_ORDERS = text(
    """
    insert into orders (store_id, order_id, customer_id, created_at, status, currency, total_amount, version)
    select :store_id, 'o' || n, 'c' || n % 10, cast(:at as timestamptz) - n * interval '1 day', 'paid', 'GBP',
           100 * (n % 10 + 1), now()
    from generate_series(1, 60) as n
    """
)
_LINES = text(
    """
    insert into order_lines (store_id, order_id, line_id, product_id, quantity, unit_amount, total_amount)
    select :store_id, 'o' || n, p, p, 1, 100, 100
    from generate_series(1, 60) as n, unnest(case when n % 3 = 0 then array['tea', 'pot']
         when n % 3 = 1 then array['jam', 'bread'] else array['pen'] end) as p
    """
)


@pytest.fixture
def shop(database: Database, store: Credentials) -> Iterator[tuple[Session, StoreId]]:
    """Of 60 orders 20 hold tea and a pot, 20 jam and bread, 20 a pen."""
    with database.unit(store.store_id) as unit:
        for statement in (_PRODUCTS, _ORDERS, _LINES):
            unit.session.execute(statement, {"store_id": store.store_id, "at": NOON})
        learned = affinity.learn(assemble.dataset(unit.session, store.store_id))
        affinity.refresh(unit.session, store.store_id, learned, at=NOON)
        segments.refresh(unit.session, store.store_id, at=NOON)
        yield unit.session, store.store_id


def test_a_rule_is_kept_with_its_measures(shop: tuple[Session, StoreId]) -> None:
    (rule,) = affinity_query.about(*shop, "tea", level="product", kind="complementary")
    assert (rule.consequent, rule.both, rule.first, rule.second, rule.total) == ("pot", 20, 20, 20, 60)
    assert (rule.confidence, rule.lift, rule.conviction) == (1.0, 3.0, None)
    assert rule.leverage == pytest.approx(1 / 3 - 1 / 9)
    assert rule.p_value < 1e-10
    assert rule.probability == pytest.approx(1.0)
    assert rule.computed_at == NOON


def test_a_basket_is_completed_by_what_is_not_in_it(shop: tuple[Session, StoreId]) -> None:
    told = affinity_query.together(*shop, ["tea", "jam"])
    assert {rule.consequent for rule in told} == {"pot", "bread"}
    assert affinity_query.together(*shop, ["tea", "pot"]) == []


def test_rules_can_be_asked_for_by_their_measures(shop: tuple[Session, StoreId]) -> None:
    kind = "frequently_bought_together"
    assert len(affinity_query.strongest(*shop, kind, least=Least(lift=2.9))) == 4
    assert affinity_query.strongest(*shop, kind, least=Least(lift=3.1)) == []
    assert affinity_query.strongest(*shop, kind, least=Least(items=3)) == []


def test_categories_and_prices_have_rules_and_seasons(shop: tuple[Session, StoreId]) -> None:
    (rule,) = affinity_query.about(*shop, "drinks", level="category")
    assert rule.consequent == "kitchen"
    cheap = affinity_query.of_prices(*shop, 0, 150)
    assert {each.antecedents[0] for each in cheap} == {"0-300"}
    season = affinity_query.season(*shop, "drinks")
    assert season is not None
    assert (season.learned, season.months[10]) == (False, 1.3)


def test_the_matrix_is_symmetric(shop: tuple[Session, StoreId]) -> None:
    told = affinity_query.matrix(*shop, size=4)
    assert set(told.names) == {"tea", "pot", "jam", "bread"}
    place = told.names.index
    assert told.scores[place("tea")][place("pot")] == told.scores[place("pot")][place("tea")]
    assert (told.scores[place("tea")][place("pot")] or 0) > 50
    assert told.scores[place("tea")][place("jam")] == 0.0
    assert told.scores[0][0] is None


def test_any_pair_can_be_measured_now(shop: tuple[Session, StoreId]) -> None:
    pair = affinity_query.analyze(*shop, ["pen", "tea"])[0]
    assert (pair.first, pair.second, pair.figures["both"], pair.figures["first"]) == ("pen", "tea", 0.0, 20.0)
    assert pair.p_value == pytest.approx(1.0)
    with pytest.raises(Invalid):
        affinity_query.analyze(*shop, ["pen", "pen"])


def test_learning_again_replaces_and_names_the_same(shop: tuple[Session, StoreId]) -> None:
    session, store_id = shop
    mine = text("select rule_id from affinity_rules where store_id = :store_id order by 1")
    before = session.execute(mine, {"store_id": store_id}).scalars().all()
    learned = affinity.learn(assemble.dataset(session, store_id))
    affinity.refresh(session, store_id, learned, at=NOON + timedelta(days=1))
    assert session.execute(mine, {"store_id": store_id}).scalars().all() == before
    assert len(before) == len(set(before)) > 8
    assert session.query(AffinityRule).filter_by(computed_at=NOON).count() == 0


def test_customers_have_segments_and_are_forgotten(shop: tuple[Session, StoreId]) -> None:
    session, store_id = shop
    best = segments.get(session, store_id, "c9")
    assert best is not None
    assert (best.orders, best.spent_amount, best.money) == (6, 6000, 5)
    assert sum(each.customers for each in segments.sizes(session, store_id)) == 10
    segments.forget(session, store_id, "c9")
    session.expire_all()
    assert segments.get(session, store_id, "c9") is None


def test_a_range_of_prices_is_read_in_major_units() -> None:
    assert band("5-10", 2) == (500, 1000)
    assert band("50-", 0) == (50, None)
    for wrong in ("cheap", "10-5", "nan-3"):
        with pytest.raises(Invalid):
            band(wrong, 2)


def test_a_slot_is_told_the_same_chance_as_its_rule(shop: tuple[Session, StoreId]) -> None:
    session, store_id = shop
    data = assemble.dataset(session, store_id)
    learned = affinity.learn(data)
    lists = Cooccurrence().fit(data).lists()
    published = Published(data.item_ids, (), {"together": lists}, {})
    told = affinity.promised(published, learned).lists["together"]
    tea, pot = data.item_ids.index("tea"), data.item_ids.index("pot")
    assert told.items[told.starts[tea] : told.starts[tea + 1]].tolist() == [pot]
    chance = told.because(tea, int(told.starts[tea])).confidence
    kept = session.execute(
        text(
            "select distinct probability from affinity_rules"
            " where store_id = :s and level = 'product' and antecedents = '{tea}' and consequent = 'pot'"
            " and probability is not null"
        ),
        {"s": store_id},
    ).scalars()
    assert kept.all() == [pytest.approx(chance)]
    assert lists.because(tea, int(lists.starts[tea])).confidence is None  # not known without the rules
