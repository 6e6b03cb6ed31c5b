"""Where Shopify calls us: webhooks at one address, and the two steps of an installation outside its admin."""

from __future__ import annotations

import hmac
import secrets
from functools import partial
from typing import Final

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.accounts import stores
from app.domain.commerce import deliveries, shops
from app.hooks.intake import raw_hook
from app.kernel.errors import Unauthorized
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime
from app.platforms import registry
from app.platforms.base import Grant, InstallRequest, InstallStep, Redirect

NAME: Final = "shopify"
_STATE: Final = "alongside_shopify_state"
_STATE_FOR: Final = 600


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    here = f"/hooks/{NAME}"
    blueprint.add_url_rule(here, "shopify", partial(_webhook, runtime), methods=["POST"])
    blueprint.add_url_rule(f"{here}/install", "shopify_install", partial(_install, runtime))
    blueprint.add_url_rule(f"{here}/callback", "shopify_callback", partial(_callback, runtime))


def _webhook(runtime: Runtime) -> Response:
    hook = raw_hook(runtime)
    heard = registry.named(runtime.platforms, NAME).verify(hook, "")
    with runtime.unit() as unit:
        store_id = stores.of_shop(unit.session, NAME, heard.shop)
    if store_id is None:  # erased, or never ours: nothing is held that it could be about
        get_logger(__name__).info("webhook of an unknown shop", shop=heard.shop, topic=heard.topic)
        return Response(status=200)
    with runtime.unit(store_id) as unit:
        deliveries.receive(unit, store_id, hook, heard, runtime=runtime)
    return Response(status=200)


def _install(runtime: Runtime) -> AnyResponse:
    """The merchant comes from Shopify with a signed query, and is sent back to agree."""
    state = secrets.token_urlsafe(24)
    step = _step(runtime, state)
    if not isinstance(step, Redirect):
        raise Unauthorized("begin at Shopify")
    answer = redirect(step.url)
    answer.set_cookie(
        _STATE,
        state,
        max_age=_STATE_FOR,
        path="/hooks/shopify",
        httponly=True,
        samesite="Lax",
        secure=runtime.settings.public_url.startswith("https://"),
    )
    return answer


def _callback(runtime: Runtime) -> AnyResponse:
    """He agreed: the store is connected, and he goes on to the app inside the shop's admin."""
    expected = request.cookies.get(_STATE, "")
    if not expected or not hmac.compare_digest(expected.encode(), request.args.get("state", "").encode()):
        raise Unauthorized("this is not the answer to a question of ours: begin again at Shopify")
    grant = _step(runtime, "")
    if not isinstance(grant, Grant):
        raise Unauthorized("Shopify sent no code")
    shops.welcome(runtime, NAME, grant)
    answer = redirect(f"https://{grant.domain}/admin/apps/{runtime.settings.shopify_client_id}")
    answer.delete_cookie(_STATE, path="/hooks/shopify")
    return answer


def _step(runtime: Runtime, state: str) -> InstallStep:
    asked = InstallRequest(request.args.get("shop", ""), request.args.to_dict(), state)
    return registry.named(runtime.platforms, NAME).install(asked)
