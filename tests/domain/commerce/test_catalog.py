from __future__ import annotations

import pytest

from app.bridge import overlay
from app.bridge.overlay import Aspect
from app.domain.accounts.stores import Credentials
from app.domain.commerce import catalog, sync
from app.kernel.money import Money
from app.kernel.runtime import Runtime
from tests.domain.commerce.toys import at, gone, look, product, send, stock

VARIANTS = "select variant_id, position, deleted from variants order by variant_id"


def live(runtime: Runtime, store: Credentials, product_id: str = "tea") -> dict[Aspect, object]:
    entries = overlay.since(runtime.valkey, store.store_id, 0)[1]
    return {aspect: value for aspect, (_, value) in entries[product_id].aspects.items()}


def test_a_product_is_kept_with_all_that_was_said(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(tags=("hot", 'a "b", c'), hour=3))
    query = "select title, tags, price_amount, currency, visible, created_at, version, deleted from products"
    assert look(runtime, store.store_id, query) == [
        ("Tea", ["hot", 'a "b", c'], 425, "GBP", True, at(0), at(3), False)
    ]


def test_an_older_product_never_overwrites_a_newer_one(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(title="New", hour=2))
    outcome = send(runtime, store.store_id, product(title="Old", hour=1))
    assert outcome.stale == 1
    assert look(runtime, store.store_id, "select title from products") == [("New",)]


def test_a_variant_that_is_left_out_is_gone(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(variants=("s", "m", "l"), hour=1))
    send(runtime, store.store_id, product(variants=("l", "s"), hour=2))
    assert look(runtime, store.store_id, VARIANTS) == [("l", 1, False), ("m", 2, True), ("s", 2, False)]


def test_a_deleted_product_stays_known(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(hour=1, variants=("s",)))
    send(runtime, store.store_id, gone(hour=2))
    assert look(runtime, store.store_id, "select title, deleted from products") == [("Tea", True)]
    assert look(runtime, store.store_id, "select deleted from variants") == [(True,)]
    with runtime.unit(store.store_id) as unit:
        assert catalog.count(unit.session, store.store_id) == 0


def test_an_old_update_does_not_bring_a_deleted_product_back(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, gone(hour=2))
    send(runtime, store.store_id, product(hour=1))
    assert look(runtime, store.store_id, "select deleted from products") == [(True,)]


def test_a_product_comes_back_with_a_newer_version(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(hour=1), gone(hour=2))
    send(runtime, store.store_id, product(hour=3))
    assert look(runtime, store.store_id, "select deleted from products") == [(False,)]


def test_stock_has_a_version_of_its_own(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(hour=5))
    send(runtime, store.store_id, stock(3, hour=2))
    send(runtime, store.store_id, product(hour=6, title="Fine tea"))
    assert look(runtime, store.store_id, "select title, stock from products") == [("Fine tea", 3)]


def test_older_stock_is_stale(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(), stock(3, hour=2))
    assert send(runtime, store.store_id, stock(9, hour=1)).stale == 1
    assert look(runtime, store.store_id, "select stock from products") == [(3,)]


def test_a_product_may_bring_its_stock_along(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(hour=4, stock=(stock(7, hour=4),)))
    assert look(runtime, store.store_id, "select stock, stock_version from products") == [(7, at(4))]


def test_stock_before_its_product_waits_for_it(runtime: Runtime, store: Credentials) -> None:
    outcome = send(runtime, store.store_id, stock(3, hour=2), stock(1, hour=2, variant_id="s"))
    assert outcome.accepted == 2
    assert look(runtime, store.store_id, "select count(*) from products where not deleted") == [(0,)]
    send(runtime, store.store_id, product(hour=1, variants=("s",)))
    assert look(runtime, store.store_id, "select title, stock, deleted from products") == [("Tea", 3, False)]
    assert look(runtime, store.store_id, "select title, stock, deleted from variants") == [("S", 1, False)]


def test_what_sells_out_is_in_the_overlay_at_once(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product())
    send(runtime, store.store_id, stock(0, hour=2))
    assert live(runtime, store)[Aspect.STOCK] == 0


def test_a_new_price_is_in_the_overlay_at_once(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(hour=1))
    send(runtime, store.store_id, product(hour=2, price=Money(399, "GBP"), visible=False))
    told = live(runtime, store)
    assert (told[Aspect.PRICE], told[Aspect.VISIBLE]) == (399, False)


def test_a_deleted_product_is_hidden_in_the_overlay(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(hour=1))
    send(runtime, store.store_id, gone(hour=2))
    assert live(runtime, store)[Aspect.VISIBLE] is False


def test_a_product_has_as_many_as_its_variants_together(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product(variants=("s", "m")))
    send(runtime, store.store_id, stock(2, hour=2, variant_id="s"), stock(3, hour=2, variant_id="m"))
    assert live(runtime, store)[Aspect.STOCK] == 5


def test_a_variant_that_is_not_counted_keeps_its_product_on_sale(
    runtime: Runtime, store: Credentials
) -> None:
    send(runtime, store.store_id, product(variants=("s", "m")))
    send(runtime, store.store_id, stock(0, hour=2, variant_id="s"))
    assert live(runtime, store)[Aspect.STOCK] is None


def test_nothing_reaches_the_overlay_of_a_unit_that_fails(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product())
    with pytest.raises(ZeroDivisionError), runtime.unit(store.store_id) as unit:
        sync.apply(unit, store.store_id, [stock(0, hour=2)], valkey=runtime.valkey, now=runtime.clock.now())
        _ = 1 / 0
    assert overlay.since(runtime.valkey, store.store_id, 0)[1] == {}


def test_what_the_fast_wing_lost_is_told_again(runtime: Runtime, store: Credentials) -> None:
    send(runtime, store.store_id, product("tea", hour=1), product("cup", hour=1))
    send(runtime, store.store_id, stock(0, hour=5))
    runtime.valkey.flushall()
    with runtime.unit(store.store_id) as unit:
        sync.show_again(unit, store.store_id, since=at(4), valkey=runtime.valkey)
    assert live(runtime, store)[Aspect.STOCK] == 0
    assert set(overlay.since(runtime.valkey, store.store_id, 0)[1]) == {"tea"}
