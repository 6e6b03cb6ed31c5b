"""The models of a store: what each learned, how well it does, and which one is served."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final

from flask import Response, request
from msgspec import Struct

from app.api import edge
from app.api.edge import Operation, Param
from app.api.store import TRAIN, Started
from app.domain.accounts import audit
from app.domain.learning import card, progress, publish, versions
from app.domain.learning.card import Card
from app.domain.tables.learning import ModelVersion
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime

BASE: Final = edge.PREFIX + "/ml/models"
GROUP: Final = "Models"

_VERSION: Final = Param("version", "As in the list", where="path")
_YES: Final = {"1", "true", "yes"}


class Model(Struct):
    """``status`` is kept, published, retired or failed; ``servable`` ones can be deployed."""

    version: str
    status: str
    created_at: datetime
    published_at: datetime | None
    window_from: datetime | None
    window_to: datetime | None
    seed: int
    orders: int
    products: int
    shoppers: int
    note: str
    servable: bool


class Running(Struct):
    """The training that runs now: its step, and the share that is done; ``waiting`` for a worker first."""

    step: str
    share: float
    started_at: datetime


class Models(Struct):
    """The newest first."""

    models: list[Model]
    training: Running | None


class ModelDetail(Struct):
    """``chosen`` holds the numbers of every strategy and the blend of every location."""

    model: Model
    chosen: dict[str, Any]
    metrics: Card


def operations(runtime: Runtime) -> tuple[Operation, ...]:
    listed = Operation(
        "GET", BASE, "models", "All versions", GROUP, partial(_list, runtime), answered=Models
    )  # fmt: skip
    one = Operation(
        "GET", f"{BASE}/<version>", "model", "One version with its card", GROUP, partial(_one, runtime),
        answered=ModelDetail, params=(_VERSION,),
    )  # fmt: skip
    metrics = Operation(
        "GET", f"{BASE}/<version>/metrics", "model_metrics", "The figures of a version", GROUP,
        partial(_metrics, runtime), answered=Card, params=(_VERSION,),
        about="Measured on the latest orders, which the version had not seen: the blend that is served,"
        " and each list alone. ``hit_rate``: a product that was really bought is among the twelve.",
    )  # fmt: skip
    return listed, one, metrics, *_changes(runtime)


def _changes(runtime: Runtime) -> tuple[Operation, ...]:
    force = Param("force", "true: serve the result even if it is worse than what is served")
    train = Operation(
        "POST", f"{BASE}/train", "train_model", "Train now", GROUP, partial(_train, runtime),
        answered=Started, status=202, params=(force,),
        about="The result goes live at the end, unless the newest orders show that it is worse.",
    )  # fmt: skip
    deploy = Operation(
        "POST", f"{BASE}/<version>/deploy", "deploy_model", "Serve a version", GROUP,
        partial(_deploy, runtime), answered=Model, params=(_VERSION,),
        about="Storefronts follow within seconds. 404 where the version's lists are no longer kept.",
    )  # fmt: skip
    return train, deploy


def _list(runtime: Runtime, store_id: StoreId, /) -> Response:
    with runtime.unit(store_id) as unit:
        held = versions.servable(unit.session, store_id)
        models = [_model(each, held) for each in versions.list(unit.session, store_id)]
    told = progress.read(runtime, store_id)
    running = Running(told.step, told.share, told.started_at) if told is not None else None
    return edge.reply(Models(models, running))


def _one(runtime: Runtime, store_id: StoreId, /, version: str) -> Response:
    with runtime.unit(store_id) as unit:
        held = versions.servable(unit.session, store_id)
        found = versions.get(unit.session, store_id, version)
    return edge.reply(ModelDetail(_model(found, held), found.chosen, card.read(found.metrics)))


def _metrics(runtime: Runtime, store_id: StoreId, /, version: str) -> Response:
    with runtime.unit(store_id) as unit:
        found = versions.get(unit.session, store_id, version)
    return edge.reply(card.read(found.metrics))


def _train(runtime: Runtime, store_id: StoreId, /) -> Response:
    how = ["force"] if request.args.get("force", "").lower() in _YES else []
    asked_at = runtime.clock.now()
    with runtime.unit(store_id) as unit:
        unit.enqueue(TRAIN, *how, queue="training", key=":".join([store_id, *how]))
        unit.after_commit(lambda: progress.ask(runtime.valkey, store_id, at=asked_at))
    return edge.reply(Started(TRAIN), 202)


def _deploy(runtime: Runtime, store_id: StoreId, /, version: str) -> Response:
    publish.publish(runtime, store_id, version)
    with runtime.unit(store_id) as unit:
        at = runtime.clock.now()
        audit.note(unit.session, store_id, "model.serve", version, actor="secret key", at=at)
        held = versions.servable(unit.session, store_id)
        served = versions.get(unit.session, store_id, version)
    return edge.reply(_model(served, held))


def _model(row: ModelVersion, held: frozenset[str]) -> Model:
    told = card.read(row.metrics)
    return Model(
        version=row.version,
        status=row.status,
        created_at=row.created_at,
        published_at=row.published_at,
        window_from=row.window_from,
        window_to=row.window_to,
        seed=row.seed,
        orders=told.orders,
        products=told.products,
        shoppers=told.shoppers,
        note=row.note,
        servable=row.version in held,
    )
