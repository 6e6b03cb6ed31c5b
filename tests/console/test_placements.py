"""The pages of placements: the list, the form, and the preview that leaves no trace."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from app.bridge import config as bridge
from app.bridge import publisher
from app.bridge.snapshot import encode
from app.domain.accounts import audit, stores
from app.domain.accounts.stores import Credentials
from app.domain.commerce import catalog
from app.domain.merchandising import look as looks
from app.domain.merchandising import placements, rules, storefront
from app.domain.merchandising.look import Look
from app.kernel.money import Money
from app.kernel.runtime import Runtime
from app.platforms.records import ProductRecord
from tests.bridge import toys
from tests.console.browser import Browser

SHOWN = {f"show-{field}": "on" for field in ("price", "was", "unit", "reason", "add")}
GOOD = {"title": "One more?", "display": "list", "slots": "3", "active": "on", **SHOWN}
LOOK = {"accent": "#0B5D4E", "background": "#fff", "radius": "4", "spacing": "12", "title-de": "Noch eins?"}


def live(runtime: Runtime, store: Credentials, key: str) -> bridge.PlacementConfig:
    raw = runtime.valkey.get(bridge.config_of(store.store_id))
    assert isinstance(raw, bytes)
    found = bridge.load(raw).placement(key)
    assert found is not None
    return found


def kept(runtime: Runtime, store: Credentials, key: str) -> tuple[str, Look]:
    with runtime.unit(store.store_id) as unit:
        found = placements.get(unit.session, store.store_id, key)
        return found.title, looks.read(found.look)


def test_the_list_leads_to_every_placement(owner_of_store: Browser) -> None:
    page = owner_of_store.get("/placements").text
    for key in ("product", "cart", "home", "category", "search", "thank-you"):
        assert f'href="/console/placements/{key}"' in page
        assert owner_of_store.get(f"/placements/{key}").status_code == 200


def test_a_saved_placement_is_at_the_storefront_and_in_the_audit_log(
    owner_of_store: Browser, runtime: Runtime, store: Credentials
) -> None:
    owner_of_store.get("/placements/cart")
    response = owner_of_store.post("/placements/cart", None, **GOOD, **LOOK)
    assert response.headers["Location"] == "/console/placements/cart?saved=1"
    found = live(runtime, store, "cart")
    assert (found.title, found.display, found.slots, found.active) == ("One more?", "list", 3, True)
    assert (found.titles, found.reasons) == ({"de": "Noch eins?"}, True)
    assert found.look["--alongside-accent"] == "#0b5d4e"
    assert found.look["--alongside-background"] == "#ffffff"
    assert found.look["--alongside-gap"] == "12px"
    with runtime.unit(store.store_id) as unit:
        [entry] = audit.latest(unit.session, store.store_id)
    assert (entry.action, entry.subject) == ("placement.update", "cart")
    assert entry.detail["slots"] == "4 → 3"
    assert entry.detail["accent"] == "theme → #0b5d4e"
    assert "Before you go → One more?" in owner_of_store.get("/audit").text


def test_what_was_saved_stands_in_the_form_again(owner_of_store: Browser) -> None:
    owner_of_store.get("/placements/home")
    owner_of_store.post("/placements/home", None, title="Liked", display="grid", slots="12", **LOOK)
    page = owner_of_store.get("/placements/home?saved=1").text
    assert "Saved. The shop shows it within seconds." in page
    for value in ("Liked", "12", "#0b5d4e", "#ffffff", "4", "Noch eins?"):
        assert f'value="{value}"' in page
    assert "checked" not in page.split("What a card tells")[1].split("</form>")[0], "what is not ticked"


def test_what_is_hard_to_see_is_saved_and_said(owner_of_store: Browser) -> None:
    owner_of_store.get("/placements/home")
    assert owner_of_store.post("/placements/home", None, **GOOD, text="#777777").status_code == 302
    page = owner_of_store.get("/placements/home?saved=1").text
    assert "the contrast is 4.4 to 1, WCAG AA asks for 4.5 to 1." in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slots": "13"}, "slots"),
        ({"slots": "0"}, "slots"),
        ({"slots": ""}, "slots"),
        ({"slots": "many"}, "slots"),
        ({"slots": "9" * 40}, "slots"),
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"display": "bundle"}, "display"),
        ({"display": "mosaic"}, "display"),
        ({"accent": "green"}, "accent"),
        ({"text": "#12345"}, "text"),
        ({"background": "url(x)"}, "background"),
        ({"radius": "41"}, "radius"),
        ({"spacing": "1.5"}, "spacing"),
        ({"title-de": "x" * 121}, "title-de"),
        ({"free_shipping": "fifty"}, "free_shipping"),
        ({"free_shipping": "0"}, "free_shipping"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_saved(
    owner_of_store: Browser, runtime: Runtime, store: Credentials, wrong: dict[str, str], field: str
) -> None:
    owner_of_store.get("/placements/cart")
    response = owner_of_store.post("/placements/cart", None, **{**GOOD, "title": "Kept as typed", **wrong})
    assert response.status_code == 422
    marked = response.text.split('aria-invalid="true"')
    assert len(marked) == 2
    assert f'name="{field}"' in marked[0][-250:]
    assert 'id="wrong" role="alert"' in marked[1][:400] or field == "display"
    assert kept(runtime, store, "cart") == ("Before you go", Look())


def test_the_cart_promises_free_shipping_from_an_amount_on(
    owner_of_store: Browser, runtime: Runtime, store: Credentials
) -> None:
    assert 'name="free_shipping"' not in owner_of_store.get("/placements/home").text
    assert "Free shipping from, GBP" in owner_of_store.get("/placements/cart").text
    assert owner_of_store.post("/placements/cart", None, **GOOD, free_shipping="49.50").status_code == 302
    assert live(runtime, store, "cart").free_shipping == 4950
    assert 'value="49.50"' in owner_of_store.get("/placements/cart").text
    assert owner_of_store.post("/placements/cart", None, **GOOD, free_shipping="").status_code == 302
    assert live(runtime, store, "cart").free_shipping is None


def test_an_unknown_placement_is_not_found(owner_of_store: Browser) -> None:
    assert owner_of_store.get("/placements/roof").status_code == 404
    owner_of_store.get("/placements/home")
    assert owner_of_store.post("/placements/roof", None, **GOOD).status_code == 404
    assert owner_of_store.post("/placements/roof/draft", None, **GOOD).status_code == 404


def test_a_viewer_looks_and_changes_nothing(viewer: Browser) -> None:
    page = viewer.get("/placements/cart").text
    assert "Save</button>" not in page
    assert viewer.post("/placements/cart", None, **GOOD).status_code == 403


def test_what_a_merchant_types_is_text(owner_of_store: Browser) -> None:
    owner_of_store.get("/placements/cart")
    owner_of_store.post("/placements/cart", None, **{**GOOD, "title": "<script>alert(1)</script>"})
    for path in ("/placements/cart", "/placements"):
        page = owner_of_store.get(path).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>" not in page


@pytest.fixture
def published(runtime: Runtime, store: Credentials) -> None:
    """The toy store's model, served for this store."""
    with runtime.unit(store.store_id) as unit:
        row = stores.get(unit.session, store.store_id)
        storefront.put(runtime.valkey, row, storefront.config(unit.session, store.store_id, row))
    snapshot = toys.snapshot(store_id=store.store_id)
    publisher.swap(runtime.valkey, store.store_id, snapshot.version, encode(snapshot))


def draft(browser: Browser, key: str = "product", **fields: str) -> dict[str, Any]:
    browser.get(f"/placements/{key}")
    answer = browser.post(f"/placements/{key}/draft", None, **{**GOOD, **fields})
    assert answer.status_code == 200
    told: dict[str, Any] = json.loads(answer.text)
    return told


@pytest.mark.usefixtures("published")
def test_a_draft_is_the_contracts_slate_of_what_is_typed(owner_of_store: Browser) -> None:
    told = draft(owner_of_store, product="cup", **LOOK)
    slate = told["slate"]
    assert (slate["slate_id"], slate["placement"], slate["display"]) == ("", "product", "list")
    assert slate["title"] == "One more?"
    assert slate["look"]["--alongside-radius"] == "4px"
    assert [item["product_id"] for item in slate["items"]] == ["saucer", "spoon", "tea"]
    assert slate["items"][0]["reason"] == "Bought together in 41 of 500 orders"
    assert slate["items"][0]["image"] == "https://shop.example/shop/tile/saucer.svg"
    assert told["wrong"] is None


@pytest.mark.usefixtures("published")
def test_a_draft_heeds_language_fields_and_slots(owner_of_store: Browser) -> None:
    told = draft(owner_of_store, product="cup", language="de", slots="1", **LOOK)["slate"]
    assert (told["title"], len(told["items"])) == ("Noch eins?", 1)
    assert told["price_form"]["after"] == "\xa0£"
    fields = {name: value for name, value in GOOD.items() if not name.startswith("show-")}
    bare = json.loads(owner_of_store.post("/placements/product/draft", None, **fields, product="cup").text)[
        "slate"
    ]
    assert bare["items"][0]["reason"] == ""
    hidden = ("price", "was", "unit", "add")
    assert bare["look"] == {f"--alongside-{field}": "none" for field in hidden}


@pytest.mark.usefixtures("published")
def test_pictures_of_a_shop_beside_the_console_come_the_way_that_the_console_does(
    owner_of_store: Browser, runtime: Runtime, store: Credentials
) -> None:
    with runtime.unit(store.store_id) as unit:
        stores.get(unit.session, store.store_id).domain = "localhost"
    [first, *_] = draft(owner_of_store, product="cup")["slate"]["items"]
    assert first["image"] == "http://localhost/shop/tile/saucer.svg"


@pytest.mark.usefixtures("published")
def test_a_draft_heeds_the_rules(owner_of_store: Browser, runtime: Runtime, store: Credentials) -> None:
    at = runtime.clock.now()
    with runtime.unit(store.store_id) as unit:
        for choice in (
            rules.Choice("First", "pin", products=("pot",), locations=("product",)),
            rules.Choice("Up", "boost", products=("tea",), strength=10.0),
            rules.Choice("Away", "exclude", products=("saucer",)),
        ):
            rules.create(unit.session, store.store_id, choice, at=at)
        row = stores.get(unit.session, store.store_id)
        storefront.put(runtime.valkey, row, storefront.config(unit.session, store.store_id, row))
    items = draft(owner_of_store, product="cup")["slate"]["items"]
    assert [(item["position"], item["product_id"]) for item in items] == [
        (1, "pot"),
        (2, "tea"),
        (3, "spoon"),
    ]


@pytest.mark.usefixtures("published")
def test_a_draft_tells_what_it_cost_before(
    owner_of_store: Browser, runtime: Runtime, store: Credentials
) -> None:
    at = runtime.clock.now()
    with runtime.unit(store.store_id) as unit:
        told = ProductRecord(
            "saucer", "Saucer", "/saucer", "", "china", "", "", (), Money(295, "GBP"), Money(425, "GBP"),
            visible=True, created_at=at, version=at,
        )  # fmt: skip
        catalog.upsert(unit.session, store.store_id, [told])
    [saucer, spoon, _] = draft(owner_of_store, product="cup")["slate"]["items"]
    assert saucer["compare_at"] == {"amount": 425, "currency": "GBP"}
    assert "compare_at" not in spoon


@pytest.mark.usefixtures("published")
def test_the_carts_draft_follows_what_is_in_the_basket(owner_of_store: Browser) -> None:
    told = draft(owner_of_store, "cart", product="saucer")["slate"]
    assert told["items"][0]["product_id"] == "cup"


@pytest.mark.usefixtures("published")
def test_a_draft_says_what_is_wrong_and_what_is_hard_to_see(owner_of_store: Browser) -> None:
    told = draft(owner_of_store, radius="99")
    assert told["slate"] is None
    assert told["wrong"] == {
        "field": "radius",
        "detail": "radius is 0 to 40 pixels, or empty for the theme's",
    }
    [said] = draft(owner_of_store, product="cup", text="#777777")["said"]
    assert said.startswith("Text is hard to see on a white page")


def test_before_the_first_training_the_draft_says_so(owner_of_store: Browser) -> None:
    assert draft(owner_of_store)["said"][0].startswith(("Nothing is recommended yet", "The preview is away"))


@pytest.mark.usefixtures("published")
def test_products_are_found_by_their_titles(owner_of_store: Browser) -> None:
    best = json.loads(owner_of_store.get("/placements/product/products").text)["products"]
    assert [each["id"] for each in best] == ["tea", "cup", "pot", "saucer", "spoon"]
    found = json.loads(owner_of_store.get("/placements/product/products?q=sauc").text)["products"]
    assert found == []
    found = json.loads(owner_of_store.get("/placements/product/products?q=saucer").text)["products"]
    assert [each["id"] for each in found] == ["saucer"]


@pytest.mark.usefixtures("published")
def test_a_preview_leaves_no_trace(owner_of_store: Browser, runtime: Runtime, store: Credentials) -> None:
    owner_of_store.get("/placements/product/frame")
    for product in ("cup", "tea"):
        assert draft(owner_of_store, product=product)["slate"]["items"]
    assert runtime.valkey.xlen("alongside:stream") == 0
    with runtime.unit(store.store_id) as unit:
        for table in ("slates", "events", "audit"):
            counted = unit.session.execute(text(f"select count(*) from {table}")).scalar_one()
            assert counted == 0, table
    assert kept(runtime, store, "product") == ("Goes well with this", Look())


def test_the_frame_may_load_the_widget_and_reach_nothing_else(owner_of_store: Browser) -> None:
    response = owner_of_store.get("/placements/product/frame")
    policy = response.headers["Content-Security-Policy"]
    assert "connect-src http://localhost/widget/;" in policy
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "frame-ancestors 'self'" in policy
    assert 'src="/widget/alongside.js"' in response.text
    page = owner_of_store.get("/placements/product")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert 'sandbox="allow-scripts"' in page.text
