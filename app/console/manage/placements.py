"""Placements: what each spot of the shop shows, and how. A change is in the shop within seconds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.console.frame import pages
from app.console.frame.person import Person, editor, present
from app.console.manage import placement_form
from app.domain.accounts import audit, stores
from app.domain.merchandising import look as looks
from app.domain.merchandising import placements as spots
from app.domain.merchandising import preview, storefront
from app.domain.merchandising.placements import Choice
from app.domain.tables.merchandising import Placement
from app.kernel.errors import Invalid
from app.kernel.runtime import Runtime, Unit


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/placements")
    def placements() -> str:
        person = present()
        with runtime.unit(person.store_id) as unit:
            every = spots.every(unit.session, person.store_id)
            return pages.render(
                "manage/placements.html",
                placements=every,
                displays=spots.DISPLAYS,
                most_slots=spots.MOST_SLOTS,
            )

    @blueprint.get("/placements/<key>")
    def placement(key: str) -> str:
        person = present()
        with runtime.unit(person.store_id) as unit:
            found = spots.get(unit.session, person.store_id, key)
            currency = stores.get(unit.session, person.store_id).currency
            typed = placement_form.filled(found, looks.read(found.look), currency)
            return _builder(found, typed, currency)

    @blueprint.post("/placements/<key>")
    def save_placement(key: str) -> Response | tuple[str, int]:
        person = editor()
        with runtime.unit(person.store_id) as unit:
            currency = stores.get(unit.session, person.store_id).currency
        try:
            choice = placement_form.read(request.form, currency)
            with runtime.unit(person.store_id) as unit:
                _save(runtime, unit, person, key, choice)
        except Invalid as wrong:
            with runtime.unit(person.store_id) as unit:
                found = spots.get(unit.session, person.store_id, key)
                return _builder(found, request.form, currency, wrong), 422
        return redirect(url_for("console.placement", key=key, saved=1))


def _builder(
    placement: Placement, typed: Mapping[str, str], currency: str, wrong: Invalid | None = None
) -> str:
    """The page of one placement; ``typed`` is how the form is filled in."""
    return pages.render(
        "manage/placement.html",
        placement=placement,
        typed=typed,
        currency=currency,
        wrong=wrong,
        warnings=[] if wrong else list(looks.warnings(looks.read(placement.look))),
        saved="saved" in request.args,
        spots=spots,
        looks=looks,
        follows_product=preview.follows_product(placement.location),
    )


def _save(runtime: Runtime, unit: Unit, person: Person, key: str, choice: Choice) -> None:
    now = runtime.clock.now()
    before = _told(spots.get(unit.session, person.store_id, key))
    after = _told(spots.update(unit.session, person.store_id, key, choice, at=now))
    detail = {name: f"{before[name]} → {after[name]}" for name in after if before[name] != after[name]}
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


def _told(placement: Placement) -> dict[str, str]:
    """What the audit log compares."""
    plain = {name: str(getattr(placement, name)) for name in ("title", "display", "slots", "active")}
    plain["free_shipping"] = _said(placement.free_shipping) if placement.free_shipping else "–"
    look = looks.read(placement.look)
    return plain | {name: _said(getattr(look, name)) for name in look.__struct_fields__}


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {text}" for name, text in value.items()) or "–"
    return ", ".join(value) or "–" if isinstance(value, tuple) else "theme" if value is None else str(value)
