"""The form of a placement: what was typed, read once."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.merchandising.look import FIELDS, LANGUAGES, Look
from app.domain.merchandising.placements import Choice
from app.domain.tables.merchandising import Placement
from app.kernel.errors import Invalid

_LONGEST_NUMBER = 4


def read(form: Mapping[str, str]) -> Choice:
    """What the form says. Raises Invalid with the field at fault."""
    slots = _number(form, "slots")
    if slots is None:
        raise Invalid("the number of slots is a whole number", "slots")
    return Choice(
        title=form.get("title", ""),
        display=form.get("display", ""),
        slots=slots,
        active="active" in form,
        look=Look(
            titles={language: form.get(f"title-{language}", "") for language in LANGUAGES},
            accent=form.get("accent", "").strip() or None,
            text=form.get("text", "").strip() or None,
            background=form.get("background", "").strip() or None,
            radius=_number(form, "radius"),
            spacing=_number(form, "spacing"),
            hidden=tuple(name for name in FIELDS if f"show-{name}" not in form),
        ),
    )


def filled(placement: Placement, look: Look) -> dict[str, str]:
    """The form as it stands for what is saved; a box that is not ticked is absent."""
    told = {"title": placement.title, "display": placement.display, "slots": str(placement.slots)}
    told |= {f"title-{language}": title for language, title in look.titles.items()}
    for name in ("accent", "text", "background", "radius", "spacing"):
        value = getattr(look, name)
        told[name] = "" if value is None else str(value)
    told |= {f"show-{name}": "on" for name in FIELDS if name not in look.hidden}
    return told | ({"active": "on"} if placement.active else {})


def _number(form: Mapping[str, str], name: str) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise Invalid(f"{'the number of slots' if name == 'slots' else name} is a whole number", name)
    return int(text[:_LONGEST_NUMBER])
