"""Reading the cells of one row, each with a reason where it cannot be meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from app.kernel.errors import Invalid
from app.kernel.money import Money

Cells = Mapping[str, str]

_YES: Final = frozenset({"true", "1", "yes", "t", "y"})
_NO: Final = frozenset({"false", "0", "no", "f", "n"})


@dataclass(frozen=True, slots=True)
class Habits:
    """What a file leaves unsaid: its currency, the zone of times without one, the version of rows without."""

    currency: str
    zone: tzinfo
    received: datetime


def needed(cells: Cells, name: str) -> str:
    if name not in cells:
        raise Invalid(f"{name} is missing", name)
    return cells[name]


def present(cells: Cells, *names: str) -> dict[str, str]:
    """Those of the cells that are not empty."""
    return {name: cells[name] for name in names if name in cells}


def first_of(rows: Iterable[Cells]) -> Cells:
    """The first cell of each column that is not empty."""
    found: dict[str, str] = {}
    for cells in rows:
        found = {**cells, **found}
    return found


def whole(cells: Cells, name: str) -> int:
    """A whole number, also where a spreadsheet wrote it as 6.0."""
    text = needed(cells, name)
    digits = text.removesuffix(".0")
    if not digits.removeprefix("-").isdecimal() or len(digits) > len(str(2**63)):
        raise Invalid(f"{name}: {text!r} is not a whole number", name)
    return int(digits)


def yes_or_no(cells: Cells, name: str) -> bool:
    text = needed(cells, name).lower()
    if text not in _YES | _NO:
        raise Invalid(f"{name}: {text!r} is neither true nor false", name)
    return text in _YES


def moment(cells: Cells, name: str, habits: Habits) -> datetime:
    """An aware time; one without a zone is in the shop's."""
    text = needed(cells, name)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{name}: {text!r} is not a time like 2026-01-31T10:00:00Z", name) from None
    return at if at.tzinfo else at.replace(tzinfo=habits.zone)


def money(cells: Cells, name: str, habits: Habits) -> dict[str, int | str]:
    """An amount in major units, as the shape that JSON would hold."""
    text = needed(cells, name)
    try:
        amount = Money.parse(text, cells.get("currency", habits.currency))
    except Invalid as error:
        raise Invalid(f"{name}: {error.detail}", name) from None
    return {"amount": amount.amount, "currency": amount.currency}
