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


@pytest.mark.parametrize(
    ("said", "visitor"), [({}, "v1"), ({"consent": True}, "v1"), ({"consent": False}, None)]
)
def test_without_consent_nobody_is_named(said: dict[str, object], visitor: str | None) -> None:
    (event,) = Desk().read("toys", batch(**said), NOON)
    assert event.visitor_id == visitor


@pytest.mark.parametrize(
    ("age", "taken"),
    [
        (timedelta(days=7), 1),
        (timedelta(days=7, seconds=1), 0),
        (timedelta(days=-1), 1),
        (timedelta(days=-2), 0),
    ],
)
def test_what_is_a_week_old_or_of_tomorrow_is_refused_and_counted(age: timedelta, taken: int) -> None:
    desk = Desk()
    if taken:
        assert len(desk.read("toys", batch(at=NOON - age), NOON)) == 1
    else:
        with pytest.raises(Invalid, match="7 days old at most"):
            desk.read("toys", batch(at=NOON - age), NOON)
    assert desk.counts == ({"taken": 1} if taken else {"too old": 1})


def test_a_visitor_who_never_stops_is_a_bot() -> None:
    desk = Desk()
    for _ in range(MOST_A_MINUTE // 100):
        desk.read("toys", batch(100), NOON)
    with pytest.raises(TooMany):
        desk.read("toys", batch(), NOON)
    assert len(desk.read("toys", batch(visitor="v2"), NOON)) == 1
    assert len(desk.read("other", batch(), NOON)) == 1
    assert desk.counts == {"taken": MOST_A_MINUTE + 2, "too many": 1}


def test_what_is_malformed_is_counted() -> None:
    desk = Desk()
    with pytest.raises(Invalid):
        desk.read("toys", b"{", NOON)
    assert desk.counts == {"malformed": 1}
