"""A shop at the simulator, and Alongside beside it: everything in one process, on one clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.domain.accounts import stores
from app.domain.tables.accounts import Store
from app.factory import create_app
from app.kernel.clock import FixedClock
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from app.platforms.base import Access
from app.platforms.shopify.budget import Budgets
from app.platforms.shopify.config import Config, Gateway
from app.platforms.shopify.identity import Identity
from app.platforms.shopify.platform import ShopifyPlatform
from tests.simulators.shopify.server import create
from tests.simulators.shopify.world import Delivery, Installed, Partner, World
from workers.jobs import JOBS

SECRET = "client-secret-of-the-app-under-test"
OLD_SECRET = "the-secret-that-was-before-this-one"
GATEWAY = "http://shopify.test"
APP = "https://alongside.example"
LATER = ("train.", "measure.", "publish.")


@dataclass
class Bench:
    runtime: Runtime
    clock: FixedClock
    world: World
    at: Installed
    platform: ShopifyPlatform
    browser: FlaskClient

    @property
    def domain(self) -> str:
        return self.at.shop.domain

    @property
    def store_id(self) -> StoreId:
        with self.runtime.unit() as unit:
            found = stores.of_shop(unit.session, "shopify", self.domain)
        assert found is not None
        return found

    @property
    def store(self) -> Store:
        with self.runtime.unit(self.store_id) as unit:
            return stores.get(unit.session, self.store_id)

    def id_token(self) -> str:
        """Good by our clock, which a test may advance, and by the computer's, which the library asks."""
        ours, theirs = int(self.clock.now().timestamp()), int(time.time())
        first, last = min(ours, theirs), max(ours, theirs)
        return self.at.tokens.id_token(iat=first, nbf=first, exp=last + 60)

    def identity(self) -> Identity:
        return Identity(self.domain, "42", self.id_token())

    @cached_property
    def access(self) -> Access:
        """Rights of our own, without an installation."""
        grant = self.platform.exchange(self.identity())
        return lambda: grant

    def open(self, path: str = "/console/shopify", **query: str) -> TestResponse:
        """A document load inside the admin."""
        told = {"shop": self.domain, "host": "aG9zdA", "id_token": self.id_token(), **query}
        left = {key: value for key, value in told.items() if value}
        return self.browser.get(f"{path}?{urlencode(left)}", base_url=APP)

    def install(self) -> StoreId:
        from app.domain.commerce import shops

        return shops.welcome(self.runtime, "shopify", self.platform.exchange(self.identity()))

    def post(self, delivery: Delivery, **headers: str) -> int:
        told = {**delivery.headers, **headers}
        return self.browser.post(delivery.uri, data=delivery.body, headers=told).status_code

    def deliver(self) -> list[int]:
        """What happened at the shop, posted in order."""
        return [self.post(each) for each in self.world.deliveries(self.domain)]

    def rows(self, query: str, **what: Any) -> list[tuple[Any, ...]]:
        with self.runtime.unit(self.store_id) as unit:
            return [tuple(row) for row in unit.session.execute(text(query), what)]

    def jobs(self) -> list[tuple[str, list[str]]]:
        with self.runtime.unit() as unit:
            wanted = text("select job, args from outbox order by outbox_id")
            return [(row.job, row.args) for row in unit.session.execute(wanted)]

    def work(self) -> None:
        """Run the jobs that wait, and those that they name; learning and measuring are left alone."""
        while taken := self._take():
            for store_id, job, args in taken:
                if not job.startswith(LATER):
                    JOBS[job](self.runtime, store_id, *args)

    def sync(self) -> None:
        """Fetch until nothing waits for the shop."""
        for _ in range(40):
            self.work()
            JOBS["sync.pull"](self.runtime, self.store_id)
            self.clock.advance(timedelta(seconds=15))
            if not self.rows("select 1 from pulls where finished_at is null"):
                return
        raise AssertionError(self.rows("select kind, cursor, error from pulls"))

    def _take(self) -> list[tuple[StoreId, str, list[str]]]:
        with self.runtime.unit() as unit:
            gone = text("delete from outbox returning outbox_id, store_id, job, args")
            rows = sorted(unit.session.execute(gone))
        return [(row.store_id, row.job, row.args) for row in rows]


@pytest.fixture
def clock() -> FixedClock:
    """The library looks at the computer's clock, so ours begins there."""
    return FixedClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def world(clock: FixedClock, tmp_path: Path) -> World:
    return World(Partner("client-id", SECRET, APP), clock, tmp_path / "shopify", GATEWAY)


@pytest.fixture
def bench(runtime: Runtime, clock: FixedClock, world: World) -> Iterator[Bench]:
    at = world.open("acme.myshopify.com")
    config = Config("client-id", SECRET, OLD_SECRET, GATEWAY, APP)
    http = httpx.Client(transport=Gateway(GATEWAY, httpx.WSGITransport(create(world))))
    budgets = Budgets(runtime.valkey, clock)
    platform = ShopifyPlatform(
        config, http, clock, budgets, sleep=lambda wait: clock.advance(timedelta(seconds=wait))
    )
    settings = replace(
        runtime.settings,
        public_url=APP,
        shopify_client_id="client-id",
        shopify_client_secret=SECRET,
        shopify_url=GATEWAY,
    )
    here = replace(
        runtime, settings=settings, clock=clock, platforms={**runtime.platforms, "shopify": platform}
    )
    with here.unit() as unit:
        unit.session.execute(text("delete from outbox"))
        unit.session.execute(text("delete from directory where kind = 'shopify'"))
    yield Bench(here, clock, world, at, platform, create_app(here).test_client())
    http.close()
