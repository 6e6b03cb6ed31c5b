"""Our results as the shop's own recommendations: written where they are asked for, and taken back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from app.domain.accounts import stores
from app.domain.learning import natives, publish, training
from app.kernel.errors import Upstream
from app.platforms.base import Access, NativeList
from app.platforms.shopify import native
from app.platforms.shopify.client import Client
from app.platforms.shopify.platform import ShopifyPlatform
from tests.platforms.shopify.conftest import Bench
from tests.simulators.shopify.shop import Line, Ref, number


def held(bench: Bench, gid: str, key: str) -> list[str] | None:
    for each in bench.at.shop.at(gid)["metafields"]:
        field = bench.at.shop.at(each.gid)
        if (field["namespace"], field["key"]) == (native.NAMESPACE, key):
            return [name.rpartition("/")[2] for name in json.loads(field["value"])]
    return None


def put(bench: Bench, gid: str, key: str, others: list[str]) -> None:
    """As a merchant does in Search & Discovery."""
    value = json.dumps([f"gid://shopify/Product/{each}" for each in others])
    field = bench.at.shop.add("Metafield", namespace=native.NAMESPACE, key=key, value=value)
    bench.at.shop.at(gid)["metafields"].append(Ref(field["id"]))


def ids(bench: Bench, *names: str) -> list[str]:
    return [str(number(bench.at.shop.add_product(name)["id"])) for name in names]


def client(bench: Bench) -> Client:
    grant = bench.platform.exchange(bench.identity())
    return bench.platform.client(lambda: grant)


def gid(product_id: str) -> str:
    return f"gid://shopify/Product/{product_id}"


def test_both_lists_are_written_as_product_references(bench: Bench) -> None:
    tea, cup, pot = ids(bench, "Tea", "Cup", "Pot")
    native.publish(client(bench), [NativeList(tea, (cup, pot), (pot,))])
    assert held(bench, gid(tea), native.RELATED) == [cup, pot]
    assert held(bench, gid(tea), native.COMPLEMENTARY) == [pot]


def test_never_the_product_itself_no_doubles_ten_at_most(bench: Bench) -> None:
    tea, *others = ids(bench, "Tea", *(f"Other {at}" for at in range(12)))
    native.publish(client(bench), [NativeList(tea, (tea, others[0], *others), ())])
    assert held(bench, gid(tea), native.RELATED) == others[:10]


def test_an_empty_list_leaves_the_place_to_shopify(bench: Bench) -> None:
    tea, cup = ids(bench, "Tea", "Cup")
    native.publish(client(bench), [NativeList(tea, (cup,), (cup,))])
    native.publish(client(bench), [NativeList(tea, (cup,), ())])
    assert held(bench, gid(tea), native.COMPLEMENTARY) is None


def test_many_go_twenty_five_fields_at_a_time(bench: Bench) -> None:
    all_of_them = ids(bench, *(f"Product {at}" for at in range(30)))
    lists = [NativeList(each, tuple(all_of_them[:3]), tuple(all_of_them[3:5])) for each in all_of_them]
    native.publish(client(bench), lists)
    assert bench.at.admin.asked.count("MetafieldsSet") == 3
    assert all(held(bench, gid(each), native.RELATED) for each in all_of_them)


def test_what_stood_there_is_told_and_put_back_as_it_was(bench: Bench) -> None:
    tea, cup, pot = ids(bench, "Tea", "Cup", "Pot")
    put(bench, gid(tea), native.COMPLEMENTARY, [tea, pot, pot])  # whatever a merchant may have put there
    asking = client(bench)
    before = list(native.held(asking, [tea, cup, "404"]))
    assert before == [NativeList(tea, (), (tea, pot, pot)), NativeList(cup, (), ())]
    native.publish(asking, [NativeList(tea, (cup,), (cup,)), NativeList(cup, (tea,), ())])
    native.withdraw(asking, [*before, NativeList("404", (), ())])
    assert held(bench, gid(tea), native.COMPLEMENTARY) == [tea, pot, pot]
    assert held(bench, gid(tea), native.RELATED) is None
    assert bench.at.shop.at(gid(cup))["metafields"] == []


def test_a_product_that_is_gone_holds_up_no_other(bench: Bench) -> None:
    tea, cup, pot = ids(bench, "Tea", "Cup", "Pot")
    bench.at.shop.delete_product(gid(pot))
    lists = [NativeList(pot, (tea,), ()), NativeList(cup, (tea,), (pot,)), NativeList(tea, (cup,), ())]
    native.publish(client(bench), lists)
    assert held(bench, gid(tea), native.RELATED) == [cup]
    assert held(bench, gid(cup), native.RELATED) == [tea]
    assert held(bench, gid(cup), native.COMPLEMENTARY) is None


def test_what_cannot_be_put_back_is_taken_away(bench: Bench) -> None:
    tea, cup, pot = ids(bench, "Tea", "Cup", "Pot")
    asking = client(bench)
    native.publish(asking, [NativeList(tea, (cup,), ())])
    bench.at.shop.delete_product(gid(pot))
    native.withdraw(asking, [NativeList(tea, (pot,), ())])
    assert bench.at.shop.at(gid(tea))["metafields"] == []


@pytest.fixture
def learned(bench: Bench) -> Bench:
    """A shop whose orders say that cup and pot go with tea."""
    sold = [bench.at.shop.add_product(name, stock=(50,)) for name in ("Tea", "Cup", "Pot", "Hat", "Bag")]
    variants = [each["variants"][0].gid for each in sold]
    for at in range(40):
        pair = (0, 1 + at % 2) if at % 4 else (3, 4)
        bench.at.shop.place_order([Line(variants[each]) for each in pair], tell=False)
        bench.clock.advance(timedelta(minutes=30))
    bench.install()
    bench.sync()
    version = training.renew(bench.runtime, bench.store_id)
    assert version
    assert publish.restore(bench.runtime, bench.store_id) is not None
    return bench


def switch(bench: Bench, *, on: bool) -> None:
    with bench.runtime.unit(bench.store_id) as unit:
        unit.enqueue(natives.switch(unit.session, bench.store_id, on=on))
    bench.work()


def test_the_switch_writes_what_was_learned_and_takes_it_back(learned: Bench) -> None:
    shop = learned.at.shop
    tea, cup, pot = (
        next(i for i, p in shop.all("Product").items() if p["title"] == t) for t in ("Tea", "Cup", "Pot")
    )
    assert natives.write(learned.runtime, learned.store_id) == 0
    assert held(learned, tea, native.COMPLEMENTARY) is None
    switch(learned, on=True)
    goes_with = held(learned, tea, native.COMPLEMENTARY)
    assert goes_with is not None
    assert set(goes_with[:2]) == {cup.rpartition("/")[2], pot.rpartition("/")[2]}
    assert natives.write(learned.runtime, learned.store_id) == 0  # unchanged is not written again
    switch(learned, on=False)
    assert all(each["metafields"] == [] for each in shop.all("Product").values())
    assert learned.rows("select count(*) from natives") == [(0,)]


def test_switched_off_while_it_was_written_nothing_stays(learned: Bench) -> None:
    with learned.runtime.unit(learned.store_id) as unit:
        stores.get(unit.session, learned.store_id).native_lists = True
    natives.write(learned.runtime, learned.store_id)
    switch(learned, on=False)
    natives.write(learned.runtime, learned.store_id)
    assert all(each["metafields"] == [] for each in learned.at.shop.all("Product").values())


def title(bench: Bench, wanted: str) -> str:
    return next(gid for gid, each in bench.at.shop.all("Product").items() if each["title"] == wanted)


def test_what_a_merchant_chose_is_back_when_we_are_switched_off(learned: Bench) -> None:
    tea, hat = title(learned, "Tea"), title(learned, "Hat")
    put(learned, tea, native.COMPLEMENTARY, [str(number(hat))])
    switch(learned, on=True)
    assert held(learned, tea, native.COMPLEMENTARY) != [str(number(hat))]
    natives.write(learned.runtime, learned.store_id)
    switch(learned, on=False)
    assert held(learned, tea, native.COMPLEMENTARY) == [str(number(hat))]
    assert held(learned, tea, native.RELATED) is None


class Away(ShopifyPlatform):
    def publish(self, access: Access, lists: Iterable[NativeList]) -> None:
        raise Upstream("away", retry=True)


def test_what_was_noted_and_not_written_is_written_the_next_time(learned: Bench) -> None:
    tea, hat = title(learned, "Tea"), title(learned, "Hat")
    put(learned, tea, native.COMPLEMENTARY, [str(number(hat))])
    with learned.runtime.unit(learned.store_id) as unit:
        stores.get(unit.session, learned.store_id).native_lists = True
    parts = {each.name: getattr(learned.platform, each.name) for each in fields(learned.platform)}
    away = replace(learned.runtime, platforms={"shopify": Away(**parts)})
    with pytest.raises(Upstream):
        natives.write(away, learned.store_id)
    assert natives.write(learned.runtime, learned.store_id) == 5
    assert held(learned, tea, native.RELATED)
    switch(learned, on=False)
    assert held(learned, tea, native.COMPLEMENTARY) == [str(number(hat))]
