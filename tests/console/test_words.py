from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.console.frame import words
from app.kernel.money import Money


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(123450, "GBP"), "£1,234.50"),
        (Money(-5, "EUR"), "−€0.05"),
        (Money(1500, "JPY"), "¥1,500"),
        (Money(1234, "KWD"), "1.234 KWD"),
    ],
    ids=str,
)
def test_money(money: Money, written: str) -> None:
    assert words.money(money) == written


def test_a_mean_may_be_a_fraction_of_a_penny() -> None:
    assert words.amount(63.7, "GBP", signed=True) == "+£0.64"
    assert words.amount(-3.24, "GBP", signed=True, finer=1) == "−£0.032"


def test_ratios_and_counts() -> None:
    assert (words.percent(0.0345), words.percent(None), words.percent(-0.1)) == ("3.5 %", "–", "−10.0 %")
    assert words.count(12345) == "12,345"


def test_times_are_the_stores_own() -> None:
    at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert words.moment(at, "Europe/Paris") == "21 Nov 2026, 00:30"
    assert (words.day(at, "UTC"), words.day(None, "UTC")) == ("20 Nov 2026", "–")
