"""How numbers and times are written on screen."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from app.kernel.money import Money, exponent

_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "INR": "₹"}
_MINUS = "\N{MINUS SIGN}"


def money(value: Money) -> str:
    """Money(123450, "GBP") -> "£1,234.50"."""
    return amount(value.amount, value.currency)


def amount(minor: float, currency: str, *, signed: bool = False, finer: int = 0) -> str:
    """Minor units, which may be a mean and so a fraction: 63.7 GBP -> "£0.64"; ``finer`` digits more."""
    digits = exponent(currency)
    number = f"{abs(minor) / 10**digits:,.{digits + finer}f}"
    sign = _MINUS if minor < 0 else "+" if signed else ""
    return f"{sign}{_SIGNS[currency]}{number}" if currency in _SIGNS else f"{sign}{number} {currency}"


def count(value: int) -> str:
    """12345 -> "12,345"."""
    return f"{value:,}"


def percent(ratio: float | None, digits: int = 1) -> str:
    """0.0345 -> "3.5 %"; a dash where there is none."""
    if ratio is None:
        return "–"
    return f"{100 * ratio:.{digits}f} %".replace("-", _MINUS)


def moment(at: datetime | None, timezone: str) -> str:
    """Day and time in the store's time zone."""
    return "–" if at is None else at.astimezone(ZoneInfo(timezone)).strftime("%-d %b %Y, %H:%M")


def day(at: datetime | None, timezone: str) -> str:
    return "–" if at is None else at.astimezone(ZoneInfo(timezone)).strftime("%-d %b %Y")
