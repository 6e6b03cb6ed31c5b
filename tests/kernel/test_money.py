"""Money is exact: minor units in, minor units out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import Invalid
from app.kernel.money import Money, exponent

currencies = st.sampled_from(["GBP", "EUR", "JPY", "KWD"])
amounts = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("4.25", "GBP", 425),
        ("0.1", "EUR", 10),
        ("1500", "JPY", 1500),
        ("1.234", "KWD", 1234),
        ("-3", "GBP", -300),
    ],
)
def test_major_units_become_minor_units(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(("text", "minor"), [("0.005", 0), ("0.015", 2), ("0.025", 2), ("2.675", 268)])
def test_halves_round_to_even(text: str, minor: int) -> None:
    assert Money.parse(text, "GBP").amount == minor


@given(amounts, currencies)
def test_what_is_written_is_read_back(amount: int, currency: str) -> None:
    assert Money.parse(Money(amount, currency).major(), currency).amount == amount


@given(st.lists(amounts, min_size=1), currencies)
def test_a_sum_loses_nothing(parts: list[int], currency: str) -> None:
    total = Money(0, currency)
    for part in parts:
        total += Money(part, currency)
    assert total.amount == sum(parts)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(Invalid):
        Money(1, "GBP") + Money(1, "EUR")


@pytest.mark.parametrize("text", ["", "four", "nan", "inf", "1e999", "1,50"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Money.parse(text, "GBP")


def test_currencies_have_their_own_digits() -> None:
    assert [exponent(currency) for currency in ("GBP", "JPY", "KWD")] == [2, 0, 3]
