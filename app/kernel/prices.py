"""How languages write prices: what ICU says, noted down when the widgets are built (`widgets/prices.mjs`)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from app.kernel.money import Money, exponent

_BUILT = Path(__file__).parents[2] / "widgets" / "dist" / "prices.json"
_CURRENCY = re.compile(r"[A-Z]{3}")
_FORMS_KEPT = 1_000


class PriceForm(msgspec.Struct, frozen=True):
    """How amounts of one currency are written in one language, for whoever has no tables of languages.

    ``group`` stands between the thousands, ``point`` before the minor units. A whole number of at most
    ``least`` figures has no groups (4 in Spanish); those beyond the thousands are of ``lot`` figures (2 in
    India). ``digits`` are zero to nine where they are others than ours, else empty.
    """

    currency: str
    before: str
    after: str
    group: str
    point: str
    least: int
    lot: int
    digits: str

    def write(self, price: Money) -> str:
        """Write a price that is not below zero; one of another currency with its code."""
        places = exponent(price.currency)
        figures = str(price.amount).zfill(places + 1)
        whole, minor = figures[: len(figures) - places], figures[len(figures) - places :]
        if len(whole) > self.least:
            whole = re.sub(rf"\B(?=(.{{{self.lot}}})*...$)", self.group, whole)
        told = f"{whole}{self.point}{minor}" if minor else whole
        if self.digits:
            told = re.sub(r"[0-9]", lambda found: self.digits[int(found[0])], told)
        if price.currency != self.currency:
            return f"{told}\N{NO-BREAK SPACE}{price.currency}"
        return f"{self.before}{told}{self.after}"


class _Language(msgspec.Struct, frozen=True):
    before: str
    after: str
    group: str
    point: str
    least: int
    lot: int
    digits: str
    signs: dict[str, tuple[str, str]]


_PLAIN = _Language("¤\N{NO-BREAK SPACE}", "", ",", ".", 3, 3, "", {})


@lru_cache(_FORMS_KEPT)
def form(language: str, currency: str) -> PriceForm:
    """Give the form of a currency in a language ("de", "de-AT"), in English where the language is unknown."""
    known = _languages()
    tag = language.lower().replace("_", "-")
    told = known.get(tag) or known.get(tag.partition("-")[0]) or known.get("en", _PLAIN)
    plain = (told.before.replace("¤", currency), told.after.replace("¤", currency))
    before, after = told.signs.get(currency, plain)
    return PriceForm(currency, before, after, told.group, told.point, told.least, told.lot, told.digits)


@lru_cache(_FORMS_KEPT)
def written(language: str, currency: str, usual: str) -> bytes:
    """Give the form as JSON; ``usual`` is the currency where ``currency`` is none."""
    asked = currency if _CURRENCY.fullmatch(currency) else usual
    return msgspec.json.encode(form(language, asked))


@cache
def _languages() -> dict[str, _Language]:
    """Read the table; without one, prices stand with the code of their currency."""
    try:
        return msgspec.json.decode(_BUILT.read_bytes(), type=dict[str, _Language])
    except OSError:
        return {}
