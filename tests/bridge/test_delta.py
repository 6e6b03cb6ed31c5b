"""What was learned since the snapshot lies on top of it; a delta of another version is ignored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from redis import Redis

from app.bridge import delta, publisher
from app.bridge.reader import Reader
from app.bridge.snapshot import Snapshot, decode, encode
from app.bridge.view import Shelf
from app.engine.pipeline import PublishedIndex, Query, recommend, sentence
from app.engine.types import Anchor, Blend, Published, ReasonKind
from tests.bridge import toys


def learned(version: str = "m1") -> Snapshot:
    """Since the snapshot the cake came: it goes with tea in 10 of 12 orders."""
    fresh = replace(
        toys.lists(Anchor.ITEM, ReasonKind.BOUGHT_TOGETHER, [[1], [0]], count=10),
        totals=np.asarray([12, 10], np.int32),
    )
    rising = toys.lists(Anchor.NONE, ReasonKind.TRENDING, [[1]])
    return Snapshot(
        version,
        "toys",
        Published(
            ("tea", "cake"),
            (),
            {"fresh": fresh, "rising": rising},
            {"product": Blend({"fresh": 2.0}), "home": Blend({"rising": 5.0})},
        ),
        [toys.card("tea"), toys.card("cake")],
    )


def shown(snapshot: Snapshot, location: str, product: str | None = None) -> list[str]:
    picks = recommend(
        PublishedIndex(snapshot.published), Query(location, product, (), None, 3), lambda _item: True
    )
    return [snapshot.published.item_ids[pick.item] for pick in picks]


def test_a_new_product_is_shown_where_it_belongs() -> None:
    whole = delta.laid(toys.snapshot(), learned())
    assert shown(whole, "product", "tea")[0] == "cake"
    assert shown(whole, "product", "cake")[0] == "tea"
    assert shown(whole, "home")[0] == "cake"
    assert shown(whole, "product", "cup") == shown(toys.snapshot(), "product", "cup")
    assert whole.version == "m1"


def test_it_says_why_and_what_it_costs() -> None:
    whole = delta.laid(toys.snapshot(), learned())
    [pick] = recommend(
        PublishedIndex(whole.published), Query("product", "tea", (), None, 1), lambda _item: True
    )
    assert sentence(pick.reason) == "Bought together in 10 of 12 orders"
    assert whole.cards[pick.item].title == toys.card("cake").title
    assert len(whole.cards) == len(whole.published.item_ids) == 6
    assert Shelf(whole, {}).sellable.tolist() == [True] * 6


def test_the_whole_is_a_snapshot_again() -> None:
    whole = delta.laid(decode(encode(toys.snapshot())), decode(encode(learned())))
    again = decode(encode(whole))
    assert list(again.published.item_ids) == [*toys.ITEMS, "cake"]
    assert shown(again, "product", "tea")[0] == "cake"


@pytest.fixture
def reader(valkey: Redis, tmp_path: Path) -> Reader:
    publisher.put_config(valkey, toys.config(), public_keys=("pk_toys",))
    publisher.swap(valkey, "toys", "m1", encode(toys.snapshot()))
    return Reader(valkey, tmp_path)


def home(reader: Reader) -> list[str]:
    view = reader.view("pk_toys")
    assert view is not None
    assert view.shelf is not None
    return shown(view.shelf.snapshot, "home")


def test_a_reader_lays_it_on_top(reader: Reader, valkey: Redis, tmp_path: Path) -> None:
    assert "cake" not in home(reader)
    delta.put(valkey, learned(), "m1:1")
    reader.refresh()
    assert home(reader)[0] == "cake"
    assert home(Reader(valkey, tmp_path))[0] == "cake", "and so does one that starts now"


def test_the_next_version_ends_it(reader: Reader, valkey: Redis) -> None:
    delta.put(valkey, learned(), "m1:1")
    home(reader)
    publisher.swap(valkey, "toys", "m2", encode(toys.snapshot("m2")))
    reader.refresh()
    assert "cake" not in home(reader)
    publisher.roll_back(valkey, "toys")
    reader.refresh()
    assert home(reader)[0] == "cake", "rolled back to the version that it belongs to"


def test_a_damaged_delta_is_ignored_and_counted(reader: Reader, valkey: Redis) -> None:
    home(reader)
    valkey.set("alongside:delta:toys", b"nonsense")
    valkey.set("alongside:delta-stamp:toys", b"m1:2")
    reader.refresh()
    assert "cake" not in home(reader)
    assert reader.counts["snapshot_refused"] == 1


def test_a_host_drops_its_copies_of_what_must_not_be_kept(
    reader: Reader, valkey: Redis, tmp_path: Path
) -> None:
    home(reader)
    publisher.swap(valkey, "toys", "m2", encode(toys.snapshot("m2")))
    reader.refresh()
    assert copies(tmp_path) == ["m1.snapshot", "m2.snapshot"]
    delta.put(valkey, learned("m2"), "m2:1")
    publisher.swap(valkey, "toys", "m3", encode(toys.snapshot("m3")), keep_previous=False)
    reader.refresh()
    assert copies(tmp_path) == ["m3.snapshot"]
    assert publisher.previous_version(valkey, "toys") is None
    assert sorted(valkey.keys("alongside:snapshot:*") + valkey.keys("alongside:delta*")) == [
        b"alongside:snapshot:toys:m3"
    ]


def copies(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.snapshot"))
