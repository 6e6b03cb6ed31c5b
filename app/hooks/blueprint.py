"""Where shop systems call us: the signature first, on the raw body; then it is kept; then it is answered."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.domain.accounts import stores
from app.domain.commerce import deliveries
from app.kernel.errors import TooLarge, Unauthorized
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from app.platforms import registry
from app.platforms.base import RawHook

_LARGEST = 2 * 1024 * 1024
_LONGEST_ID = 64


def create(runtime: Runtime) -> Blueprint:
    blueprint = Blueprint("hooks", __name__)

    def custom(store_id: str) -> Response:
        return _receive(runtime, "custom", StoreId(store_id))

    blueprint.add_url_rule("/hooks/custom/<store_id>", "custom", custom, methods=["POST"])
    return blueprint


def _receive(runtime: Runtime, platform: str, store_id: StoreId) -> Response:
    hook = RawHook(
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_body(),
        received_at=runtime.clock.now(),
    )
    if len(store_id) > _LONGEST_ID or not store_id.isalnum():
        raise Unauthorized("unknown store")
    with runtime.unit(store_id) as unit:
        secret = stores.webhook_secret(unit.session, store_id, sealer=runtime.sealer)
        heard = registry.named(runtime.platforms, platform).verify(hook, secret)
        deliveries.receive(unit, store_id, hook, heard, runtime=runtime)
    return Response(status=204)


def _body() -> bytes:
    if (request.content_length or 0) > _LARGEST:
        raise TooLarge(f"at most {_LARGEST // 1024:,} kB")
    sent = request.stream.read(_LARGEST + 1)
    if len(sent) > _LARGEST:
        raise TooLarge(f"at most {_LARGEST // 1024:,} kB")
    return sent
