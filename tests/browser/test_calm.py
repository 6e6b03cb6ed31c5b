"""Nothing moves on the demo shop's pages, on machines fast and slow, whoever looks at them."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Demo
from tests.browser.probe import Probe

pytestmark = pytest.mark.browser

ADDRESSES = (
    "/shop/",
    "/shop/category/kitchen",
    "/shop/product/22423",
    "/shop/search?q=heart",
    "/shop/cart",
)
ARMS = ["treatment", "holdout", "nobody"]
NOTHING = 0.0005  # is written as 0.000
VISITORS = 400  # one in twenty is of the holdout
VISITS = 4  # on a starved machine the shop's server may get no answer in time, and shows nothing
SETTLED = """() => window.Alongside && [...document.querySelectorAll("alongside-placement")]
  .every(each => each.hidden || each.querySelector("[data-position]"))"""
LATE_MS = 200


def become(window: BrowserContext, demo: Demo, arm: str) -> None:
    """Make the window a visitor of this arm; ``nobody`` has not consented, and has no arm."""
    if arm == "nobody":
        return
    key = window.request.get("/shop/").text().partition('data-key="')[2].partition('"')[0]
    for number in range(VISITORS):
        visitor = f"v_calm{number:04}"
        asked: dict[str, str | float | bool] = {"key": key, "placements": "home", "visitor": visitor}
        slate = window.request.get("/v1/placements", params=asked).json()["slates"][0]
        if bool(slate["items"]) is (arm == "treatment"):
            break
    else:
        raise AssertionError(f"no visitor is of the {arm}")
    window.add_cookies(
        [
            {"name": "shop_consent", "value": "all", "url": f"{demo.base_url}/shop"},
            {"name": "alongside_visitor", "value": visitor, "url": demo.base_url},
        ]
    )


def fill_basket(window: BrowserContext, demo: Demo) -> None:
    window.request.post(
        "/shop/cart/add",
        form={"product_id": "22423", "quantity": "1"},
        headers={"Origin": demo.base_url},
    )


def bought(window: BrowserContext, demo: Demo) -> str:
    """Pay for what is in the basket; gives the address of the page that thanks."""
    fill_basket(window, demo)
    paid = window.request.post(
        "/shop/checkout",
        form={"name": "Robin Example", "email": "robin@example.com"},
        headers={"Origin": demo.base_url},
    )
    assert "/thank-you/" in paid.url
    return paid.url.removeprefix(demo.base_url)


def look_at(page: Page, address: str) -> bool:
    """Visit, wait for the widget, and scroll. True where it shows something."""
    page.goto(address)
    page.wait_for_function(SETTLED)
    page.evaluate("scrollTo({top: 600, behavior: 'instant'})")
    page.wait_for_timeout(LATE_MS)
    return page.locator("alongside-placement [data-position]").count() > 0


@pytest.mark.parametrize("machine", ["fast", "slow"])
@pytest.mark.parametrize("arm", ARMS)
def test_no_layout_shift(window: BrowserContext, demo: Demo, arm: str, machine: str) -> None:
    become(window, demo, arm)
    addresses = [*ADDRESSES, bought(window, demo)]
    fill_basket(window, demo)
    probe = Probe(window.new_page())
    if machine == "slow":
        probe.throttle(4, network=True)
    moved = []
    for address in addresses:
        for _ in range(VISITS):
            shown = look_at(probe.page, address)
            shifts = probe.noticed()["shifts"]
            if sum(value for value, *_ in shifts) >= NOTHING:
                moved.append((address, shifts))
            if shown is (arm != "holdout"):
                break
        else:
            raise AssertionError(f"{address} shows {'something' if shown else 'nothing'}")
    assert moved == []


def test_no_layout_shift_for_who_agreed_and_lost_his_number(window: BrowserContext, demo: Demo) -> None:
    window.add_cookies([{"name": "shop_consent", "value": "all", "url": f"{demo.base_url}/shop"}])
    probe = Probe(window.new_page())
    moved = []
    for address in ADDRESSES:
        window.clear_cookies(name="alongside_visitor")
        look_at(probe.page, address)
        shifts = probe.noticed()["shifts"]
        if sum(value for value, *_ in shifts) >= NOTHING:
            moved.append((address, shifts))
    assert moved == []


def test_a_page_that_jumps_is_noticed(window: BrowserContext) -> None:
    probe = Probe(window.new_page())
    probe.page.goto("/shop/")
    probe.page.evaluate("document.querySelector('main').style.paddingTop = '200px'")
    probe.page.wait_for_timeout(LATE_MS)
    assert sum(value for value, *_ in probe.noticed()["shifts"]) > NOTHING
