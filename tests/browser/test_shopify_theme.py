"""Our blocks in a simulated theme, in a real browser: from the admin's frame to revenue to the cent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from app.kernel.runtime import Runtime
from tests.browser.shopify import (
    CARDS,
    SHOP,
    Stage,
    at_console,
    attributes,
    enter,
    installed,
    last_order,
    look,
    pay,
    raised,
    switch_on,
)
from tests.browser.test_journey import soon
from tests.simulators.shopify.shop import Line
from tests.simulators.shopify.theme import Market, Theme

pytestmark = pytest.mark.browser

PRICES = {"Tea": "6.55", "Cup": "7.45", "Pot": "24.05", "Hat": "12.35", "Bag": "19.95"}


@pytest.fixture
def stage(runtime: Runtime, tmp_path: Path) -> Iterator[Stage]:
    """A shop whose orders say that cup and pot go with tea; we are not installed, its theme is bare."""
    with raised(runtime, tmp_path) as stage:
        shop = stage.at.shop
        goods = [shop.add_product(name, price, stock=(50,)) for name, price in PRICES.items()]
        sold = [each["variants"][0].gid for each in goods]
        for at in range(40):
            pair = (0, 1 + at % 2) if at % 4 else (3, 4)
            order = shop.place_order([Line(sold[each]) for each in pair], tell=False)
            long_ago = stage.runtime.clock.now() - timedelta(hours=3 * (40 - at))
            order["createdAt"] = order["updatedAt"] = long_ago.strftime("%Y-%m-%dT%H:%M:%SZ")
        stage.at.theme = Theme(blocks={}, embed=False)
        yield stage


@pytest.fixture
def merchant(browser: Browser, stage: Stage) -> Iterator[BrowserContext]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as window:
        # The theme editor of a shop lies at Shopify; here it is the simulator's.
        window.route(f"https://{SHOP}/**", lambda route: to_simulator(route, window, stage))
        yield window


@pytest.fixture
def buyers(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    opened: list[BrowserContext] = []

    def come() -> BrowserContext:
        opened.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        return opened[-1]

    yield come
    for each in opened:
        each.close()


def to_simulator(route: Route, window: BrowserContext, stage: Stage) -> None:
    path = route.request.url.removeprefix(f"https://{SHOP}/")
    route.fulfill(response=window.request.get(stage.shop + path))


def test_from_the_admins_frame_to_revenue_to_the_cent(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    console = installed(stage, merchant)
    switch_on(stage, merchant, "Alongside in your theme", "Recommendations")
    assert at_console(stage, console) == "£0.00"

    page = enter(stage, buyers)
    card = page.locator(CARDS).first
    card.scroll_into_view_if_needed()
    title = card.locator("a").inner_text()
    assert card.locator(".alongside-price").inner_text() == f"£{PRICES[title]}"
    page.wait_for_timeout(1500)
    card.locator("a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.locator("#buy button").click()
    pay(page)

    order = last_order(stage)
    line = stage.at.shop.at(order["lineItems"][0].gid)
    assert attributes(line["customAttributes"])["_alongside_slate"]
    assert attributes(order["customAttributes"])["_alongside_visitor"].startswith("v_")
    assert at_console(stage, console) == f"£{PRICES[title]}"


@pytest.mark.parametrize("theme", [Theme(), Theme(actions=False)], ids=["standard actions", "the AJAX cart"])
def test_a_card_is_added_where_it_is_shown_and_the_theme_shows_it(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext], theme: Theme
) -> None:
    console = installed(stage, merchant)
    stage.at.theme = theme
    page = enter(stage, buyers)
    card = page.locator(CARDS).first
    title = card.locator("a").inner_text()
    card.get_by_role("button").click()
    expect(card.get_by_role("button")).to_contain_text("Added")
    expect(page.locator("#shopify-section-cart-count")).to_have_text("1")
    pay(page)
    line = stage.at.shop.at(last_order(stage)["lineItems"][0].gid)
    assert attributes(line["customAttributes"])["_alongside_slate"]
    assert at_console(stage, console) == f"£{PRICES[title]}"


def test_a_bundle_block_adds_what_is_bought_with_the_product_in_one_go(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    console = installed(stage, merchant)
    stage.at.theme = Theme()
    page = enter(stage, buyers)
    block = page.locator('[data-block-handle="bundle"]')
    expect(block.get_by_role("heading", name="Bought together")).to_be_visible()
    assert set(block.locator(".alongside-card a").all_inner_texts()) == {"Cup", "Pot"}
    total = block.locator(".alongside-sum")
    expect(total).to_contain_text("£31.50")  # 7.45 + 24.05
    block.get_by_role("checkbox", name="Pot").uncheck()
    expect(total).to_contain_text("£7.45")
    block.get_by_role("checkbox", name="Pot").check()
    expect(page.locator("#shopify-section-cart-count")).to_have_text("0")  # nothing is added without a click
    block.get_by_role("button").click()
    expect(page.locator("#shopify-section-cart-count")).to_have_text("2")
    pay(page)
    lines = [stage.at.shop.at(each.gid) for each in last_order(stage)["lineItems"]]
    assert len({attributes(each["customAttributes"])["_alongside_slate"] for each in lines}) == 1
    assert at_console(stage, console) == "£31.50"


def test_what_is_added_in_one_go_is_shown_once(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    installed(stage, merchant)
    stage.at.theme = Theme(actions=False)
    page = enter(stage, buyers)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator('[data-block-handle="bundle"]').get_by_role("button").click()
    expect(page.locator("#shopify-section-cart-count")).to_have_text("2")
    page.wait_for_load_state("networkidle")
    assert sum("cart/add.js" in each for each in asked) == 1
    assert sum("?sections=" in each for each in asked) == 1


def test_the_cart_block_follows_the_cart(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    installed(stage, merchant)
    stage.at.theme = Theme()
    page = enter(stage, buyers)
    page.locator("#buy button").click()
    cards = page.locator('[data-block-handle="cart-offers"] .alongside-card')
    look(page)
    expect(cards.first).to_be_visible()
    placement = page.locator("alongside-placement[data-alongside-cart]")
    expect(placement).to_have_attribute("total", "655")
    title = cards.first.locator("a").inner_text()
    cards.first.get_by_role("button").click()
    expect(placement).to_have_attribute("total", str(round((6.55 + float(PRICES[title])) * 100)))
    expect(cards.get_by_role("link", name=title)).to_have_count(0)


def test_the_buyers_market_has_its_own_words_prices_and_addresses(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    installed(stage, merchant)
    titles = {"cup": "Tasse", "pot": "Théière", "hat": "Chapeau", "bag": "Sac"}
    france = Market("fr", "fr", "EUR", "2", "{} €", titles, frozenset({"bag"}))
    stage.at.theme = Theme(markets=(Market(), france))
    page = enter(stage, buyers, "fr/products/tea")
    shown = page.locator(CARDS)
    assert set(shown.locator("a").all_inner_texts()) <= set(titles.values()) - {"Sac"}
    cup = shown.filter(has_text="Tasse")
    assert cup.locator(".alongside-price").inner_text().replace("\xa0", " ").replace(" ", " ") == "14,90 €"
    cup.locator("a").click()
    page.wait_for_url("**/fr/products/cup")


def test_what_the_storefront_has_sold_out_or_repriced_is_shown_as_the_storefront_has_it(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    installed(stage, merchant)
    stage.at.theme = Theme()
    # Nobody tells us: no webhook is sent before the page is seen.
    goods = {each["title"]: each for each in stage.at.shop.all("Product").values()}
    stage.at.shop.set_stock(goods["Pot"]["variants"][0].gid, 0)
    stage.at.shop.change_price(goods["Cup"]["id"], "8.05")
    page = enter(stage, buyers)
    shown = page.locator(CARDS)
    expect(shown.filter(has_text="Cup").locator(".alongside-price")).to_have_text("£8.05")
    expect(shown.filter(has_text="Pot")).to_have_count(0)


def test_the_widget_comes_to_life_once_with_the_embed_and_all_blocks(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    installed(stage, merchant)
    stage.at.theme = Theme()
    page = enter(stage, buyers)
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.reload()
    look(page)
    expect(page.locator(CARDS).first).to_be_visible()
    assert page.locator("script[data-key]").count() > 1
    questions = [each for each in asked if "/v1/placements" in each]
    assert len(questions) == len(set(questions)) == 2  # of the page, and of a basket with its product
    assert sum(each.endswith("/alongside.js") for each in asked) <= 1
    assert page.locator('[data-block-handle="recommendations"] section').count() == 1
    assert errors == []


def test_who_declines_is_not_recognised_and_still_served(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    installed(stage, merchant)
    stage.at.theme = Theme()
    window = buyers()
    page = window.new_page()
    page.goto(f"{stage.shop}products/tea")
    page.get_by_role("button", name="Decline").click()
    page.goto(f"{stage.shop}products/tea")
    look(page)
    expect(page.locator(CARDS).first).to_be_visible()
    assert "alongside_visitor" not in {each["name"] for each in window.cookies()}
    page.locator(CARDS).first.get_by_role("button").click()
    expect(page.locator("#shopify-section-cart-count")).to_have_text("1")
    pay(page)
    assert last_order(stage)["customAttributes"] == []


def test_who_changes_his_mind_is_taken_off_the_cart(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    installed(stage, merchant)
    stage.at.theme = Theme()
    page = enter(stage, buyers)
    page.locator(CARDS).first.get_by_role("button").click()
    expect(page.locator("#shopify-section-cart-count")).to_have_text("1")
    with page.expect_response("**/cart/update.js"):
        page.evaluate("window.Shopify.customerPrivacy.setTrackingConsent({ analytics: false })")
    pay(page)
    assert last_order(stage)["customAttributes"] == []


def test_a_second_order_tells_the_visitor_too(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    installed(stage, merchant)
    stage.at.theme = Theme()
    page = enter(stage, buyers)
    told = []
    for _ in range(2):
        page.goto(f"{stage.shop}products/cup")
        page.wait_for_load_state("networkidle")
        page.locator("#buy button").click()
        page.wait_for_load_state("networkidle")
        pay(page)
        told.append(attributes(last_order(stage)["customAttributes"])["_alongside_visitor"])
    assert told[0] == told[1]


def test_without_javascript_published_products_stand_there(
    stage: Stage, merchant: BrowserContext, browser: Browser
) -> None:
    page = installed(stage, merchant)
    page.goto(stage.admin)
    inside = page.frame_locator("iframe")
    inside.get_by_role("button", name="Switch on").click()
    expect(inside.get_by_role("button", name="Switch off and take back")).to_be_visible()
    stage.settle()
    stage.at.theme = Theme()
    with browser.new_context(java_script_enabled=False) as window:
        plain = window.new_page()
        plain.goto(f"{stage.shop}products/tea")
        cup = plain.locator(f"{CARDS}", has_text="Cup")
        expect(cup).to_be_visible()
        expect(cup.locator(".alongside-price")).to_have_text("£7.45")
        cup.get_by_role("link").click()
        expect(plain.get_by_role("heading", level=1)).to_have_text("Cup")


def test_without_the_app_the_page_is_as_if_we_were_not_there(
    stage: Stage, merchant: BrowserContext, buyers: Callable[[], BrowserContext]
) -> None:
    installed(stage, merchant)
    stage.at.theme = Theme()
    window = buyers()
    window.route("**/v1/**", lambda route: route.abort())
    page = window.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{stage.shop}products/tea")
    look(page)
    page.wait_for_timeout(2000)
    assert page.locator(CARDS).count() == 0
    assert errors == []
    page.locator("#buy button").click()
    assert soon(lambda: page.locator("#lines li").count() == 1)
