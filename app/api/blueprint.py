"""All addresses under /api, and their documentation."""

from __future__ import annotations

from flask import Blueprint

from app.api import (
    affinity,
    analytics,
    custom,
    docs,
    edge,
    models,
    openapi,
    privacy,
    rules,
    store,
    storefront,
)
from app.kernel.runtime import Runtime


def create(runtime: Runtime) -> Blueprint:
    blueprint = Blueprint("api", __name__)
    groups = (custom, store, rules, privacy, models, affinity, analytics)
    served = tuple(operation for group in groups for operation in group.operations(runtime))
    for operation in served:
        if operation.handler is not None:
            blueprint.add_url_rule(
                operation.path,
                operation.name,
                edge.guarded(runtime, operation.handler),
                methods=[operation.method],
            )
    document = openapi.document((*storefront.OPERATIONS, *served), server=runtime.settings.public_url)
    docs.add_pages(blueprint, document)
    return blueprint
