"""Colours as merchants write them, and whether one can be read on another."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.kernel.errors import Invalid

READABLE = 4.5
"""Least contrast of text, WCAG 2.2 AA (success criterion 1.4.3)."""

VISIBLE = 3.0
"""Least contrast of what a control is known by, WCAG 2.2 AA (success criterion 1.4.11)."""

_NEARLY_BLACK = 0.04045
_HEX = re.compile(r"#?(?:([0-9a-f]{6})|([0-9a-f]{3}))", re.ASCII)


class Colour(NamedTuple):
    """Red, green and blue of sRGB, 0 to 255 each."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


BLACK = Colour(0, 0, 0)
WHITE = Colour(255, 255, 255)


def parse(text: str, field: str | None = None) -> Colour:
    """Read "#0b5d4e", "0B5D4E" or "#0bd". Raises Invalid."""
    found = _HEX.fullmatch(text.strip().lower())
    if found is None:
        raise Invalid("a colour is # and six digits or letters a to f, as in #0b5d4e", field)
    digits = found[1] or "".join(2 * digit for digit in found[2])
    return Colour(*bytes.fromhex(digits))


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (the same) to 21 (black on white); https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(ground: Colour) -> Colour:
    """Black or white, whichever reads better; its contrast is never below 4.58."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, ground))


def blend(colour: Colour, ground: Colour, share: float) -> Colour:
    """What is seen of a colour that lets the ground shine through."""
    parts = zip(colour, ground, strict=True)
    return Colour(*(round(share * over + (1 - share) * under) for over, under in parts))


def _luminance(colour: Colour) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _NEARLY_BLACK else ((part + 0.055) / 1.055) ** 2.4
