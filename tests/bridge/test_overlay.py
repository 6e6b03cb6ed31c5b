from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from app.bridge import overlay
from app.bridge.overlay import Aspect, Change, Entry

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def live(valkey: Redis) -> dict[str, Entry]:
    return overlay.since(valkey, "toys", 0)[1]


def test_the_highest_version_wins_whatever_the_order(valkey: Redis) -> None:
    overlay.put(valkey, "toys", [Change("cup", at(2), stock=0)])
    overlay.put(valkey, "toys", [Change("cup", at(1), stock=7)])
    assert live(valkey)["cup"].value(Aspect.STOCK, 9) == 0
    overlay.put(valkey, "toys", [Change("cup", at(3), stock=None)])
    assert live(valkey)["cup"].value(Aspect.STOCK, 9) is None


def test_stock_and_price_have_versions_of_their_own(valkey: Redis) -> None:
    overlay.put(valkey, "toys", [Change("cup", at(5), stock=3)])
    overlay.put(valkey, "toys", [Change("cup", at(1), price_amount=425, visible=False)])
    cup = live(valkey)["cup"]
    assert cup.value(Aspect.STOCK, 9) == 3
    assert cup.value(Aspect.PRICE, 295) == 425
    assert cup.value(Aspect.VISIBLE, True) is False


def test_what_a_change_does_not_speak_of_stays_as_published(valkey: Redis) -> None:
    overlay.put(valkey, "toys", [Change("cup", at(1), stock=3)])
    assert live(valkey)["cup"].value(Aspect.PRICE, 295) == 295


def test_amounts_beyond_a_double_are_exact(valkey: Redis) -> None:
    overlay.put(valkey, "toys", [Change("cup", at(1), price_amount=2**63 - 1)])
    assert live(valkey)["cup"].value(Aspect.PRICE, 0) == 2**63 - 1


def test_only_what_is_new_is_given(valkey: Redis) -> None:
    overlay.put(valkey, "toys", [Change("cup", at(1), stock=3)])
    seen, _ = overlay.since(valkey, "toys", 0)
    assert overlay.since(valkey, "toys", seen) == (seen, {})
    overlay.put(valkey, "toys", [Change("tea", at(1), stock=0)])
    overlay.put(valkey, "toys", [Change("cup", at(0), stock=9)])  # too old: nothing changed
    assert list(overlay.since(valkey, "toys", seen)[1]) == ["tea"]


def test_what_is_known_already_is_no_news(valkey: Redis) -> None:
    assert overlay.put(valkey, "toys", [Change("cup", at(1), stock=3, visible=True)]) == 2
    seen, _ = overlay.since(valkey, "toys", 0)
    assert overlay.put(valkey, "toys", [Change("cup", at(1), stock=3, visible=True)]) == 0
    assert overlay.since(valkey, "toys", seen) == (seen, {})
    assert overlay.put(valkey, "toys", [Change("cup", at(1), stock=4, visible=True)]) == 1


def test_products_with_changes_are_named_the_latest_last(valkey: Redis) -> None:
    overlay.put(valkey, "toys", [Change("cup", at(1), stock=3)])
    overlay.put(valkey, "toys", [Change("tea", at(1), stock=3)])
    overlay.put(valkey, "toys", [Change("cup", at(2), stock=1)])
    assert overlay.products(valkey, "toys") == ["tea", "cup"]


def test_changes_are_counted_and_stores_kept_apart(valkey: Redis) -> None:
    changes = [Change(f"p{n}", at(1), stock=n) for n in range(1201)]
    assert overlay.put(valkey, "toys", changes) == 1201
    assert len(live(valkey)) == 1201
    assert overlay.since(valkey, "other", 0) == (0, {})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.none() | st.integers(0, 5), st.booleans()), min_size=1, max_size=8
    )
)
def test_valkey_and_memory_merge_alike(valkey: Redis, told: list[tuple[int, int | None, bool]]) -> None:
    valkey.flushall()
    memory = Entry({})
    for version, stock, with_price in told:
        price = 100 + version if with_price else overlay.KEEP
        change = Change("cup", at(version), stock=stock, price_amount=price)
        overlay.put(valkey, "toys", [change])
        valkey_alone = live(valkey)["cup"]
        stamp = at(version).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        memory = memory.merge(Entry({aspect: (stamp, value) for aspect, value in change.aspects()}))
        assert valkey_alone == memory
