"""Whose plan it is: Shopify bills, we read what the merchant chose and count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain.insight import usage
from tests.platforms.shopify.conftest import Bench


def subscription(name: str, status: str = "ACTIVE") -> dict[str, object]:
    return {
        "__typename": "AppSubscription",
        "id": "gid://shopify/AppSubscription/1",
        "name": name,
        "status": status,
    }


def tell(bench: Bench, name: str, status: str) -> None:
    told = {"admin_graphql_api_id": "gid://shopify/AppSubscription/1", "name": name, "status": status}
    bench.at.shop.tell("app_subscriptions/update", {"app_subscription": told})
    bench.deliver()
    bench.work()


def test_the_plan_is_read_at_the_installation(bench: Bench) -> None:
    bench.at.admin.subscriptions = [subscription("Growth")]
    bench.install()
    assert bench.store.plan == "Growth"


def test_a_subscription_that_is_not_active_is_none(bench: Bench) -> None:
    bench.at.admin.subscriptions = [subscription("Growth", "CANCELLED")]
    bench.install()
    assert bench.store.plan == ""


def test_a_changed_plan_is_heard(bench: Bench) -> None:
    bench.install()
    tell(bench, "Pro", "ACTIVE")
    assert bench.store.plan == "Pro"
    tell(bench, "Pro", "CANCELLED")
    assert bench.store.plan == ""


@pytest.mark.parametrize("steps", [("end", "begin"), ("begin", "end")])
def test_a_change_of_plan_is_right_in_any_order(bench: Bench, steps: tuple[str, ...]) -> None:
    bench.at.admin.subscriptions = [subscription("Growth")]
    bench.install()
    for step in steps:
        tell(bench, *(("Growth", "CANCELLED") if step == "end" else ("Pro", "ACTIVE")))
    assert bench.store.plan == "Pro"


def test_coming_back_reads_the_plan_anew(bench: Bench) -> None:
    bench.at.admin.subscriptions = [subscription("Growth")]
    bench.install()
    bench.world.uninstall(bench.domain)
    bench.deliver()
    bench.work()
    bench.clock.advance(timedelta(minutes=1))
    bench.at.admin.subscriptions = []
    bench.install()
    assert bench.store.plan == ""


def test_a_used_up_plan_is_said_on_the_first_page_and_changes_nothing_else(bench: Bench) -> None:
    bench.open()
    slates = text(
        "insert into slates (store_id, slate_id, at, placement, basket, items, propensities, model_version,"
        " arm, ghost, explored, tier) select :id, 's' || n, :at, 'home', '{}', '{tea}', '{}', 'v', 'none',"
        " false, false, 'x' from generate_series(1, 1200) n"
    )
    with bench.runtime.unit(bench.store_id) as unit:
        unit.session.execute(slates, {"id": bench.store_id, "at": bench.clock.now() - timedelta(seconds=1)})
        usage.watch(unit.session, bench.store_id, now=bench.clock.now())
    page = bench.open().text
    assert "1,000 recommendations are used. They go on." in page
    assert "Starter has enough" in page
    assert bench.store.is_active
