"""Placements: what each spot of the shop shows. A change is in the shop within seconds."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.console.frame import pages
from app.console.frame.person import Person, editor, present
from app.domain.accounts import audit, stores
from app.domain.merchandising import placements as spots
from app.domain.merchandising import storefront
from app.domain.merchandising.placements import Choice
from app.kernel.errors import Invalid
from app.kernel.runtime import Runtime, Unit


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/placements")
    def placements() -> str:
        person = present()
        with runtime.unit(person.store_id) as unit:
            return pages.render(
                "manage/placements.html",
                placements=spots.every(unit.session, person.store_id),
                saved=request.args.get("saved"),
                **_choices(),
            )

    @blueprint.post("/placements/<key>")
    def save_placement(key: str) -> Response | str | tuple[str, int]:
        person = editor()
        try:
            choice = _choice()
            with runtime.unit(person.store_id) as unit:
                _save(runtime, unit, person, key, choice)
        except Invalid as wrong:
            return _again(runtime, person, key, wrong), 422
        if "HX-Request" not in request.headers:
            return redirect(url_for("console.placements", saved=key))
        with runtime.unit(person.store_id) as unit:
            return _card(unit.session, person, key, saved=key)


def _choices() -> dict[str, object]:
    return {"displays": spots.DISPLAYS, "most_slots": spots.MOST_SLOTS, "typed": None, "wrong": None}


def _choice() -> Choice:
    """What the form says. Raises Invalid."""
    slots = request.form.get("slots", "")
    if not slots.isascii() or not slots.isdigit():
        raise Invalid("the number of slots is a whole number", "slots")
    return Choice(
        title=request.form.get("title", ""),
        display=request.form.get("display", ""),
        slots=int(slots[:4]),
        active="active" in request.form,
    )


def _save(runtime: Runtime, unit: Unit, person: Person, key: str, choice: Choice) -> None:
    now = runtime.clock.now()
    before = spots.get(unit.session, person.store_id, key)
    detail = {
        name: f"{getattr(before, name)} → {getattr(choice, name)}"
        for name in ("title", "display", "slots", "active")
        if getattr(before, name) != getattr(choice, name)
    }
    spots.update(unit.session, person.store_id, key, choice, at=now)
    if detail:
        audit.note(
            unit.session,
            person.store_id,
            "placement.update",
            key,
            actor=person.member_id,
            at=now,
            detail=detail,
        )
    store = stores.get(unit.session, person.store_id)
    config = storefront.config(unit.session, person.store_id, store)
    unit.after_commit(partial(storefront.put, runtime.valkey, store, config))


def _card(session: Session, person: Person, key: str, **more: object) -> str:
    placement = spots.get(session, person.store_id, key)
    return pages.render("manage/placement.html", placement=placement, **{**_choices(), **more})


def _again(runtime: Runtime, person: Person, key: str, wrong: Invalid) -> str:
    """The form as it was filled in, with what is wrong beside the field."""
    with runtime.unit(person.store_id) as unit:
        if "HX-Request" in request.headers:
            return _card(unit.session, person, key, typed=request.form, wrong=wrong)
        return pages.render(
            "manage/placements.html",
            placements=spots.every(unit.session, person.store_id),
            **{**_choices(), "typed": request.form, "wrong": wrong, "wrong_key": key},
        )
