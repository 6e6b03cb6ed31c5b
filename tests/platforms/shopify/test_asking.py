"""Asking a shop: within its points, patient where it throttles, clear about what is refused."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import redis

from app.kernel.errors import Forbidden, Upstream
from app.platforms.shopify.budget import Budgets, Status
from app.platforms.shopify.client import Client
from app.platforms.shopify.shop import describe
from tests.platforms.shopify.conftest import Bench

SECOND = timedelta(seconds=1)


def client(bench: Bench) -> Client:
    return bench.platform.client(bench.access)


def test_throttling_that_comes_as_200_is_waited_out(bench: Bench) -> None:
    asking = client(bench)
    bench.at.admin.points.held = 0.0
    bench.at.admin.points.seen = bench.clock.now()
    before = bench.clock.now()
    assert describe(asking).name == "Acme"
    assert bench.clock.now() > before


@pytest.fixture
def budgets(bench: Bench) -> Budgets:
    """A shop with 1,000 points of which 50 are left; 100 come back a second. Describing it costs 150."""
    budgets = Budgets(bench.runtime.valkey, bench.clock)
    budgets.told(bench.domain, "shop", Status(50, 100, 1000), 150)
    return budgets


def test_the_budget_is_kept_before_the_shop_has_to_say_so(bench: Bench, budgets: Budgets) -> None:
    asking, before = client(bench), bench.clock.now()
    assert budgets.take(bench.domain, "shop") == 1
    describe(asking)
    assert bench.clock.now() - before == SECOND


def test_all_jobs_draw_from_one_bucket(bench: Bench, budgets: Budgets) -> None:
    another = Budgets(bench.runtime.valkey, bench.clock)
    bench.clock.advance(2 * SECOND)  # 250 points
    assert budgets.take(bench.domain, "shop") == 0
    assert another.take(bench.domain, "shop") == 0.5
    assert another.take("other.myshopify.com", "shop") == 0


def test_a_bucket_holds_no_more_than_it_may(bench: Bench, budgets: Budgets) -> None:
    bench.clock.advance(timedelta(minutes=1))
    budgets.told(bench.domain, "dear", Status(1000, 100, 1000), 800)
    bench.clock.advance(timedelta(minutes=1))
    assert budgets.take(bench.domain, "dear") == 0
    assert budgets.take(bench.domain, "dear") == 6


def test_what_costs_more_than_a_full_bucket_is_asked_when_it_is_full(bench: Bench, budgets: Budgets) -> None:
    budgets.told(bench.domain, "huge", Status(400, 100, 1000), 5000)
    assert budgets.take(bench.domain, "huge") == 6
    bench.clock.advance(6 * SECOND)
    assert budgets.take(bench.domain, "huge") == 0


def test_without_valkey_nobody_waits_before_the_shop_says_so(bench: Bench) -> None:
    nowhere = redis.Redis(port=1, socket_connect_timeout=0.1)
    alone = Budgets(nowhere, bench.clock)
    alone.told(bench.domain, "shop", Status(0, 100, 1000), 150)
    assert alone.take(bench.domain, "shop") == 0


def test_endless_throttling_ends(bench: Bench) -> None:
    told = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=told)))
    slept: list[float] = []
    asking = Client(bench.platform.config, http, bench.access, bench.platform.budgets, slept.append)
    with pytest.raises(Upstream, match="throttled") as error:
        describe(asking)
    assert error.value.retry
    assert sum(slept) == 16


def test_a_missing_scope_is_said(bench: Bench) -> None:
    asking = client(bench)
    bench.at.admin.scopes = frozenset()
    with pytest.raises(Forbidden, match="read_orders"):
        asking.ask("refunds", dict, ids=["gid://shopify/Refund/1"])


def test_a_missing_scope_is_shown_beside_what_could_not_be_fetched(bench: Bench) -> None:
    bench.install()
    bench.at.admin.scopes = frozenset()
    bench.work()
    ((error,),) = bench.rows("select error from pulls where kind = 'orders'")
    assert "Access denied for QueryRoot.orders" in error or "read_orders" in error
