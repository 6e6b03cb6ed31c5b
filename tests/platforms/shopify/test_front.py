"""Where a shop's pages find us: in a metafield of ours, which the blocks of the theme read."""

from __future__ import annotations

import json
from dataclasses import fields, replace

from app.domain.accounts import grants, stores
from app.domain.commerce import shops
from app.domain.merchandising import storefront
from app.kernel.errors import Upstream
from app.platforms.base import Access, Front
from app.platforms.shopify import front
from app.platforms.shopify.platform import ShopifyPlatform
from app.serving import guard
from tests.platforms.shopify.conftest import APP, Bench


def told(bench: Bench) -> list[dict[str, str]]:
    shop = bench.at.shop
    held = [
        shop.at(each.gid) for owner in shop.all("AppInstallation").values() for each in owner["metafields"]
    ]
    return [json.loads(each["value"]) for each in held if each["key"] == front.KEY]


def test_an_installation_tells_the_pages_where_we_are(bench: Bench) -> None:
    bench.install()
    assert told(bench) == [{"base": APP, "key": bench.store.public_key}]


def test_twice_is_as_good_as_once(bench: Bench) -> None:
    bench.install()
    shops.refresh(bench.runtime, bench.store_id)
    assert len(told(bench)) == 1


def test_pages_learn_where_we_moved_within_a_day(bench: Bench) -> None:
    bench.install()
    access = grants.access(bench.runtime, bench.store_id)
    bench.platform.place(access, Front("https://old.example", "pk_old"))
    assert told(bench)[0]["base"] == "https://old.example"
    shops.refresh(bench.runtime, bench.store_id)
    assert told(bench) == [{"base": APP, "key": bench.store.public_key}]


class Refusing(ShopifyPlatform):
    def place(self, access: Access, front: Front) -> None:
        raise Upstream("metafieldsSet: later", retry=True)


def test_a_shop_that_does_not_take_it_is_connected_all_the_same(bench: Bench) -> None:
    whole = bench.runtime
    parts = {each.name: getattr(bench.platform, each.name) for each in fields(bench.platform)}
    bench.runtime = replace(whole, platforms={**whole.platforms, "shopify": Refusing(**parts)})
    bench.install()
    assert told(bench) == []
    shops.refresh(whole, bench.store_id)
    assert told(bench) == [{"base": APP, "key": bench.store.public_key}]


def test_the_shop_says_whom_to_write_to_and_in_which_language(bench: Bench) -> None:
    about = "select email, home, language from stores"
    home = "https://acme.myshopify.com/admin/apps/client-id"
    bench.at.shop.add_domain("https://acme.myshopify.com/fr/", "fr")
    bench.at.shop.add_domain("https://acme.myshopify.com/", "de")
    bench.install()
    assert bench.rows(about) == [("owner@tea.example", home, "de")]
    bench.at.shop.rename("Tee & Co", "es")
    assert bench.deliver() == [200]
    bench.work()
    assert bench.rows("select name, language from stores") == [("Tee & Co", "es")]


def test_pages_of_every_market_and_of_the_theme_editor_may_ask(bench: Bench) -> None:
    bench.at.shop.host = "tea.example"
    bench.at.shop.add_domain("https://the.example/fr/")
    bench.at.shop.add_domain("https://the.example/")
    bench.install()
    with bench.runtime.unit(bench.store_id) as unit:
        config = storefront.config(unit.session, bench.store_id, stores.get(unit.session, bench.store_id))
    assert config.domains == ("tea.example", "acme.myshopify.com", "the.example")
    for origin, is_ours in (("https://the.example", True), ("https://evil.example", False)):
        assert guard.welcome({"HTTP_ORIGIN": origin}, config) is is_ours
