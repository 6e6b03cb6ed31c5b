"""How languages write prices: the contract's examples, and Unicode's own tables as Babel reads them."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import prices
from app.kernel.money import Money, exponent

CONTRACT = json.loads((Path(__file__).parents[1] / "contract" / "prices.json").read_text())
LANGUAGES = ["en", "de", "es", "fr", "ar", "ja", "pt_BR", "nl", "it"]
CURRENCIES = (
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW KWD MXN NOK NZD PLN SEK TND USD".split()
)


@pytest.mark.parametrize(
    "case", CONTRACT["forms"], ids=lambda case: f"{case['lang']} {case['form']['currency']}"
)
def test_the_contract_holds(case: dict[str, Any]) -> None:
    currency = case["form"]["currency"]
    form = prices.form(case["lang"], currency)
    assert json.loads(prices.written(case["lang"], currency, "GBP")) == case["form"]
    for amount, text in case["texts"]:
        assert form.write(Money(amount, currency)) == text


def test_other_money_has_its_code_beside_it() -> None:
    case = CONTRACT["other"]
    form = prices.form(case["lang"], case["currency"])
    assert form.write(Money(**case["price"])) == case["text"]


@given(
    st.sampled_from(LANGUAGES),
    st.sampled_from(CURRENCIES),
    st.one_of(st.integers(0, 999_999), st.integers(0, 10**15)),
)
def test_babel_writes_the_same(language: str, currency: str, amount: int) -> None:
    """Babel sets no space between a code and the figures, and puts a mark into 1234 where CLDR wants none."""
    major = Decimal(amount).scaleb(-exponent(currency))
    written = prices.form(language, currency).write(Money(amount, currency))
    told = format_currency(major, currency, locale=language, decimal_quantization=False)
    few = prices.form(language, currency).least == 4 and major < 10_000
    assert _figures(written) == _figures(told)
    assert _bare(written, few=few) == _bare(told, few=few)


def _figures(text: str) -> str:
    return re.sub(r"\D", "", text)


def _bare(text: str, *, few: bool) -> str:
    """Without spaces; of ``few`` figures without the mark of thousands either."""
    text = re.sub(r"[\s\u200e\u200f]", "", text)
    return re.sub(r"^(\D*\d)[.,](?=\d{3}\D)", r"\1", text) if few else text


@pytest.mark.parametrize(
    ("tag", "same"), [("de-DE", "de"), ("DE_de", "de"), ("tlh", "en"), ("", "en"), ("../en", "en")]
)
def test_a_language_is_known_by_its_first_part_and_else_it_is_english(tag: str, same: str) -> None:
    assert prices.form(tag, "EUR") == prices.form(same, "EUR")


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("de-AT", "€\xa01.234,56"),
        ("es-419", "EUR\xa01,234.56"),
        ("fil", "€1,234.56"),
        ("pt_PT", "1234,56\xa0€"),
    ],
)
def test_a_country_may_write_otherwise(tag: str, text: str) -> None:
    assert prices.form(tag, "EUR").write(Money(123456, "EUR")) == text


@pytest.mark.parametrize("said", ["", "gbp", "GB", "POUNDS", "G1P", "£"])
def test_what_is_no_currency_is_the_stores(said: str) -> None:
    assert json.loads(prices.written("en", said, "CAD"))["currency"] == "CAD"
