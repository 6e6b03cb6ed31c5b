"""How a placement looks. What the merchant leaves open is the theme's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from app.domain.merchandising import colours
from app.domain.merchandising.colours import Colour
from app.kernel.errors import Invalid

LANGUAGES = {"en": "English", "de": "German", "es": "Spanish", "fr": "French", "ar": "Arabic"}
"""Languages that the widget speaks; any other page gets the usual title."""

FIELDS = {
    "brand": "Brand",
    "price": "Price",
    "was": "Price before, where it was higher",
    "unit": "Price of a unit, where the shop tells it",
    "reason": "Reason, as in “Bought together in 41 orders”",
    "add": "Add button",
}
"""What a card may show beside its picture and title."""

ASKED_FOR = ("brand",)
"""Fields that are shown only where the merchant asks for them; all others until he hides them."""

_STYLED = ("price", "was", "unit", "add")

LONGEST_TITLE = 120
_FAINT = 0.75
"""How much of the text's colour a reason has; the rest is the ground's (the widget's style sheet)."""

MOST_RADIUS = 40
MOST_SPACING = 64


class Look(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Colours as "#0b5d4e", lengths in pixels; None is the theme's. ``titles`` are by language."""

    titles: dict[str, str] = {}
    accent: str | None = None
    text: str | None = None
    background: str | None = None
    radius: int | None = None
    spacing: int | None = None
    hidden: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    def shows(self, field: str) -> bool:
        """Tell whether cards show one of the ``FIELDS``."""
        return field in self.asked if field in ASKED_FOR else field not in self.hidden


def read(kept: dict[str, Any]) -> Look:
    """Read what the row holds. Raises ValueError where it cannot be read."""
    return msgspec.convert(kept, Look)


def keep(look: Look) -> dict[str, Any]:
    """Write it for the row. Raises Invalid with the field at fault."""
    kept: dict[str, Any] = msgspec.to_builtins(_checked(look))
    return kept


def properties(look: Look) -> dict[str, str]:
    """CSS custom properties for the element, by name; none for what is left to the theme.

    Text that would have no colour of its own on a chosen ground gets one that can be read there.
    """
    told: dict[str, str] = {}
    if look.accent is not None:
        told["--alongside-accent"] = look.accent
        told["--alongside-on-accent"] = str(colours.readable_on(colours.parse(look.accent)))
    if look.text is not None:
        told["--alongside-text"] = look.text
    if look.background is not None:
        told.setdefault("--alongside-text", str(colours.readable_on(colours.parse(look.background))))
        told["--alongside-background"] = told["--alongside-popup"] = look.background
        told["--alongside-on-popup"] = told["--alongside-text"]
        told["--alongside-space"] = "1.5rem 1rem"
    if look.radius is not None:
        told["--alongside-radius"] = told["--alongside-button-radius"] = f"{look.radius}px"
    if look.spacing is not None:
        told["--alongside-gap"] = f"{look.spacing}px"
    told |= {f"--alongside-{name}": "none" for name in _STYLED if name in look.hidden}
    return told | {f"--alongside-{name}": "block" for name in look.asked}


def warnings(look: Look) -> Iterator[str]:
    """What would be hard to read, in plain words. Without a ground of its own, a white page is assumed."""
    ground = colours.parse(look.background) if look.background else colours.WHITE
    where = "on this background" if look.background else "on a white page"
    if look.text is not None:
        text = colours.parse(look.text)
        yield from _warn("Text", text, ground, colours.READABLE, where)
        if "reason" not in look.hidden and colours.contrast(text, ground) >= colours.READABLE:
            faint = colours.blend(text, ground, _FAINT)
            yield from _warn("The reason, fainter than other text,", faint, ground, colours.READABLE, where)
    if look.accent is not None and "add" not in look.hidden:
        yield from _warn("The button", colours.parse(look.accent), ground, colours.VISIBLE, where)


def _warn(what: str, colour: Colour, ground: Colour, least: float, where: str) -> Iterator[str]:
    found = colours.contrast(colour, ground)
    if found < least:
        # Cut, not rounded: 4.49 must not read as the 4.5 that it misses.
        shown = f"{int(10 * found) / 10:.1f} to 1"
        yield f"{what} is hard to see {where}: the contrast is {shown}, WCAG AA asks for {least:g} to 1"


def _checked(look: Look) -> Look:
    titles = {language: title.strip() for language, title in look.titles.items() if title.strip()}
    for language, title in titles.items():
        if language not in LANGUAGES:
            raise Invalid(f"titles are in {', '.join(LANGUAGES)}", f"title-{language}")
        if len(title) > LONGEST_TITLE:
            raise Invalid(f"a title has 1 to {LONGEST_TITLE} characters", f"title-{language}")
    for name, most in (("radius", MOST_RADIUS), ("spacing", MOST_SPACING)):
        given = getattr(look, name)
        if given is not None and not 0 <= given <= most:
            raise Invalid(f"{name} is 0 to {most} pixels, or empty for the theme's", name)
    if not {*look.hidden, *look.asked} <= set(FIELDS):
        raise Invalid(f"fields are {', '.join(FIELDS)}", "fields")
    return msgspec.structs.replace(
        look,
        titles=titles,
        hidden=tuple(name for name in FIELDS if name in look.hidden and name not in ASKED_FOR),
        asked=tuple(name for name in ASKED_FOR if name in look.asked),
        accent=_colour(look.accent, "accent"),
        text=_colour(look.text, "text"),
        background=_colour(look.background, "background"),
    )


def _colour(text: str | None, field: str) -> str | None:
    return None if text is None else str(colours.parse(text, field))
