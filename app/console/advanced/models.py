"""Models: what was learned, how well it did, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from app.console.frame import pages
from app.console.frame.person import editor, present
from app.domain.accounts import audit
from app.domain.learning import card, progress, publish, versions
from app.domain.learning.card import Card
from app.domain.tables.learning import ModelVersion
from app.engine.evaluate import Measured
from app.kernel.runtime import Runtime

TRAIN: Final = "train.store"


@dataclass(frozen=True, slots=True)
class Contest:
    """What is served at a location, and what each of its lists would have done alone on the same orders."""

    location: str
    known_shoppers: bool
    cases: int
    blend: Measured
    alone: tuple[Measured, ...]

    @property
    def beaten(self) -> int:
        return sum(each.hit_rate < self.blend.hit_rate for each in self.alone)


@dataclass(frozen=True, slots=True)
class Shown:
    version: ModelVersion
    card: Card
    contests: tuple[Contest, ...]
    is_served: bool
    is_servable: bool


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
            shown=_shown(known, held),
            served=request.args.get("served"),
            asked="asked" in request.args,
            running=progress.read(runtime, person.store_id),
        )

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


def _shown(known: Iterable[ModelVersion], held: frozenset[str]) -> list[Shown]:
    return [
        Shown(
            version=version,
            card=card.read(version.metrics),
            contests=tuple(contests(versions.figures(version))),
            is_served=version.status == versions.PUBLISHED,
            is_servable=version.version in held and version.status != versions.PUBLISHED,
        )
        for version in known
    ]


def contests(figures: Iterable[Measured]) -> Iterable[Contest]:
    """The figures by location and kind of shopper."""

    def field(row: Measured) -> tuple[str, bool]:
        return row.location, row.known_shoppers

    for (location, known), rows in groupby(sorted(figures, key=field), key=field):
        found = {row.name: row for row in rows}
        blend = found.pop("blend", None)
        if blend is not None:
            alone = tuple(sorted(found.values(), key=lambda row: -row.hit_rate))
            yield Contest(location, known, blend.cases, blend, alone)
