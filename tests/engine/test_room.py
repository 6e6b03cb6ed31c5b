"""Whether a store fits the worker that learns from it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.engine.spark.room import MB, Size, fits_here, needed, newest_that_fit

DEMO = Size(orders=20_000, lines=520_000, products=3_800)
SIZES = st.builds(Size, st.integers(0, 10**8), st.integers(0, 10**9), st.integers(0, 10**6))


def test_the_demo_store_fits_two_gigabytes_and_no_half() -> None:
    assert fits_here(DEMO, 2_500 * MB)
    assert not fits_here(DEMO, 500 * MB)


def test_a_fifth_of_the_memory_stays_free() -> None:
    assert fits_here(DEMO, needed(DEMO) * 10 // 8 + 1)
    assert not fits_here(DEMO, needed(DEMO) * 10 // 8 - 10)


@given(SIZES, SIZES)
def test_more_of_anything_needs_no_less(one: Size, other: Size) -> None:
    both = Size(one.orders + other.orders, one.lines + other.lines, one.products + other.products)
    assert needed(both) >= max(needed(one), needed(other))


@given(SIZES, st.integers(0, 2**40))
def test_so_many_of_the_newest_orders_fit(size: Size, free: int) -> None:
    kept = newest_that_fit(size, free)
    assert 0 <= kept <= size.orders
    if fits_here(size, free):
        assert kept == size.orders
    elif kept:
        # their share of the lines, rounded up to a whole line
        lines = size.lines * kept // size.orders
        assert fits_here(Size(kept, lines, size.products), free + 4_096)
