"""The console inside a shop's admin: known by Shopify's session token, no cookie, in that shop's frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from app.console.frame.person import Person
from app.domain.accounts import grants, stores
from app.domain.commerce import shops
from app.kernel.errors import Invalid, NotFound, Unauthorized
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from app.platforms.shopify.config import CDN, Config, shop_of
from app.platforms.shopify.identity import PATCH_PATH, Identity, Request
from app.platforms.shopify.platform import SCOPES, ShopifyPlatform

_NAME: Final = "shopify"
_RETRY: Final = {"X-Shopify-Retry-Invalid-Session-Request": "1"}


@dataclass(frozen=True, slots=True)
class Frame:
    """The admin around this page."""

    shop: str
    client_id: str
    app_bridge: str


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    @blueprint.get("/shopify/session")
    def shopify_session() -> AnyResponse:
        """The page that has App Bridge fetch a session token, and goes on with it."""
        return _patch(shopify(runtime))

    @blueprint.url_defaults
    def keep_shop(endpoint: str, values: dict[str, object]) -> None:
        """Every link says whose frame it is in: a page that is loaded by itself finds the way back."""
        frame = g.get("frame")
        if frame is not None and endpoint != "console.static":
            values.setdefault("shop", frame.shop)


def shopify(runtime: Runtime) -> ShopifyPlatform:
    platform = runtime.platforms[_NAME]
    if not isinstance(platform, ShopifyPlatform) or not platform.config.is_set:
        raise NotFound("page", "shopify")
    return platform


def wanted_scopes() -> frozenset[str]:
    return SCOPES


def with_implied(scopes: frozenset[str]) -> frozenset[str]:
    """The right to write includes the right to read."""
    return scopes | {each.replace("write_", "read_", 1) for each in scopes if each.startswith("write_")}


def is_meant() -> bool:
    """Tell whether this request comes out of a shop's admin, or says so."""
    bearer = request.headers.get("Authorization", "").startswith("Bearer ")
    return bearer or "id_token" in request.args or "shop" in request.args


def enter(runtime: Runtime) -> Person | AnyResponse:
    """The person, or the answer that leads to a session token.

    Whoever opens the app in a shop's admin where it is not connected yet, connects it. Raises Unauthorized,
    Invalid or Upstream.
    """
    platform = shopify(runtime)
    config = platform.config
    try:
        who = platform.recognise(Request(request.method, _public_url(config), dict(request.headers)))
    except Unauthorized:
        return _begin_again(config)
    g.frame = Frame(who.shop, config.client_id, f"{config.address(CDN)}/shopifycloud/app-bridge.js")
    store_id = _connected(runtime, platform, who)
    with runtime.unit(store_id) as unit:
        store = stores.get(unit.session, store_id)
    return Person(
        member_id=f"shopify:{who.user_id}",
        name="Shopify admin",
        role="owner",
        store_id=store_id,
        store_name=store.name,
        currency=store.currency,
        timezone=store.timezone,
    )


def headers(runtime: Runtime) -> dict[str, str]:
    """What a page in the frame says of itself: this shop's admin may show it, and App Bridge may run."""
    frame: Frame = g.frame
    config = shopify(runtime).config
    parts = urlsplit(config.address(CDN))
    cdn = f"{parts.scheme}://{parts.netloc}"
    policy = (
        f"default-src 'none'; script-src 'self' {cdn}; style-src 'self'; img-src 'self' data: {cdn};"
        f" connect-src 'self' {cdn} https://*.shopify.com; frame-src 'self'; form-action 'self';"
        f" base-uri 'none'; frame-ancestors {config.frame_ancestors(frame.shop)}"
    )
    return {"Content-Security-Policy": policy}


def _connected(runtime: Runtime, platform: ShopifyPlatform, who: Identity) -> StoreId:
    with runtime.unit() as unit:
        store_id = stores.of_shop(unit.session, _NAME, who.shop)
    if store_id is not None:
        with runtime.unit(store_id) as unit:
            held = with_implied(grants.scopes(unit.session, store_id))
            # Who opens a page may just have agreed to more: then a token that says so is had.
            is_enough = held >= wanted_scopes() or "id_token" not in request.args
            if is_enough and grants.is_good(unit.session, store_id):
                return store_id
    return shops.welcome(runtime, _NAME, platform.exchange(who))


def _begin_again(config: Config) -> AnyResponse:
    """A fetch is told to try once more; a document goes to the page that has a token fetched."""
    if "Authorization" in request.headers or request.method != "GET":
        return Response("the session token is not good any more", 401, _RETRY)
    shop = shop_of(request.args.get("shop", ""))
    kept = {name: value for name, value in request.args.items() if name not in {"id_token", "shop"}}
    back = f"{request.path}?{urlencode({**kept, 'shop': shop})}"
    there = f"{PATCH_PATH}?{urlencode({'shop': shop, 'shopify-reload': back})}"
    return Response("", 302, {"Location": config.public_url + there})


def _patch(platform: ShopifyPlatform) -> AnyResponse:
    config = platform.config
    shop = shop_of(request.args.get("shop", ""))
    if not request.args.get("shopify-reload", "").startswith("/console/"):
        raise Invalid("there is no page to go back to", "shopify-reload")
    asked = {"method": "GET", "url": _public_url(config), "headers": {}, "body": ""}
    page = config.library().app_home_patch_id_token(asked)  # type: ignore[arg-type]
    body = page.response.body.replace(f"https://{CDN}", config.address(CDN))
    answer = Response(body, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = f"frame-ancestors {config.frame_ancestors(shop)}"
    return answer


def _public_url(config: Config) -> str:
    """The address as the browser has it, whatever stands between."""
    return f"{config.public_url}{request.full_path}"
