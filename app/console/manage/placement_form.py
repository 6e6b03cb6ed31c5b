"""The form of a placement: what was typed, read once."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.merchandising.look import ASKED_FOR, FIELDS, LANGUAGES, Look
from app.domain.merchandising.placements import Choice
from app.domain.tables.merchandising import Placement
from app.kernel.errors import Invalid
from app.kernel.money import Money

_LONGEST_NUMBER = 4


def read(form: Mapping[str, str], currency: str) -> Choice:
    """What the form says. Raises Invalid with the field at fault."""
    slots = _number(form, "slots")
    if slots is None:
        raise Invalid("the number of slots is a whole number", "slots")
    return Choice(
        title=form.get("title", ""),
        display=form.get("display", ""),
        slots=slots,
        active="active" in form,
        free_shipping=_amount(form.get("free_shipping", ""), currency),
        look=Look(
            titles={language: form.get(f"title-{language}", "") for language in LANGUAGES},
            accent=form.get("accent", "").strip() or None,
            text=form.get("text", "").strip() or None,
            background=form.get("background", "").strip() or None,
            radius=_number(form, "radius"),
            spacing=_number(form, "spacing"),
            hidden=tuple(name for name in FIELDS if f"show-{name}" not in form),
            asked=tuple(name for name in ASKED_FOR if f"show-{name}" in form),
        ),
    )


def filled(placement: Placement, look: Look, currency: str) -> dict[str, str]:
    """The form as it stands for what is saved; a box that is not ticked is absent."""
    told = {"title": placement.title, "display": placement.display, "slots": str(placement.slots)}
    told |= {f"title-{language}": title for language, title in look.titles.items()}
    for name in ("accent", "text", "background", "radius", "spacing"):
        value = getattr(look, name)
        told[name] = "" if value is None else str(value)
    told |= {f"show-{name}": "on" for name in FIELDS if look.shows(name)}
    if placement.free_shipping is not None:
        told["free_shipping"] = Money(placement.free_shipping, currency).major()
    return told | ({"active": "on"} if placement.active else {})


def _number(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise Invalid(f"{'the number of slots' if name == 'slots' else name} is a whole number", name)
    return int(text[:_LONGEST_NUMBER])


def _amount(text: str, currency: str) -> int | None:
    """An amount as a person types it, in minor units; None for an empty field."""
    if not text.strip():
        return None
    try:
        return Money.parse(text.strip(), currency).amount
    except Invalid as error:
        raise Invalid(
            f"an amount in {currency}, as in {Money(5000, currency).major()}", "free_shipping"
        ) from error
