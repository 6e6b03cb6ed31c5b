"""What a merchant chose for his theme, and the markets in which he sells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

NO_DIGITS = frozenset({"JPY", "KRW"})


@dataclass(frozen=True)
class Market:
    """``path`` is what its addresses begin with; ``rate`` is worth one of the shop's currency."""

    path: str = ""
    language: str = "en"
    currency: str = "GBP"
    rate: str = "1"
    money: str = "£{}"
    titles: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()

    def cents(self, price: str) -> int:
        """Hundredths of the buyer's currency, whatever its minor unit: so Shopify counts everywhere."""
        digits = "1" if self.currency in NO_DIGITS else "0.01"
        there = (Decimal(price) * Decimal(self.rate)).quantize(Decimal(digits), ROUND_HALF_UP)
        return int(there * 100)

    def written(self, cents: int) -> str:
        digits = 0 if self.currency in NO_DIGITS else 2
        return self.money.format(f"{Decimal(cents) / 100:.{digits}f}")


@dataclass(frozen=True)
class Placed:
    """An app block that stands in a template."""

    block: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Theme:
    """``actions`` says whether the storefront has Shopify's standard actions, ``banner`` whether it asks."""

    blocks: dict[str, list[Placed]] = field(
        default_factory=lambda: {
            "product": [Placed("recommendations"), Placed("bundle"), Placed("recently-viewed")],
            "cart": [Placed("cart-offers")],
        }
    )
    embed: bool = True
    actions: bool = True
    banner: bool = True
    markets: tuple[Market, ...] = (Market(),)
