"""Which events are taken at the desk, and which are turned away and counted."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from app.kernel.errors import Invalid, TooMany
from app.serving.collect import MOST_A_MINUTE, Desk
from tests.conftest import NOON


def batch(count: int = 1, *, at: datetime = NOON, **said: object) -> bytes:
    event = {"kind": "click", "slate_id": "s1", "product_id": "tea", "position": 1, "at": at.isoformat()}
    events = [{"id": f"s1:1:c:{number}", **event} for number in range(count)]
    return json.dumps({"visitor": "v1", "events": events, **said}).encode()


@pytest.mark.parametrize(("consent", "visitor"), [(True, "v1"), (False, None)])
def test_without_consent_nobody_is_named(consent: bool, visitor: str | None) -> None:  # noqa: FBT001
    (event,) = Desk().read("toys", batch(consent=consent), NOON).events
    assert event.visitor_id == visitor


@pytest.mark.parametrize("days", [7, 0, -1])
def test_a_browsers_clock_may_be_wrong_by_days(days: int) -> None:
    assert len(Desk().read("toys", batch(at=NOON - timedelta(days=days)), NOON).events) == 1


@pytest.mark.parametrize("days", [8, -2])
def test_what_is_over_a_week_old_or_of_the_future_is_refused_and_counted(days: int) -> None:
    desk = Desk()
    with pytest.raises(Invalid, match="7 days old at most"):
        desk.read("toys", batch(at=NOON - timedelta(days=days)), NOON)
    assert desk.counts == {"too old": 1}


def test_a_visitor_who_never_stops_is_a_bot() -> None:
    desk = Desk()
    for _ in range(MOST_A_MINUTE // 100):
        desk.read("toys", batch(100), NOON)
    with pytest.raises(TooMany):
        desk.read("toys", batch(), NOON)
    assert len(desk.read("toys", batch(visitor="v2"), NOON).events) == 1
    assert len(desk.read("other", batch(), NOON).events) == 1
    assert desk.counts == {"taken": MOST_A_MINUTE + 2, "too many": 1}


def test_what_is_malformed_is_counted() -> None:
    desk = Desk()
    with pytest.raises(Invalid):
        desk.read("toys", b"{", NOON)
    assert desk.counts == {"malformed": 1}
