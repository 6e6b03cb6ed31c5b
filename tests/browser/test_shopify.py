"""Inside the admin of a simulated shop, in a real browser: opened, connected, walked through, switched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from app.domain.accounts import stores
from app.kernel.runtime import Runtime
from tests.browser.shopify import Stage, raised

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(runtime: Runtime, tmp_path: Path) -> Iterator[Stage]:
    with raised(runtime, tmp_path) as stage:
        yield stage


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


def inside(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def test_opening_the_app_in_the_admin_connects_the_shop_and_shows_its_home(stage: Stage, page: Page) -> None:
    block = {"handle": "recommendations", "name": "Recommendations", "target": "section", "activations": []}
    stage.at.extensions = [
        {"handle": "theme", "type": "theme_app_extension", "activations": [{**block, "status": "active"}]}
    ]
    page.goto(stage.admin)
    home = inside(page)
    expect(home.get_by_role("heading", name="Acme Tea")).to_be_visible()
    expect(home.locator("[data-part=recommendations]")).to_have_text("on")
    expect(home.locator("[data-part=bundle]")).to_have_text("not known")
    with stage.runtime.unit() as unit:
        assert stores.of_shop(unit.session, "shopify", "acme.myshopify.com")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_home_page_is_as_wide_as_its_frame(stage: Stage, page: Page, width: int) -> None:
    stage.at.shop.add_market("United Kingdom", "GBP")
    stage.at.shop.add_market("Europe", "EUR", local=True)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(stage.admin)
    expect(inside(page).get_by_role("heading", name="Markets and currencies")).to_be_visible()
    needed = page.frames[-1].evaluate("document.documentElement.scrollWidth")
    assert needed <= width


def test_a_link_leads_through_a_fresh_token_and_no_cookie(stage: Stage, page: Page) -> None:
    page.goto(stage.admin)
    home = inside(page)
    expect(home.get_by_role("heading", name="Acme Tea")).to_be_visible()
    page.context.clear_cookies()
    home.get_by_role("link", name="Placements").click()
    expect(home.get_by_role("heading", name="Placements")).to_be_visible()


def test_a_form_is_sent_with_a_token(stage: Stage, page: Page) -> None:
    page.goto(stage.admin)
    home = inside(page)
    page.context.clear_cookies()
    home.get_by_role("button", name="Switch on").click()
    expect(home.get_by_role("button", name="Switch off and take back")).to_be_visible()


def test_another_page_may_not_show_it(stage: Stage, page: Page) -> None:
    address = f"{stage.world.partner.app_url}/console/shopify?shop=acme.myshopify.com"
    token = stage.at.tokens.id_token()
    policy = httpx.get(f"{address}&id_token={token}").headers["Content-Security-Policy"]
    assert "frame-ancestors https://acme.myshopify.com https://admin.shopify.com" in policy
    page.set_content(f'<iframe src="{address}&id_token={token}"></iframe>')
    page.wait_for_timeout(1000)
    assert "Acme Tea" not in (page.frames[-1].content() if len(page.frames) > 1 else "")
