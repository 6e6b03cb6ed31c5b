from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from app.domain.accounts import plans, stores
from app.domain.accounts.stores import Credentials
from app.domain.insight import usage
from app.kernel.runtime import Runtime
from tests.conftest import NOON

SLATES = text(
    """
    insert into slates (store_id, slate_id, at, placement, basket, items, propensities, model_version, arm,
                        ghost, explored, tier)
    select :store_id, :name || n, :at, 'home', '{}', cast(:items as text[]), '{}', 'v', 'none', :ghost,
           false, 'x'
    from generate_series(1, :count) n
    """
)


def show(
    runtime: Runtime, store: Credentials, count: int, *, at: datetime = NOON, items: str = "{tea}",
    ghost: bool = False,
) -> None:  # fmt: skip
    what = {"name": f"{at}{items}{ghost}", "at": at, "items": items, "ghost": ghost, "count": count}
    with runtime.unit(store.store_id) as unit:
        unit.session.execute(SLATES, {"store_id": store.store_id, **what})


def measured(runtime: Runtime, store: Credentials, *, now: datetime = NOON) -> usage.Usage:
    with runtime.unit(store.store_id) as unit:
        return usage.this_month(unit.session, store.store_id, now=now + timedelta(seconds=1))


def watched(runtime: Runtime, store: Credentials) -> list[str]:
    with runtime.unit(store.store_id) as unit:
        usage.watch(unit.session, store.store_id, now=NOON + timedelta(seconds=1))
        told = text("select subject from audit where action = 'usage.reach' order by audit_id")
        return list(unit.session.scalars(told))


def test_a_slate_that_was_shown_and_not_empty_is_one(runtime: Runtime, store: Credentials) -> None:
    show(runtime, store, 7)
    show(runtime, store, 5, items="{}")
    show(runtime, store, 3, ghost=True)
    assert measured(runtime, store).used == 7


def test_a_month_begins_in_the_merchants_time_zone(runtime: Runtime, store: Credentials) -> None:
    with runtime.unit(store.store_id) as unit:
        stores.get(unit.session, store.store_id).timezone = "America/New_York"
    show(runtime, store, 2, at=datetime.fromisoformat("2026-11-01T03:59:00+00:00"))
    show(runtime, store, 4, at=datetime.fromisoformat("2026-11-01T04:00:00+00:00"))
    assert measured(runtime, store).used == 4


@pytest.mark.parametrize(
    ("used", "percent", "reached"),
    [(799, 79, ()), (800, 80, (80,)), (999, 99, (80,)), (1000, 100, (80, 100))],
)
def test_eighty_and_a_hundred_percent(used: int, percent: int, reached: tuple[int, ...]) -> None:
    told = usage.Usage("2026-11", used, plans.FREE)
    assert (told.percent, told.reached) == (percent, reached)


def test_each_mark_is_said_once_a_month(runtime: Runtime, store: Credentials) -> None:
    show(runtime, store, 850)
    assert watched(runtime, store) == ["80 % of 2026-11"]
    assert watched(runtime, store) == ["80 % of 2026-11"]
    show(runtime, store, 850, at=NOON - timedelta(hours=1))
    assert watched(runtime, store) == ["80 % of 2026-11", "100 % of 2026-11"]


def test_enterprise_has_no_limit() -> None:
    told = usage.Usage("2026-11", 10**9, plans.named("Enterprise"))
    assert (told.percent, told.reached) == (None, ())


@pytest.mark.parametrize(
    ("used", "name"),
    [(0, "Free"), (1001, "Starter"), (50_000, "Growth"), (50_001, "Pro"), (200_001, "Enterprise")],
)
def test_the_plan_that_has_enough(used: int, name: str) -> None:
    assert plans.enough_for(used).name == name


def test_a_plan_is_known_by_name_and_none_is_the_free_one() -> None:
    assert plans.named(" growth ").monthly == 50_000
    assert plans.named("") is plans.named("Plan of another app") is plans.FREE


def test_a_limit_is_asked_about_nowhere_that_serves() -> None:
    """Used up or not, a storefront is answered: the fast wing does not know plans."""
    from pathlib import Path

    for folder in ("serving", "bridge", "engine"):
        for path in (Path(__file__).parents[3] / "app" / folder).rglob("*.py"):
            source = path.read_text("utf-8")
            assert "usage_marks" not in source
            assert "accounts.plans" not in source
