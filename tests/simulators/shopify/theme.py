"""What a merchant chose for his theme, and the markets in which he sells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

BLOCKS = Path(__file__).parents[3] / "extensions" / "shopify" / "theme" / "blocks"
EMBED = "widget"
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

    def extensions(self) -> list[dict[str, Any]]:
        """What App Bridge tells the app of its blocks in this theme."""
        placed = {each.block for template in self.blocks.values() for each in template}
        active = placed | ({EMBED} if self.embed else set())
        activations = [
            {"handle": each, "name": each, "status": "active" if each in active else "available"}
            for each in sorted(path.stem for path in BLOCKS.glob("*.liquid"))
        ]
        return [{"handle": "theme", "type": "theme_app_extension", "activations": activations}]
