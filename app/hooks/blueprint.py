"""Where shop systems call us: the signature first, on the raw body; then it is kept; then it is answered."""

from __future__ import annotations

from flask import Blueprint, Response

from app.domain.accounts import stores
from app.domain.commerce import deliveries
from app.hooks import shopify
from app.hooks.intake import raw_hook
from app.kernel.errors import Unauthorized
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from app.platforms import registry

_LONGEST_ID = 64


def create(runtime: Runtime) -> Blueprint:
    blueprint = Blueprint("hooks", __name__)

    @blueprint.post("/hooks/custom/<store_id>")
    def custom(store_id: str) -> Response:
        return _custom(runtime, StoreId(store_id))

    shopify.register(blueprint, runtime)
    return blueprint


def _custom(runtime: Runtime, store_id: StoreId) -> Response:
    hook = raw_hook(runtime)
    if len(store_id) > _LONGEST_ID or not store_id.isalnum():
        raise Unauthorized("unknown store")
    with runtime.unit(store_id) as unit:
        secret = stores.webhook_secret(unit.session, store_id, sealer=runtime.sealer)
        heard = registry.named(runtime.platforms, "custom").verify(hook, secret)
        deliveries.receive(unit, store_id, hook, heard, runtime=runtime)
    return Response(status=204)
