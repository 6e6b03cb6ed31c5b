import mmap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from app.bridge.snapshot import Card, Snapshot, SnapshotError, decode, encode
from app.engine.types import Anchor, Blend, Lists, Published, ReasonKind
from tests.bridge import toys

WORDS = st.text(max_size=12)
LONG = st.integers(-(2**63), 2**63 - 1)


@st.composite
def some_lists(draw: DrawFn, items: int) -> Lists:
    rows = draw(st.lists(st.lists(st.integers(0, items - 1), max_size=4), min_size=1, max_size=4))
    made = toys.lists(
        draw(st.sampled_from(Anchor)), draw(st.sampled_from(ReasonKind)), rows, draw(st.integers(0, 9))
    )
    scores = draw(
        st.lists(st.floats(width=32, allow_nan=False), min_size=len(made.items), max_size=len(made.items))
    )
    return Lists(
        made.anchor,
        made.reason,
        made.starts,
        made.items,
        np.array(scores, np.float32),
        made.counts,
        made.totals,
    )


@st.composite
def snapshots(draw: DrawFn) -> Snapshot:
    ids = draw(st.lists(WORDS, min_size=1, max_size=5, unique=True))
    weights = st.dictionaries(WORDS, st.floats(-10, 10), max_size=3)
    published = Published(
        item_ids=ids,
        shopper_ids=draw(st.lists(WORDS, max_size=3)),
        lists=draw(st.dictionaries(WORDS, some_lists(len(ids)), max_size=3)),
        blends={
            name: Blend(blend) for name, blend in draw(st.dictionaries(WORDS, weights, max_size=3)).items()
        },
        categories=draw(st.lists(WORDS, min_size=len(ids), max_size=len(ids)) | st.just([])),
    )
    cards = [
        draw(
            st.builds(
                Card,
                product_id=st.just(product_id),
                variant_id=st.none() | WORDS,
                title=WORDS,
                url=WORDS,
                image=WORDS,
                price_amount=LONG,
                currency=WORDS,
                category=WORDS,
                stock=st.none() | LONG,
                visible=st.booleans(),
            )
        )
        for product_id in ids
    ]
    return Snapshot(draw(WORDS), draw(WORDS), published, cards)


def same_lists(ours: Lists, theirs: Lists) -> bool:
    return (ours.anchor, ours.reason) == (theirs.anchor, theirs.reason) and all(
        np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in Lists.__slots__[2:]
    )


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_what_is_written_is_read(snapshot: Snapshot) -> None:
    read = decode(encode(snapshot))
    assert (read.version, read.store_id) == (snapshot.version, snapshot.store_id)
    assert list(read.cards) == list(snapshot.cards)
    ours, theirs = snapshot.published, read.published
    assert list(theirs.item_ids) == list(ours.item_ids)
    assert [theirs.item_ids[n] for n in range(len(ours.item_ids))] == list(ours.item_ids)
    assert list(theirs.shopper_ids) == list(ours.shopper_ids)
    assert list(theirs.categories) == list(ours.categories)
    assert theirs.blends == ours.blends
    assert theirs.lists.keys() == ours.lists.keys()
    assert all(same_lists(ours.lists[name], theirs.lists[name]) for name in ours.lists)


def test_arrays_lie_in_the_mapped_file_aligned(tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(encode(toys.snapshot()))
    with (tmp_path / "s").open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    scores = decode(memoryview(mapped)).published.lists["together"].scores
    start = np.frombuffer(mapped, np.uint8).__array_interface__["data"][0]
    at = scores.__array_interface__["data"][0]
    assert start < at < start + len(mapped)
    assert at % 64 == 0
    assert not scores.flags.writeable


def test_numbers_take_half_the_bytes_where_they_fit() -> None:
    def written(most: int) -> tuple[str, int]:
        shop = toys.snapshot()
        known = shop.published.lists["together"]
        counts = np.full(len(known.items), most, np.int32)
        lists = {**shop.published.lists, "together": replace(known, counts=counts)}
        read = decode(encode(replace(shop, published=replace(shop.published, lists=lists))))
        found = read.published.lists["together"].counts
        return found.dtype.name, int(found[0])

    assert decode(encode(toys.snapshot())).published.lists["together"].items.dtype == np.uint16
    assert [written(most) for most in (65_535, 65_536)] == [("uint16", 65_535), ("int32", 65_536)]


def test_bytes_of_cards_are_little_endian_and_stable() -> None:
    assert encode(toys.snapshot()) == encode(toys.snapshot())


@given(st.integers(0, 10**6), st.integers(1, 255))
@settings(max_examples=50, deadline=None)
def test_one_wrong_byte_is_noticed(place: int, change: int) -> None:
    data = bytearray(encode(toys.snapshot()))
    data[place % len(data)] ^= change
    with pytest.raises(SnapshotError):
        decode(bytes(data))


@pytest.mark.parametrize("length", [0, 10, 200])
def test_a_cut_file_is_noticed(length: int) -> None:
    with pytest.raises(SnapshotError, match="damaged"):
        decode(encode(toys.snapshot())[:length])


def test_a_format_of_tomorrow_is_refused_by_name() -> None:
    data = bytearray(encode(toys.snapshot()))
    data[9] = 7
    with pytest.raises(SnapshotError, match="format 7, this program reads 1"):
        decode(bytes(data))


def test_parts_that_do_not_fit_are_not_published() -> None:
    whole = toys.snapshot()
    with pytest.raises(SnapshotError, match="cards"):
        encode(Snapshot("m1", "toys", whole.published, whole.cards[1:]))
    stray = toys.lists(Anchor.NONE, ReasonKind.POPULAR, [[5]])
    with pytest.raises(SnapshotError, match="'popular'"):
        encode(
            Snapshot(
                "m1",
                "toys",
                Published(toys.ITEMS, (), {"popular": stray}, {}),
                whole.cards,
            )
        )
