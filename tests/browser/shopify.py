"""A simulated Shopify shop and Alongside, both served; what workers do is done when it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text
from werkzeug.serving import make_server

from app.domain.accounts import stores
from app.domain.learning import training
from app.factory import create_app
from app.kernel.clock import SystemClock
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from app.platforms.shopify.budget import Budgets
from app.platforms.shopify.config import Config
from app.platforms.shopify.platform import ShopifyPlatform
from app.serving.app import create_serving_app
from tests.browser.conftest import free_port
from tests.simulators.shopify.server import create
from tests.simulators.shopify.shop import Node
from tests.simulators.shopify.world import Installed, Partner, World
from workers import ingest
from workers.jobs import JOBS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SECRET = "client-secret-of-the-app-under-test"
SHOP = "acme.myshopify.com"
CARDS = '[data-block-handle="recommendations"] .alongside-card'
_LATER = ("train.", "publish.", "vectors.")


@dataclass
class Stage:
    runtime: Runtime
    world: World
    at: Installed

    @property
    def admin(self) -> str:
        return f"{self.world.address}/admin.shopify.com/store/acme/apps/alongside"

    @property
    def shop(self) -> str:
        """The storefront; addresses go on from its slash."""
        return f"{self.world.address}/{SHOP}/"

    @property
    def store_id(self) -> StoreId:
        with self.runtime.unit() as unit:
            found = stores.of_shop(unit.session, "shopify", SHOP)
        assert found is not None
        return found

    def settle(self) -> None:
        """What the shop tells reaches us, what browsers told is taken in, and jobs that wait are done."""
        with httpx.Client(timeout=30) as http:
            assert set(self.world.deliver(SHOP, http)) <= {200}
        while ingest.run_once(self.runtime):
            pass
        while taken := self._jobs():
            for store_id, job, args in taken:
                if not job.startswith(_LATER):
                    JOBS[job](self.runtime, store_id, *args)

    def fetch(self) -> None:
        """Until all that the shop has is here."""
        for _ in range(40):
            self.settle()
            JOBS["sync.pull"](self.runtime, self.store_id)
            with self.runtime.unit(self.store_id) as unit:
                unit.session.execute(text("update pulls set due_at = now() where finished_at is null"))
                if not unit.session.execute(text("select 1 from pulls where finished_at is null")).all():
                    return
        raise AssertionError("the shop was not fetched")

    def learn(self) -> None:
        """What is shown is what was learned: no slot is drawn by lot."""
        assert training.renew(self.runtime, self.store_id)
        with self.runtime.unit(self.store_id) as unit:
            stores.get(unit.session, self.store_id).exploration = 0
        JOBS["publish.restore"](self.runtime, self.store_id)

    def _jobs(self) -> list[tuple[StoreId, str, list[str]]]:
        with self.runtime.unit() as unit:
            gone = text("delete from outbox returning outbox_id, store_id, job, args")
            rows = sorted(unit.session.execute(gone))
        return [(row.store_id, row.job, row.args) for row in rows]


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


@contextmanager
def raised(runtime: Runtime, folder: Path) -> Iterator[Stage]:
    ours, theirs = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    world = World(Partner("client-id", SECRET, ours), SystemClock(), folder / "shopify", theirs)
    at = world.open(SHOP, name="Acme Tea", host=theirs.removeprefix("http://"))
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
        unit.session.execute(text("delete from outbox"))
    fast, slow = create_serving_app(here.settings, here.valkey, here.clock), create_app(here)

    def house(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        wing: WSGIApplication = fast if fast.owns(environ["PATH_INFO"]) else slow
        return wing(environ, start)

    with serving(_port(theirs), create(world)), serving(_port(ours), house):
        yield Stage(here, world, at)
    fast.close()


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


def installed(stage: Stage, merchant: BrowserContext) -> Page:
    """Opened in the admin, fetched and learned."""
    page = merchant.new_page()
    page.goto(stage.admin)
    expect(page.frame_locator("iframe").get_by_role("heading", name="Acme Tea")).to_be_visible()
    stage.fetch()
    stage.learn()
    return page


def switch_on(stage: Stage, merchant: BrowserContext, *parts: str) -> None:
    """By the links of the first page, which lead into the theme editor."""
    for part in parts:
        page = merchant.new_page()
        page.goto(stage.admin)
        row = page.frame_locator("iframe").get_by_role("row", name=part)
        row.get_by_role("link", name="Switch on").click()
        expect(page.get_by_role("heading", name="Saved")).to_be_visible()
        page.close()


def look(page: Page) -> None:
    """Down to where our blocks stand."""
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")


def enter(stage: Stage, come: Callable[[], BrowserContext], path: str = "products/tea") -> Page:
    """A buyer who agrees and is not of the holdout: one in twenty is, and then another comes."""
    for _ in range(5):
        page = come().new_page()
        page.goto(stage.shop + path)
        accept = page.get_by_role("button", name="Accept")
        if accept.count():
            accept.click()
            page.goto(stage.shop + path)
        look(page)
        page.wait_for_load_state("networkidle")
        if page.locator(CARDS).count():
            return page
    raise AssertionError("five buyers in a row saw no recommendations")


def at_console(stage: Stage, page: Page) -> str:
    """What the overview in the admin's frame says was attributed."""
    stage.settle()
    page.goto(stage.admin)
    inside = page.frame_locator("iframe")
    inside.get_by_role("link", name="Overview", exact=True).click()
    return inside.locator("#attributed").inner_text()


def pay(page: Page) -> None:
    page.get_by_role("link", name="Cart").click()
    page.get_by_role("button", name="Check out").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def last_order(stage: Stage) -> Node:
    return list(stage.at.shop.all("Order").values())[-1]


def attributes(pairs: list[Node]) -> dict[str, str]:
    return {each["key"]: each["value"] for each in pairs}
