from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.demo.shop import create_shop
from app.kernel.clock import FixedClock
from app.kernel.settings import Settings
from tests.demo.world import BAG, HEART, TEACUP, World

OURS = {"Origin": "http://localhost"}


@pytest.mark.parametrize(
    ("address", "placement"),
    [
        ("/", '<alongside-placement placement="home"'),
        ("/category/bags", '<alongside-placement placement="category" category="Bags &amp; travel"'),
        ("/search?q=tea+cup", '<alongside-placement placement="search" query="tea cup"'),
        ("/product/1", '<alongside-placement placement="product" product="1"'),
        ("/cart", '<alongside-placement placement="cart"'),
    ],
)
def test_the_served_html_holds_the_placement(world: World, address: str, placement: str) -> None:
    page = world.browser().get(address)
    assert page.status_code == 200
    assert placement in page.text


def test_where_nobody_answers_nothing_is_reserved_and_the_widget_asks_no_more(world: World) -> None:
    page = world.browser().get("/product/1").text
    held = '<script type="application/json" data-alongside-slate>{"items": [], "slate_id": ""}</script>'
    assert f'placement="product" product="1" hidden>{held}</alongside-placement>' in page


def test_the_basket_travels_with_the_placement(world: World) -> None:
    browser = world.browser()
    for product_id in (TEACUP, BAG):
        browser.post("/cart/add", data={"product_id": product_id, "quantity": "2"}, headers=OURS)
    assert '<alongside-placement placement="cart" basket="1,2"' in browser.get("/cart").text
    assert 'placement="product" product="3" basket="1,2"' in browser.get("/product/3").text


def test_the_loader_is_told_key_cart_consent_and_customer(world: World) -> None:
    stranger = world.browser().get("/").text
    assert 'src="/widget/alongside.js" data-key="pk_demo" data-cart-url="/cart/add"' in stranger
    assert 'data-consent="denied"' in stranger
    assert "data-customer" not in stranger
    known = world.browser(customer="12583", visitor="v_abcdefgh").get("/").text
    assert 'data-consent="granted" data-customer="12583.' in known


def test_who_agreed_and_has_no_number_gets_one_with_the_page_and_keeps_it(world: World) -> None:
    browser = world.browser()
    browser.set_cookie("shop_consent", "all")
    first = browser.get("/")
    (given,) = first.headers.getlist("Set-Cookie")
    number = given.partition(";")[0].removeprefix("alongside_visitor=")
    assert re.fullmatch("v_[0-9a-f]{22}", number)
    assert "data-alongside-slate" in first.text
    assert browser.get("/").headers.getlist("Set-Cookie") == []


def test_a_placements_look_is_there_with_the_first_paint(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    price = {"amount": 295, "currency": "GBP"}
    item = {"title": "Cup", "url": "/shop/product/2", "image": "", "price": price, "reason": ""}
    slate = {"display": "grid", "title": "Chosen", "look": {"--alongside-gap": "12px"}, "items": [item]}
    monkeypatch.setattr("app.demo.firstpaint.slate", lambda *_: slate)
    page = world.browser().get("/product/1")
    nonce = re.search(r"style-src 'self' 'nonce-([\w-]+)'", page.headers["Content-Security-Policy"])
    assert nonce is not None
    rule = 'alongside-placement[placement="product"] > section {--alongside-gap:12px;}'
    assert f'<style nonce="{nonce[1]}">{rule}</style>' in page.text


def test_the_product_form_has_room_for_the_slate(world: World) -> None:
    assert (
        '<input type="hidden" name="slate_id" data-alongside-slate="1">'
        in world.browser().get("/product/1").text
    )


def test_a_product_page_says_what_is_remembered_of_it(world: World) -> None:
    page = world.browser().get(f"/product/{HEART}").text
    assert '<meta property="og:title" content="Set of 6 Hearts &lt;B&gt;&amp; Stars&lt;/B&gt;">' in page
    assert f'<meta property="og:image" content="/tile/{HEART}.svg">' in page


def test_titles_are_escaped(world: World) -> None:
    page = world.browser().get(f"/product/{HEART}").text
    assert "Set of 6 Hearts &lt;B&gt;&amp; Stars&lt;/B&gt;" in page
    assert "<B>" not in page


def test_pages_forbid_foreign_scripts(world: World) -> None:
    headers = world.browser().get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_search_needs_every_word_and_takes_them_as_text(world: World) -> None:
    browser = world.browser()
    assert "1 thing<" in browser.get("/search?q=red+BAG").text
    assert "Nothing here has all of these words" in browser.get("/search?q=red+teacup").text
    assert "&lt;i&gt;" in browser.get("/search?q=<i>").text


def test_what_does_not_exist_is_404(world: World) -> None:
    for address in ("/product/none", "/category/none", "/tile/none.svg", "/thank-you/1", "/nowhere"):
        assert world.browser().get(address).status_code == 404, address
    assert world.browser().get("/category/bags?page=-1").status_code == 400


def test_a_tile_is_cached_by_its_etag(world: World) -> None:
    first = world.browser().get("/tile/1.svg")
    assert first.mimetype == "image/svg+xml"
    again = world.browser().get("/tile/1.svg", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_forms_of_other_sites_are_refused(world: World, headers: dict[str, str]) -> None:
    form = {"product_id": TEACUP, "quantity": "1"}
    assert world.browser().post("/cart/add", data=form, headers=headers).status_code == 403


def test_consent_is_remembered_and_can_be_withdrawn(world: World) -> None:
    browser = world.browser()
    assert "May we remember this visit?" in browser.get("/").text
    answer = browser.post("/consent", data={"choice": "all", "back": "/product/1"}, headers=OURS)
    assert answer.headers["Location"] == "/product/1"
    page = browser.get("/").text
    assert "May we remember this visit?" not in page
    assert 'data-consent="granted"' in page
    browser.post("/consent", data={"choice": "necessary"}, headers=OURS)
    assert 'data-consent="denied"' in browser.get("/").text


def test_nobody_is_led_to_another_site(world: World) -> None:
    for back in ("https://evil.example/x", "//evil.example/x", "/\\evil.example"):
        answer = world.browser().post("/consent", data={"choice": "all", "back": back}, headers=OURS)
        assert answer.headers["Location"] in {"/x", "/evil.example"}


def test_one_can_browse_as_a_customer_and_sign_out(world: World) -> None:
    browser = world.browser()
    browser.post("/customer", data={"customer_id": "12583"}, headers=OURS)
    assert "You browse as" in browser.get("/").text
    browser.post("/customer", data={"customer_id": "12583", "pick": ""}, headers=OURS)
    assert "You browse as" not in browser.get("/").text
    assert browser.post("/customer", data={"customer_id": "0"}, headers=OURS).status_code == 404


def test_a_shop_without_goods_says_that_it_opens_soon(tmp_path: Path, clock: FixedClock) -> None:
    shop = create_shop(Settings.from_env({"DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 40}), clock)
    page = shop.test_client().get("/")
    shop.extensions["sender"].stop()
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "3"


def test_the_pages_need_no_data_science() -> None:
    heavy = "{'pandas', 'pyarrow', 'numpy', 'sqlalchemy'}"
    code = f"import sys, app.demo.shop; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
