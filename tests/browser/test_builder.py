"""The page of a placement in a real browser: the preview is the shop's own widget, and leaves no trace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from sqlalchemy import text
from werkzeug.serving import make_server

from app.bridge import publisher
from app.bridge.snapshot import encode
from app.domain.accounts import stores
from app.domain.accounts.stores import Credentials
from app.domain.commerce import catalog
from app.domain.merchandising import placements, rules, storefront
from app.domain.tables.merchandising import Placement
from app.factory import create_app
from app.kernel.money import Money
from app.kernel.runtime import Runtime
from app.platforms.records import ProductRecord
from app.serving.app import create_serving_app
from tests.bridge import toys
from tests.browser.probe import AXE, WATCH
from tests.console.browser import PASSWORD, add_member

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SHOP = "/a-product-page"
PRODUCT_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Cup</title>
<script src="/widget/alongside.js" data-key="{key}" data-consent="denied" data-cart-url="/cart/add"></script>
<alongside-placement placement="product" product="cup"></alongside-placement></html>"""
LIVE_WITHIN_S = 2.0
SEEN_MS = 2500  # an impression would be counted after one second, and sent soon after


@pytest.fixture
def address(runtime: Runtime, store: Credentials) -> Iterator[str]:
    """The whole house, with the toy store's model served for a store of its own."""
    with runtime.unit(store.store_id) as unit:
        row = stores.get(unit.session, store.store_id)
        storefront.put(runtime.valkey, row, storefront.config(unit.session, store.store_id, row))
    snapshot = toys.snapshot(store_id=store.store_id)
    publisher.swap(runtime.valkey, store.store_id, snapshot.version, encode(snapshot))
    fast, slow = create_serving_app(runtime.settings, runtime.valkey, runtime.clock), create_app(runtime)

    def web(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] == SHOP:
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
            return [PRODUCT_PAGE.format(key=store.public_key).encode()]
        return (fast if fast.owns(environ["PATH_INFO"]) else slow)(environ, start_response)

    server = make_server("127.0.0.1", 0, web, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    fast.close()


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """A busy machine is slow, and not wrong."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def builder(browser: Browser, address: str, runtime: Runtime, store: Credentials) -> Iterator[Open]:
    """Signed in and on a placement's page: ``builder("cart", width=390)``."""
    contexts = []
    email = add_member(runtime, store.store_id)

    def go(path: str = "/product", *, width: int = 1280, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=address, viewport={"width": width, "height": 900}, java_script_enabled=scripts
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto("/console/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.goto(f"/console/placements{path}")
        return page

    yield go
    for context in contexts:
        context.close()


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def saved(runtime: Runtime, store: Credentials) -> Placement:
    with runtime.unit(store.store_id) as unit:
        found = placements.get(unit.session, store.store_id, "product")
        unit.session.expunge(found)
        return found


def colour_of(frame: FrameLocator, what: str, name: str) -> str:
    told: str = frame.locator(what).first.evaluate(f"element => getComputedStyle(element).{name}")
    return told


def test_the_preview_follows_the_form_without_a_save(
    builder: Open, runtime: Runtime, store: Credentials
) -> None:
    page = builder()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    frame = frame_of(page)
    expect(frame.locator("section.alongside-carousel .alongside-card").first).to_contain_text("CUP")
    page.get_by_label("Title", exact=True).fill("Chosen for you")
    page.get_by_label("Display").select_option("list")
    page.get_by_label("Slots").fill("2")
    page.get_by_label("Button", exact=True).fill("#0b5d4e")
    page.get_by_label("Corners, px").fill("3")
    page.get_by_label("Spacing, px").fill("20")
    page.get_by_label("Price", exact=True).uncheck()
    expect(frame.locator("section.alongside-list h2")).to_have_text("Chosen for you")
    expect(frame.locator(".alongside-card")).to_have_count(2)
    expect(frame.locator(".alongside-price").first).to_be_hidden()
    assert colour_of(frame, ".alongside-add", "backgroundColor") == "rgb(11, 93, 78)"
    assert colour_of(frame, ".alongside-add", "color") == "rgb(255, 255, 255)"
    assert colour_of(frame, ".alongside-add", "borderRadius") == "3px"
    assert colour_of(frame, ".alongside-items", "columnGap") in {"20px", "normal"}
    assert errors == []
    assert page.evaluate("window.__noticed.violations") == []
    assert saved(runtime, store).title == "Goes well with this"


def test_the_preview_shows_the_merchants_product_in_the_pages_language(builder: Open) -> None:
    page = builder()
    frame = frame_of(page)
    page.get_by_label("On the page of").fill("cup")
    expect(frame.locator(".alongside-card").first).to_contain_text("SAUCER")
    expect(frame.locator(".alongside-reason").first).to_have_text("Bought together in 41 of 500 orders")
    page.get_by_text("Titles in other languages").click()
    page.get_by_label("Arabic").fill("مختارات")
    page.get_by_label("Language of the page").select_option("ar")
    expect(frame.locator("h2")).to_have_text("مختارات")
    assert colour_of(frame, "section", "direction") == "rtl"


def test_nothing_that_is_previewed_is_counted(builder: Open, runtime: Runtime, store: Credentials) -> None:
    page = builder()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    card = frame_of(page).locator(".alongside-card").first
    expect(card).to_be_visible()
    page.wait_for_timeout(SEEN_MS)
    card.locator(".alongside-add").click()
    card.locator("a").click()
    page.wait_for_timeout(SEEN_MS)
    expect(card).to_be_visible()
    assert not [url for url in asked if "/v1/" in url or "shop.example/shop/product" in url]
    assert runtime.valkey.xlen("alongside:stream") == 0
    with runtime.unit(store.store_id) as unit:
        for table in ("slates", "events"):
            assert unit.session.execute(text(f"select count(*) from {table}")).scalar_one() == 0


@pytest.mark.parametrize("display", ["grid", "carousel", "list", "popup", "drawer", "post-purchase"])
def test_every_display_that_can_be_chosen_is_previewed(builder: Open, display: str) -> None:
    page = builder()
    page.get_by_label("Display").select_option(display)
    shown = frame_of(page).locator(f"section.alongside-{display}")
    expect(shown.locator("[data-position]").first).to_be_visible()


def test_mobile_is_a_true_390_pixels(builder: Open) -> None:
    page = builder()
    width = "() => document.documentElement.clientWidth"
    expect(frame_of(page).locator(".alongside-card").first).to_be_visible()
    assert frame_of(page).locator("body").evaluate(width) == 1024
    page.get_by_text("Mobile").click()
    assert frame_of(page).locator("body").evaluate(width) == 390


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["", "/product"])
def test_axe_finds_nothing_and_the_page_does_not_scroll_sideways(
    builder: Open, path: str, width: int
) -> None:
    page = builder(path, width=width)
    if path:
        page.get_by_label("Text", exact=True).fill("#cccccc")
        expect(page.locator("#said")).to_contain_text("Text is hard to see on a white page")
        page.get_by_label("Spacing, px").fill("99")
        expect(page.locator("#said")).to_contain_text("0 to 64 pixels")
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        """async () => (await axe.run(document, {iframes: false})).violations
          .map(each => each.id + ": " + each.nodes.map(node => node.html).join(" "))"""
    )
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_it_is_used_by_keyboard_alone(builder: Open, runtime: Runtime, store: Credentials) -> None:
    page = builder()
    title = page.get_by_label("Title", exact=True)
    title.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Typed")
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "document.activeElement.name || document.activeElement.id || document.activeElement.tagName"
        )
        reached.add(name)
        if name == "width":
            page.keyboard.press("ArrowRight")
            break
    assert {"display", "slots", "accent", "radius", "spacing", "show-add", "active", "BUTTON"} <= reached
    assert page.locator("[name=width]:checked").get_attribute("value") == "390"
    title.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".notice.good")).to_contain_text("Saved")
    assert saved(runtime, store).title == "Typed"


def test_without_scripts_the_form_saves_and_no_preview_is_promised(builder: Open) -> None:
    page = builder(scripts=False)
    expect(page.locator("#preview")).to_be_hidden()
    page.get_by_label("Button", exact=True).fill("green")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#wrong")).to_have_text(
        "A colour is # and six digits or letters a to f, as in #0b5d4e."
    )
    page.get_by_label("Button", exact=True).fill("#0b5d4e")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice.good")).to_contain_text("Saved")


def test_what_is_saved_is_in_the_shop_within_two_seconds(builder: Open) -> None:
    page = builder()
    shop = page.context.new_page()
    shop.goto(SHOP)
    expect(shop.locator("section.alongside-carousel h2")).to_have_text("Goes well with this")
    page.get_by_label("Title", exact=True).fill("Chosen for you")
    page.get_by_label("Display").select_option("grid")
    page.get_by_label("Button", exact=True).fill("#8a3b12")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice.good")).to_contain_text("Saved")
    time.sleep(LIVE_WITHIN_S)
    shop.goto(SHOP)
    expect(shop.locator("section.alongside-grid h2")).to_have_text("Chosen for you")
    button = shop.locator(".alongside-add").first
    assert button.evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(138, 59, 18)"


def test_the_preview_heeds_rules_and_the_fields_that_are_chosen(
    builder: Open, runtime: Runtime, store: Credentials
) -> None:
    with runtime.unit(store.store_id) as unit:
        first = rules.Choice("First", "pin", products=("pot",), locations=("product",))
        rules.create(unit.session, store.store_id, first, at=runtime.clock.now())
        row = stores.get(unit.session, store.store_id)
        storefront.put(runtime.valkey, row, storefront.config(unit.session, store.store_id, row))
    branded: dict[str, dict[str, object]] = {item: {"brand": "Fern & Thimble"} for item in toys.ITEMS}
    snapshot = toys.snapshot("m2", store.store_id, **branded)
    publisher.swap(runtime.valkey, store.store_id, snapshot.version, encode(snapshot))
    page = builder()
    card = frame_of(page).locator(".alongside-card").first
    expect(card.locator(".alongside-link")).to_contain_text("POT")
    expect(card.locator(".alongside-brand")).to_be_hidden()
    page.get_by_label("Brand").check()
    expect(card.locator(".alongside-brand")).to_have_text("Fern & Thimble")
    expect(card.locator(".alongside-brand")).to_be_visible()
    page.get_by_label("Add button").uncheck()
    expect(card.locator(".alongside-add")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_price_before_can_be_hidden(
    builder: Open, runtime: Runtime, store: Credentials, width: int
) -> None:
    at = runtime.clock.now()
    with runtime.unit(store.store_id) as unit:
        told = [
            ProductRecord(
                item, item, f"/{item}", "", "china", "", "", (), Money(295, "GBP"), Money(425, "GBP"),
                visible=True, created_at=at, version=at,
            )
            for item in toys.ITEMS
        ]  # fmt: skip
        catalog.upsert(unit.session, store.store_id, told)
    page = builder(width=width)
    was = frame_of(page).locator(".alongside-was").first
    expect(was).to_have_text("Was £4.25")
    page.get_by_label("Price before").uncheck()
    expect(was).to_be_hidden()
    expect(frame_of(page).locator(".alongside-price").first).to_be_visible()


def test_the_cart_promises_free_shipping(builder: Open, runtime: Runtime, store: Credentials) -> None:
    page = builder("/cart")
    page.get_by_label("Free shipping from").fill("fifty")
    expect(page.locator("#said")).to_contain_text("An amount in GBP, as in 50.00")
    page.get_by_label("Free shipping from").fill("50")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice.good")).to_contain_text("Saved")
    with runtime.unit(store.store_id) as unit:
        assert placements.get(unit.session, store.store_id, "cart").free_shipping == 5000
