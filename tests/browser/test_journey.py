"""From a recommendation to attributed revenue, in a real browser, to the penny; and back by a return."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser import stage
from tests.browser.conftest import Demo

pytestmark = pytest.mark.browser

CARDS = "alongside-placement li"
WRITTEN = re.compile(r"(<alongside-placement[^>]*?)(?: hidden)?>.*?(?=</alongside-placement>)", re.DOTALL)
SHOWN_WITHIN_S = 10


def scroll_to_placement(page: Page) -> None:
    """Also where it is hidden, as for the holdout: Playwright's own scrolling would wait until it is seen."""
    page.locator("alongside-placement").evaluate(
        "element => (element.hidden ? element.parentElement : element).scrollIntoView()"
    )


def enter(window: BrowserContext) -> Page:
    """A shopper who consents and is not of the holdout: one in twenty is, and then another comes."""
    for _ in range(5):
        page = window.new_page()
        page.goto("/")
        accept = page.get_by_role("button", name="Accept")
        if accept.count():
            accept.first.click()
        page.goto("/shop/product/22423")
        scroll_to_placement(page)
        page.wait_for_load_state("networkidle")
        if page.locator(CARDS).count():
            return page
        window.clear_cookies()
        page.close()
    raise AssertionError("five shoppers in a row saw no recommendations")


def soon(fact: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SHOWN_WITHIN_S
    while time.monotonic() < deadline:
        if fact():
            return True
        time.sleep(0.2)
    return False


def pence(text: str) -> int:
    return int(Decimal(text.replace("£", "").replace(",", "")) * 100)


def open_console(window: BrowserContext) -> Page:
    console = window.new_page()
    console.goto("/console/")
    console.get_by_role("button", name="Open the demo console").click()
    expect(console.locator("#attributed")).to_be_visible()
    return console


def test_a_recommended_product_is_seen_clicked_bought_credited_and_returned(
    window: BrowserContext, demo: Demo
) -> None:
    before = demo.overview()
    page = enter(window)
    console = open_console(window)
    page.bring_to_front()
    card = page.locator(CARDS).first
    card.scroll_into_view_if_needed()
    title = card.locator("a").inner_text()
    page.wait_for_timeout(1500)
    card.locator("a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    price = pence(page.locator(".price.big").inner_text())
    page.locator("form.add button").click()
    page.wait_for_url("**/shop/cart")
    scroll_to_placement(page)
    expect(page.locator(CARDS).first).to_be_visible()
    page.get_by_role("link", name="To the checkout").click()
    page.get_by_role("button", name="Pay").click()
    number = page.locator("#order-number").inner_text()

    bought = before["attributed"]["amount"] + price
    assert soon(lambda: demo.overview()["attributed"]["amount"] == bought)
    after = demo.overview()
    assert after["clicks"] == before["clicks"] + 1
    assert after["impressions"] > before["impressions"]
    assert after["orders"] == before["orders"] + 1
    console.bring_to_front()
    expect(console.locator("#attributed")).to_have_text(f"£{bought / 100:,.2f}", timeout=10_000)

    page.bring_to_front()
    page.goto(f"/shop/returns?order={number}")
    page.get_by_label("Return", exact=True).fill("1")
    page.get_by_role("button", name="Refund what I chose").click()
    assert soon(lambda: demo.overview()["attributed"]["amount"] == before["attributed"]["amount"])


def test_a_card_can_be_added_where_it_is_shown(window: BrowserContext, demo: Demo) -> None:
    page = enter(window)
    adds = demo.overview()["adds"]
    page.locator(f"{CARDS} button").first.click()
    expect(page.locator(f"{CARDS} button").first).to_have_text("Added")
    page.goto("/shop/cart")
    expect(page.locator("[data-empty-basket]")).to_have_count(0)
    assert soon(lambda: demo.overview()["adds"] == adds + 1)


def test_a_link_in_an_email_names_its_slate_on_the_page_that_it_leads_to(window: BrowserContext) -> None:
    page = enter(window)
    page.goto("/shop/product/85123A?alongside_slate=01JD0A6W8Q4N7M2R5T9V3X1Z0B")
    expect(page.locator('form.add input[name="slate_id"]')).to_have_value("01JD0A6W8Q4N7M2R5T9V3X1Z0B")


def test_a_placement_changed_in_the_console_changes_in_the_shop(window: BrowserContext) -> None:
    page = enter(window)
    console = open_console(window)
    console.goto("/console/placements")
    console.get_by_role("link", name="Product page").click()
    console.get_by_label("Title").fill("Chosen for you")
    console.get_by_label("Slots").fill("3")
    console.get_by_label("Display").select_option("grid")
    console.get_by_label("Button", exact=True).fill("#8a3b12")
    console.get_by_role("button", name="Save").click()
    expect(console.locator(".notice.good")).to_contain_text("Saved")

    def shown() -> bool:
        page.reload()
        scroll_to_placement(page)
        page.wait_for_load_state("networkidle")
        return (
            page.locator(CARDS).count() == 3
            and "Chosen for you" in page.locator("alongside-placement").inner_text()
        )

    page.bring_to_front()
    assert soon(shown)
    assert page.locator("section.alongside-grid").count() == 1
    button = page.locator(f"{CARDS} button").first
    assert button.evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(138, 59, 18)"


def unpainted(window: BrowserContext, pages: str) -> None:
    """Serve these pages without what the shop's server writes into placements: the widget alone asks then."""

    def strip(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=WRITTEN.sub(r"\1>", answer.text()))

    window.route(pages, strip)


def test_without_the_app_the_page_is_as_if_the_widget_were_not_there(
    window: BrowserContext, demo: Demo
) -> None:
    unpainted(window, "**/shop/product/22423")
    window.route("**/v1/**", lambda route: route.abort())
    page = window.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/shop/product/22423")
    page.locator("alongside-placement").evaluate("element => element.scrollIntoView()")
    page.wait_for_timeout(4000)
    assert page.locator(CARDS).count() == 0
    assert (
        page.locator("alongside-placement").evaluate("element => element.getBoundingClientRect().height") == 0
    )
    assert errors == []
    page.locator("form.add button").click()
    page.wait_for_url("**/shop/cart")


@pytest.mark.parametrize("address", ["/shop/", "/shop/product/22423", "/shop/search?q=heart", "/shop/cart"])
def test_the_served_page_holds_its_placement(window: BrowserContext, address: str) -> None:
    answer = window.request.get(address)
    assert answer.status == 200
    assert "<alongside-placement" in answer.text()


def test_the_documentation_opens_without_an_outside_request(window: BrowserContext, demo: Demo) -> None:
    asked: list[str] = []
    page = window.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/docs")
    expect(page.get_by_text("/v1/recommendations").first).to_be_visible()
    assert all(url.startswith((demo.base_url, "data:")) for url in asked)


def test_the_better_one_takes_the_place_of_what_is_in_the_basket(window: BrowserContext, demo: Demo) -> None:
    unpainted(window, "**/shop/cart")  # so that the widget asks, and gets the contract's swap
    slate = stage.slate("drawer", "normal") | {"placement": "cart"}
    window.route("**/v1/placements**", lambda route: route.fulfill(json={"slates": [slate]}))
    ours = {"Origin": demo.base_url}
    window.request.post("/shop/cart/add", form={"product_id": "22720", "quantity": "1"}, headers=ours)
    page = window.new_page()
    page.goto("/shop/cart")
    lines = page.locator(".lines .what a")
    expect(lines).to_have_attribute("href", "/shop/product/22720")
    scroll_to_placement(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Swap: REGENCY CAKESTAND 3 TIER").click()
    expect(lines).to_have_count(1)
    expect(lines).to_have_attribute("href", "/shop/product/22423")
