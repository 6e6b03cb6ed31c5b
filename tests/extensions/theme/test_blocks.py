"""What the blocks put on a page, by their own Liquid."""

from __future__ import annotations

import re

from app.platforms.shopify.native import COMPLEMENTARY, RELATED
from tests.extensions.theme.conftest import Shopfront
from tests.simulators.shopify.shop import number
from tests.simulators.shopify.theme import Market, Placed


def noscript(page: str) -> str:
    return " ".join(re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL))


def placements(page: str) -> list[str]:
    return [" ".join(each.split()) for each in re.findall(r"<alongside-placement([^>]*)>", page)]


def buy(shopfront: Shopfront, *variants: str, slate: str = "") -> None:
    items = [{"id": number(each), "properties": {"_alongside_slate": slate}} for each in variants]
    answer = shopfront.browser.post(f"/{shopfront.at.shop.domain}/cart/add.js", json={"items": items})
    assert answer.status_code == 200


def test_a_block_asks_for_the_product_of_the_page(shopfront: Shopfront) -> None:
    tea, together = number(shopfront.tea["id"]), 'data-title="Bought together"'
    assert placements(shopfront.page("products/tea")) == [
        f'placement="product" product="{tea}"',
        f'placement="cart" product="{tea}" basket="{tea}" limit="2" data-display="bundle" {together}',
        f'placement="recent" product="{tea}"', f'product="{tea}" hidden',
    ]  # fmt: skip


def test_the_loader_says_where_we_are_under_which_key_and_that_consent_is_asked_for(
    shopfront: Shopfront,
) -> None:
    shopfront.connect()
    page = shopfront.page("products/tea")
    loader = re.search(r"<script[^>]*/alongside\.js[^>]*>", page)
    assert loader is not None
    for told in ('data-key="pk_1"', 'data-base="https://app.example"', 'data-consent="ask"', "defer"):
        assert told in loader[0]


def test_a_shop_that_is_not_connected_loads_nothing(shopfront: Shopfront) -> None:
    assert "alongside.js" not in shopfront.page("products/tea")


def test_in_the_theme_editor_nobody_is_recognised_and_what_is_missing_is_said(shopfront: Shopfront) -> None:
    assert "not connected to this shop yet" in shopfront.page("products/tea?design_mode")
    shopfront.connect()
    page = shopfront.page("products/tea?design_mode")
    assert 'data-consent="denied"' in page
    assert 'data-consent="ask"' not in page


def test_without_a_script_published_products_stand_at_the_buyers_prices(shopfront: Shopfront) -> None:
    shopfront.publish(RELATED, shopfront.tea, shopfront.cup, shopfront.pot)
    shown = noscript(shopfront.page("products/tea"))
    assert "You may also like" in shown
    assert re.findall(r"[£€][\d.]+", shown) == ["£7.50", "£24.00"]
    assert 'href="/acme.myshopify.com/products/cup"' in shown


def test_another_market_has_its_own_prices_words_addresses_and_goods(shopfront: Shopfront) -> None:
    shopfront.publish(RELATED, shopfront.tea, shopfront.cup, shopfront.pot)
    shown = noscript(shopfront.page("fr/products/tea"))
    assert "Vous aimerez peut-être aussi" in shown
    assert "Tasse" in shown
    assert re.findall(r"[\d.]+ €", shown) == ["9.00 €"]
    assert 'href="/acme.myshopify.com/fr/products/cup"' in shown


def test_a_currency_without_a_minor_unit_is_written_without_one(shopfront: Shopfront) -> None:
    shopfront.publish(RELATED, shopfront.tea, shopfront.cup)
    assert "¥1425<" in noscript(shopfront.page("jp/products/tea")).replace(" ", "").replace("\n", "")


def test_what_has_sold_out_and_the_product_itself_are_left_out(shopfront: Shopfront) -> None:
    shopfront.publish(RELATED, shopfront.tea, shopfront.tea, shopfront.cup, shopfront.pot)
    shopfront.at.shop.set_stock(shopfront.cup["variants"][0].gid, 0)
    shown = noscript(shopfront.page("products/tea"))
    assert re.findall(r"products/(\w+)", shown) == ["pot"]


def test_with_nothing_published_nothing_stands_there(shopfront: Shopfront) -> None:
    assert noscript(shopfront.page("products/tea")) == ""
    shopfront.publish(RELATED, shopfront.tea, shopfront.tea)
    assert noscript(shopfront.page("products/tea")) == ""


def test_as_many_as_the_merchant_set(shopfront: Shopfront) -> None:
    shopfront.at.theme.blocks = {"product": [Placed("recommendations", {"count": 1})]}
    shopfront.publish(RELATED, shopfront.tea, shopfront.cup, shopfront.pot)
    page = shopfront.page("products/tea")
    assert 'limit="1"' in placements(page)[0]
    assert noscript(page).count("<li ") == 1


def test_room_is_kept_where_the_merchant_wants_it(shopfront: Shopfront) -> None:
    assert "min-height" not in shopfront.page("products/tea")
    shopfront.at.theme.blocks = {"product": [Placed("bundle", {"reserve": True})]}
    assert "min-height" in placements(shopfront.page("products/tea"))[0]


def test_a_title_is_text_and_no_markup(shopfront: Shopfront) -> None:
    shopfront.cup["title"] = "<b>Cup</b>"
    shopfront.publish(RELATED, shopfront.tea, shopfront.cup)
    assert "&lt;b&gt;Cup" in noscript(shopfront.page("products/tea"))


def test_a_bundle_shows_what_goes_with_the_product(shopfront: Shopfront) -> None:
    shopfront.at.theme.blocks = {"product": [Placed("bundle")]}
    shopfront.publish(COMPLEMENTARY, shopfront.tea, shopfront.pot)
    shown = noscript(shopfront.page("products/tea"))
    assert "£24.00" in shown
    assert '<h2 class="alongside-title">Bought together</h2>' in shown


def test_a_bundle_has_the_merchants_heading_or_one_in_the_buyers_language(shopfront: Shopfront) -> None:
    shopfront.at.theme.markets = (Market(), Market("fr", "fr", "EUR", "2", "{} €"))
    shopfront.at.theme.blocks = {"product": [Placed("bundle")]}
    assert 'data-title="Achetés ensemble"' in placements(shopfront.page("fr/products/tea"))[0]
    shopfront.at.theme.blocks = {"product": [Placed("bundle", {"heading": '"Tea" & more'})]}
    assert 'data-title="&quot;Tea&quot; &amp; more"' in placements(shopfront.page("products/tea"))[0]


def test_the_cart_asks_for_what_goes_with_all_that_is_in_it(shopfront: Shopfront) -> None:
    shopfront.publish(COMPLEMENTARY, shopfront.tea, shopfront.pot)
    buy(shopfront, shopfront.cup["variants"][0].gid, shopfront.tea["variants"][0].gid)
    page = shopfront.page("cart")
    basket = f"{number(shopfront.tea['id'])},{number(shopfront.cup['id'])}"
    assert placements(page) == [f'placement="cart" data-alongside-cart="1400" basket="{basket}"']
    assert "£24.00" in noscript(page)


def test_the_same_block_shows_each_page_its_own_placement(shopfront: Shopfront) -> None:
    shopfront.at.theme.blocks = {kind: [Placed("recommendations")] for kind in ("product", "cart", "index")}
    asked = [placements(shopfront.page(path))[0].split()[0] for path in ("products/tea", "cart", "")]
    assert asked == ['placement="product"', 'placement="cart"', 'placement="home"']


def test_an_order_tells_the_slate_of_each_line_and_who_filled_the_cart(shopfront: Shopfront) -> None:
    buy(shopfront, shopfront.cup["variants"][0].gid, slate="S1")
    root = f"/{shopfront.at.shop.domain}"
    shopfront.browser.post(f"{root}/cart/update.js", json={"attributes": {"_alongside_visitor": "v_1"}})
    shopfront.browser.post(f"{root}/checkout")
    body = shopfront.at.shop.happened[-1].body
    assert body["note_attributes"] == [{"name": "_alongside_visitor", "value": "v_1"}]
    assert body["line_items"][0]["properties"] == [{"name": "_alongside_slate", "value": "S1"}]
