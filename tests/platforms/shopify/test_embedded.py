"""The console inside a shop's admin: a token and no cookie, in this shop's frame and no other."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from app.console.platform.shopify import BLOCKS, EMBED
from app.domain.accounts import grants
from tests.platforms.shopify.conftest import APP, Bench
from tests.simulators.shopify.world import declared_scopes
from workers.jobs import JOBS

PAGES = [
    "/console/shopify", "/console/", "/console/placements", "/console/placements/product", "/console/models",
    "/console/segments", "/console/audit", "/console/nowhere",
]  # fmt: skip
NO_PAGES = {
    "/console/overview/figures", "/console/models/progress", "/console/shopify/session", "/console/sign-in",
}  # fmt: skip
ANCESTORS = "frame-ancestors https://acme.myshopify.com https://admin.shopify.com http://shopify.test"


class Head(HTMLParser):
    """The scripts of a page in order, what stood in the head before the first, and what is asked for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.before: list[str] = []
        self.fields: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            self.fields.append(dict(attrs))
        if tag == "script":
            self.scripts.append(dict(attrs))
        elif not self.scripts and tag not in {"html", "head"}:
            self.before.append(tag)


def ancestors(answer: TestResponse) -> str:
    policy = answer.headers["Content-Security-Policy"]
    return next(each.strip() for each in policy.split(";") if "frame-ancestors" in each)


def test_opening_the_app_for_the_first_time_connects_the_shop(bench: Bench) -> None:
    answer = bench.open()
    assert answer.status_code == 200
    assert bench.store.name == "Acme"
    assert bench.store.timezone == "Europe/London"
    assert bench.at.tokens.is_good(grants.current(bench.runtime, bench.store_id).token)
    assert bench.rows("select kind from pulls order by kind") == [
        ("customers",), ("orders",), ("products",), ("stock",),
    ]  # fmt: skip


def test_opening_it_again_exchanges_nothing(bench: Bench) -> None:
    bench.open()
    before = dict(bench.at.tokens.access)
    bench.open()
    assert bench.at.tokens.access == before


def test_opening_it_after_an_uninstall_is_the_same_store(bench: Bench) -> None:
    bench.open()
    store_id = bench.store_id
    bench.world.uninstall(bench.domain)
    bench.deliver()
    bench.work()
    assert bench.open().status_code == 200
    assert bench.store_id == store_id
    assert bench.store.is_active


def test_no_page_is_left_out_below(bench: Bench) -> None:
    rules = bench.browser.application.url_map.iter_rules()
    found = {
        each.rule
        for each in rules
        if each.rule.startswith("/console/") and "GET" in (each.methods or ()) and not each.arguments
    }
    assert found
    assert found - NO_PAGES <= set(PAGES)


@pytest.mark.parametrize("path", PAGES)
def test_app_bridge_is_the_first_thing_in_every_page(bench: Bench, path: str) -> None:
    head = Head(bench.open(path).text)
    assert head.before == []
    assert head.scripts[0] == {
        "src": "http://shopify.test/cdn.shopify.com/shopifycloud/app-bridge.js", "data-api-key": "client-id",
    }  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_only_this_shops_admin_may_show_a_page(bench: Bench, path: str) -> None:
    assert ancestors(bench.open(path)) == ANCESTORS


def test_outside_an_admin_nobody_may_frame_the_console(bench: Bench) -> None:
    answer = bench.browser.get("/console/sign-in")
    assert ancestors(answer) == "frame-ancestors 'none'"
    assert "app-bridge" not in answer.text


def test_a_merchant_finds_home_from_everywhere_and_reads_of_no_command_line(bench: Bench) -> None:
    assert 'aria-current="page">Home</a>' in bench.open().text
    for path in PAGES[:-1]:
        page = bench.open(path).text
        assert ">Home</a>" in page
        assert "command line" not in page
        assert '<a href="/docs" target="_blank">' in page  # in the frame it would be refused


def test_no_cookie_is_needed(bench: Bench) -> None:
    bench.open()
    bench.browser.delete_cookie("alongside_session")
    answer = bench.open("/console/placements")
    assert answer.status_code == 200
    assert "Placements" in answer.text


def test_a_document_without_a_token_goes_through_the_patch_page(bench: Bench) -> None:
    bench.open()
    there = bench.open("/console/placements", id_token="")
    assert there.status_code == 302
    page = bench.browser.get(there.location)
    assert page.status_code == 200
    assert ancestors(page) == ANCESTORS
    assert Head(page.text).scripts[0]["data-api-key"] == "client-id"
    (back,) = parse_qs(urlsplit(there.location).query)["shopify-reload"]
    assert urlsplit(back).path == "/console/placements"
    assert "id_token" not in back


def test_a_stale_token_goes_through_the_patch_page(bench: Bench) -> None:
    stale = bench.at.tokens.id_token(exp=1_700_000_000)
    assert bench.open("/console/shopify", id_token=stale).status_code == 302


def test_nothing_is_shown_without_a_token(bench: Bench) -> None:
    bench.open()
    for path in PAGES:
        assert "Recommendations" not in bench.open(path, id_token="").text


def test_a_fetch_with_a_stale_token_is_told_to_try_again(bench: Bench) -> None:
    stale = {"Authorization": f"Bearer {bench.at.tokens.id_token(exp=1_700_000_000)}"}
    answer = bench.browser.get("/console/shopify", headers=stale)
    assert answer.status_code == 401
    assert answer.headers["X-Shopify-Retry-Invalid-Session-Request"] == "1"


@pytest.mark.parametrize("shop", ["evil.example", "acme.myshopify.com.evil.example", "x; script-src *", ""])
def test_the_patch_page_is_for_shops_only(bench: Bench, shop: str) -> None:
    query = {"shop": shop, "shopify-reload": "/console/"}
    answer = bench.browser.get("/console/shopify/session", query_string=query)
    assert answer.status_code == 400
    assert "evil" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("back", ["", "https://evil.example/", "//evil.example", "/hooks/shopify"])
def test_the_patch_page_leads_back_to_the_console_only(bench: Bench, back: str) -> None:
    query = {"shop": bench.domain, "shopify-reload": back}
    assert bench.browser.get("/console/shopify/session", query_string=query).status_code == 400


def test_every_link_keeps_the_shop(bench: Bench) -> None:
    links = [part.split('"')[0] for part in bench.open("/console/").text.split('href="')[1:]]
    inside = [each for each in links if each.startswith("/console/") and "static" not in each]
    assert inside
    assert all("shop=acme.myshopify.com" in each for each in inside)


def test_a_form_is_proved_by_the_token(bench: Bench) -> None:
    bench.open()
    token = {"Authorization": f"Bearer {bench.id_token()}"}
    answer = bench.browser.post("/console/shopify/native", data={"on": "1"}, headers=token, base_url=APP)
    assert answer.status_code == 303
    assert bench.store.native_lists is True


def test_a_form_of_another_site_is_refused(bench: Bench) -> None:
    bench.open()
    query = {"shop": bench.domain, "id_token": bench.id_token()}
    answer = bench.browser.post("/console/shopify/native", query_string=query, data={"on": "1"}, base_url=APP)
    assert answer.status_code == 403
    assert bench.store.native_lists is False


def test_the_first_page_leads_into_the_theme_editor(bench: Bench) -> None:
    page = bench.open().text.replace("&amp;", "&")
    editor = "https://acme.myshopify.com/admin/themes/current/editor?"
    assert f"{editor}context=apps&template=product&activateAppId=client-id/{EMBED}" in page
    for block in BLOCKS:
        assert f"&addAppBlockId=client-id/{block}&target=newAppsSection" in page


def test_the_first_page_says_what_is_fetched_and_what_cannot_be(bench: Bench) -> None:
    bench.at.shop.add_product("Tea")
    bench.open()
    bench.sync()
    page = bench.open().text
    assert "complete" in page
    assert "the orders of the last 60 days" in page


def test_a_right_that_was_taken_is_said(bench: Bench) -> None:
    bench.open()
    bench.clock.advance(timedelta(seconds=1))
    bench.world.change_scopes(bench.domain, ("read_products",))
    bench.deliver()
    bench.work()
    missing = sorted(set(declared_scopes()) - {"read_products"})
    assert f"Missing: {', '.join(missing)}" in bench.open().text


def test_a_right_that_was_given_back_is_had_when_the_app_is_opened(bench: Bench) -> None:
    bench.open()
    everything = bench.at.tokens.scopes
    bench.clock.advance(timedelta(seconds=1))
    bench.world.change_scopes(bench.domain, ("read_products",))
    bench.deliver()
    bench.work()
    bench.world.change_scopes(bench.domain, everything)
    bench.world.deliveries(bench.domain)  # lost
    assert "Missing:" not in bench.open().text
    assert bench.rows("select cardinality(scopes) from grants") == [(len(everything),)]


def test_no_page_asks_for_the_shops_address(bench: Bench) -> None:
    for path in PAGES:
        for field in Head(bench.open(path).text).fields:
            assert field.get("name") not in {"shop", "domain", "store"}
            assert "myshopify" not in (field.get("placeholder") or "")


def test_what_a_customer_asked_for_is_handed_over(bench: Bench) -> None:
    bench.open()
    ann = bench.at.shop.add_customer()
    bench.at.shop.ask_for_data(ann["id"])
    bench.deliver()
    bench.work()
    assert "Customers who asked" in bench.open().text
    answer = bench.open("/console/shopify/disclosures/9999")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.get_json()["orders"] == []


def test_the_merchant_says_what_is_offered_after_the_purchase(bench: Bench) -> None:
    bench.open()
    token = {"Authorization": f"Bearer {bench.id_token()}"}
    address = "/console/shopify/after-purchase"
    for told, kept in (("15", 15), ("0", 0), ("", None)):
        answer = bench.browser.post(address, data={"percent": told}, headers=token, base_url=APP)
        assert answer.status_code == 303
        assert bench.store.after_purchase == kept


@pytest.mark.parametrize("percent", ["91", "-1", "x", "1.5", "٣"])
def test_a_discount_that_cannot_be_is_refused(bench: Bench, percent: str) -> None:
    bench.open()
    token = {"Authorization": f"Bearer {bench.id_token()}"}
    address = "/console/shopify/after-purchase"
    answer = bench.browser.post(address, data={"percent": percent}, headers=token, base_url=APP)
    assert answer.status_code == 400
    assert bench.store.after_purchase is None


def test_the_fast_wing_finds_the_store_by_its_shop(bench: Bench) -> None:
    bench.open()
    key = f"alongside:key:shop {bench.domain}"
    assert bench.runtime.valkey.getdel(key) == bench.store_id.encode()
    JOBS["publish.restore"](bench.runtime, bench.store_id)
    assert bench.runtime.valkey.get(key) == bench.store_id.encode()
