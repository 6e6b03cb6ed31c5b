"""Inside the admin of a simulated shop, in a real browser: opened, connected, walked through, switched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from sqlalchemy import text
from werkzeug.serving import make_server

from app.domain.accounts import stores
from app.factory import create_app
from app.kernel.clock import SystemClock
from app.kernel.runtime import Runtime
from app.platforms.shopify.budget import Budgets
from app.platforms.shopify.config import Config
from app.platforms.shopify.platform import ShopifyPlatform
from tests.browser.conftest import free_port
from tests.simulators.shopify.server import create
from tests.simulators.shopify.world import Installed, Partner, World

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

pytestmark = pytest.mark.browser
SECRET = "client-secret-of-the-app-under-test"


@dataclass
class Stage:
    runtime: Runtime
    world: World
    at: Installed

    @property
    def admin(self) -> str:
        return f"{self.world.address}/admin.shopify.com/store/acme/apps/alongside"


@contextmanager
def serving(port: int, wsgi: WSGIApplication) -> Iterator[None]:
    server = make_server("127.0.0.1", port, wsgi, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def stage(runtime: Runtime, tmp_path: Path) -> Iterator[Stage]:
    ours, theirs = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    world = World(Partner("client-id", SECRET, ours), SystemClock(), tmp_path / "shopify", theirs)
    at = world.open("acme.myshopify.com", name="Acme Tea")
    config = Config("client-id", SECRET, "", theirs, ours)
    budgets = Budgets(runtime.valkey, SystemClock())
    here = replace(
        runtime,
        clock=SystemClock(),
        settings=replace(runtime.settings, public_url=ours),
        platforms={"shopify": ShopifyPlatform(config, config.client(), SystemClock(), budgets)},
    )
    with here.unit() as unit:
        unit.session.execute(text("delete from directory where kind = 'shopify'"))
    with (
        serving(int(theirs.rpartition(":")[2]), create(world)),
        serving(int(ours.rpartition(":")[2]), create_app(here)),
    ):
        yield Stage(here, world, at)


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
