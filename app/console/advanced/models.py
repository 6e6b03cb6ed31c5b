"""Models: what was learned, how well it did, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.console.advanced.kinds import BLEND, TITLES, Kind, kinds, label
from app.console.frame import pages
from app.console.frame.person import editor, present
from app.domain.accounts import audit
from app.domain.learning import card, progress, publish, versions
from app.domain.learning.card import Card
from app.domain.tables.learning import ModelVersion
from app.kernel.runtime import Runtime

TRAIN: Final = "train.store"


@dataclass(frozen=True, slots=True)
class Shown:
    """A version as its page tells it; ``validation`` is empty or the window's two ends."""

    version: ModelVersion
    card: Card
    kinds: tuple[Kind, ...]
    validation: tuple[datetime, ...]
    is_served: bool
    is_servable: bool

    def hit_rate(self, location: str) -> float | None:
        """Of the blend, for an unknown shopper; None where it was not measured."""
        mine = (row for row in self.card.measured if (row.location, row.name) == (location, BLEND))
        return next((row.hit_rate for row in mine if not row.known_shoppers), None)


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    _register_view(blueprint, runtime)
    _register_training(blueprint, runtime)
    _register_serving(blueprint, runtime)


def _register_view(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/models")
    def models() -> str:
        person = present()
        with runtime.unit(person.store_id) as unit:
            known = versions.list(unit.session, person.store_id)
            held = versions.servable(unit.session, person.store_id)
        return pages.render(
            "advanced/models.html",
            shown=[_shown(each, held) for each in known],
            label=label,
            titles=TITLES,
            served=request.args.get("served"),
            asked="asked" in request.args,
            running=progress.read(runtime, person.store_id),
        )

    @blueprint.get("/models/<version>")
    def model_version(version: str) -> str:
        person = present()
        with runtime.unit(person.store_id) as unit:
            held = versions.servable(unit.session, person.store_id)
            found = versions.get(unit.session, person.store_id, version)
        each = _shown(found, held)
        return pages.render("advanced/version.html", each=each, label=label, titles=TITLES)

    @blueprint.get("/models/progress")
    def model_progress() -> str:
        person = present()
        running = progress.read(runtime, person.store_id)
        return pages.render("advanced/progress.html", running=running)


def _register_training(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.post("/models/train")
    def train_model() -> Response:
        person = editor()
        with runtime.unit(person.store_id) as unit:
            at = runtime.clock.now()
            unit.enqueue(TRAIN, queue="training", key=person.store_id)
            unit.after_commit(lambda: progress.ask(runtime.valkey, person.store_id, at=at))
            audit.note(unit.session, person.store_id, "model.train", "", actor=person.member_id, at=at)
        return redirect(url_for("console.models", asked=1))


def _register_serving(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/models/<version>/serve")
    def ask_to_serve(version: str) -> str:
        person = editor()
        with runtime.unit(person.store_id) as unit:
            chosen = versions.get(unit.session, person.store_id, version)
            now_served = versions.published(unit.session, person.store_id)
        return pages.render("advanced/serve.html", chosen=chosen, now_served=now_served)

    @blueprint.post("/models/<version>/serve")
    def serve_model(version: str) -> Response:
        person = editor()
        publish.rollback(runtime, person.store_id, version)
        with runtime.unit(person.store_id) as unit:
            audit.note(
                unit.session,
                person.store_id,
                "model.serve",
                version,
                actor=person.member_id,
                at=runtime.clock.now(),
            )
        return redirect(url_for("console.models", served=version))


def _shown(version: ModelVersion, held: frozenset[str]) -> Shown:
    told = card.read(version.metrics)
    return Shown(
        version=version,
        card=told,
        kinds=tuple(kinds(version.chosen, told.measured)),
        validation=tuple(datetime.fromisoformat(at) for at in told.validation),
        is_served=version.status == versions.PUBLISHED,
        is_servable=version.version in held and version.status != versions.PUBLISHED,
    )
