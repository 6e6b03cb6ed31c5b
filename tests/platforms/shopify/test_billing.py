"""Whose plan it is: Shopify bills, we read what the merchant chose and count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain.accounts import plans
from app.domain.insight import usage
from tests.platforms.shopify.conftest import Bench
from tests.simulators.shopify.partners import ORGANIZATION, TOKEN
from workers.jobs import JOBS


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
    bench.at.admin.subscriptions = [subscription("Pro")]
    tell(bench, "Pro", "ACTIVE")
    assert bench.store.plan == "Pro"
    bench.at.admin.subscriptions = []
    tell(bench, "Pro", "CANCELLED")
    assert bench.store.plan == ""


@pytest.mark.parametrize("steps", [("end", "begin"), ("begin", "end")])
def test_a_change_of_plan_is_right_in_any_order(bench: Bench, steps: tuple[str, ...]) -> None:
    bench.at.admin.subscriptions = [subscription("Growth")]
    bench.install()
    bench.at.admin.subscriptions = [subscription("Pro")]
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


# Where plans are sold: Shopify App Pricing, asked of the Partner API.


def as_partner(bench: Bench, token: str = TOKEN) -> None:
    """From now on the app asks with a token of its makers."""
    config = replace(bench.platform.config, partner_organization=ORGANIZATION, partner_token=token)
    bench.platform = replace(bench.platform, config=config)
    bench.runtime = replace(bench.runtime, platforms={"shopify": bench.platform})


def test_the_plan_is_read_where_it_is_sold(bench: Bench) -> None:
    as_partner(bench)
    bench.at.plan = "growth"
    bench.at.admin.subscriptions = [subscription("Something old")]
    bench.install()
    assert bench.store.plan == "growth"
    assert plans.named(bench.store.plan).monthly == 50_000


def test_whoever_pays_for_nothing_has_the_free_plan(bench: Bench) -> None:
    as_partner(bench)
    bench.install()
    assert bench.store.plan == ""
    assert plans.named(bench.store.plan).monthly == 1_000


def test_a_change_that_nobody_told_is_found_within_a_day(bench: Bench) -> None:
    as_partner(bench)
    bench.install()
    bench.at.plan = "pro"
    JOBS["sync.shop"](bench.runtime, bench.store_id)
    assert bench.store.plan == "pro"


def test_a_change_that_is_told_is_asked_for(bench: Bench) -> None:
    as_partner(bench)
    bench.install()
    bench.at.plan = "pro"
    tell(bench, "A name that is in no list", "ACTIVE")
    assert bench.store.plan == "pro"


def test_whoever_comes_back_from_choosing_a_plan_has_it(bench: Bench) -> None:
    as_partner(bench)
    bench.install()
    bench.work()
    bench.at.plan = "pro"
    assert bench.open().status_code == 200
    assert bench.jobs() == []
    bench.open(charge_id="42")
    bench.work()
    assert bench.store.plan == "pro"
    assert "Pro: 0 of 200,000 recommendations" in bench.open().text


def test_where_nobody_can_be_asked_the_plan_stays(bench: Bench) -> None:
    as_partner(bench)
    bench.at.plan = "growth"
    bench.install()
    as_partner(bench, "prtapi_of_somebody_else")
    bench.at.plan = "pro"
    JOBS["sync.shop"](bench.runtime, bench.store_id)
    assert bench.store.plan == "growth"


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
