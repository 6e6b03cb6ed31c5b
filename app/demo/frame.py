"""What every page of the demo shop shares: who looks, what is in the basket, what the browser may do."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.demo import baskets, catalog, connection
from app.demo.catalog import Customer
from app.demo.connection import Connection
from app.demo.nouns import CATEGORIES
from app.demo.sender import Sender
from app.demo.store import Db, Store
from app.demo.tiles.tile import Tiles
from app.kernel.clock import Clock
from app.kernel.errors import AppError, Forbidden, Invalid

BASKET_COOKIE = "shop_basket"
CONSENT_COOKIE = "shop_consent"
CUSTOMER_COOKIE = "shop_customer"
VISITOR_COOKIE = "alongside_visitor"
MONTH_S = 30 * 24 * 3600

_BASKET = re.compile(r"[\w-]{16,64}")
_VISITOR = re.compile(r"v_\w{4,64}", re.ASCII)
_SLATE = re.compile(r"[\w-]{1,64}", re.ASCII)
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything the pages need, made once for each process."""

    store: Store
    data_dir: Path
    public_url: str
    clock: Clock
    tiles: Tiles
    sender: Sender


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who is looking at this page. ``visitor_id`` is None without consent."""

    basket_id: str
    consent: str
    customer: Customer | None
    visitor_id: str | None

    @property
    def has_agreed(self) -> bool:
        return self.consent == "all"


def shopper(db: Db) -> Shopper:
    """From the request's cookies; a shopper without a basket is given a new one."""
    basket_id = request.cookies.get(BASKET_COOKIE, "")
    if not _BASKET.fullmatch(basket_id):
        basket_id = secrets.token_urlsafe(24)
        g.new_basket_id = basket_id
    consent = request.cookies.get(CONSENT_COOKIE, "")
    return Shopper(
        basket_id=basket_id,
        consent=consent if consent in {"all", "necessary"} else "",
        customer=catalog.customer(db, request.cookies.get(CUSTOMER_COOKIE, "")),
        visitor_id=_visitor() if consent == "all" else None,
    )


def _visitor() -> str:
    """The number of a shopper who has agreed: he is given one before the page is written, not after."""
    known = request.cookies.get(VISITOR_COOKIE, "")
    if _VISITOR.fullmatch(known):
        return known
    if "new_visitor_id" not in g:
        g.new_visitor_id = f"v_{secrets.token_hex(11)}"
    return str(g.new_visitor_id)


def page(db: Db, template: str, who: Shopper, **values: object) -> str:
    """Render a whole page with its header, basket count and the widget's loader."""
    link = link_of(g.shop)
    return render_template(
        template,
        who=who,
        basket_count=baskets.count(db, who.basket_id),
        regulars=catalog.regulars(db, 12),
        categories=CATEGORIES,
        public_key=link.public_key,
        customer_token=link.customer_token(who.customer.customer_id) if who.customer else "",
        here=request.full_path.rstrip("?"),
        **values,
    )


def link_of(shop: Shop) -> Connection:
    return connection.read(shop.data_dir)


def guard(shop: Shop) -> Response | None:
    """Before every request: is the shop open, and does a change come from one of our own pages?"""
    g.shop = shop
    if request.endpoint == "static":
        return None
    if not _is_open(shop):
        answer = make_response(render_template("closed.html"), 503)
        answer.headers["Retry-After"] = "3"
        return answer
    if request.method == "POST" and not _is_ours(shop):
        raise Forbidden("this form was not sent from a page of the shop")
    return None


def dress(response: Response) -> Response:
    """After every request: the security headers, and the cookies of a new basket and a new visitor."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if "style_nonce" in g:
        policy = response.headers["Content-Security-Policy"]
        own = f"style-src 'self' 'nonce-{g.style_nonce}'"
        response.headers["Content-Security-Policy"] = policy.replace("style-src 'self'", own)
    if request.endpoint not in {"static", "tile"}:
        response.headers["Cache-Control"] = "no-store"
    fresh = g.get("new_basket_id")
    if fresh and request.method == "POST":
        put_cookie(response, BASKET_COOKIE, fresh)
    if "new_visitor_id" in g:
        _number(response, g.new_visitor_id)
    return response


def style_nonce() -> str:
    """Let this page bring the one style that a placement's look needs before the widget is there."""
    if "style_nonce" not in g:
        g.style_nonce = secrets.token_urlsafe(16)
    return str(g.style_nonce)


def put_cookie(response: AnyResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=MONTH_S,
        path=request.script_root or "/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def _number(response: Response, visitor_id: str) -> None:
    """Put a visitor's number where the widget looks for it."""
    response.set_cookie(
        VISITOR_COOKIE, visitor_id, max_age=MONTH_S, path="/", secure=request.is_secure, samesite="Lax"
    )


def drop_cookie(response: AnyResponse, name: str) -> None:
    response.delete_cookie(name, path=request.script_root or "/")


def apologise(error: AppError) -> tuple[str, int] | Response:
    """An error as a page for people, or as JSON for the widget."""
    if request.is_json:
        return Response(
            f'{{"status": {int(error.status)}}}\n', int(error.status), mimetype="application/json"
        )
    with g.shop.store.read() as db:
        return page(db, "sorry.html", shopper(db), error=error), int(error.status)


def slate_of(text: object) -> str | None:
    """A slate id as the widget wrote it into the form, None where there is none."""
    return text if isinstance(text, str) and _SLATE.fullmatch(text) else None


def back() -> AnyResponse:
    """To the page of the shop that the form names, else home; never to another site."""
    wanted = urlsplit(request.form.get("back", ""))
    path = wanted.path.lstrip("/\\")
    query = f"?{wanted.query}" if wanted.query else ""
    return redirect(url_for("home") + path + query, code=303)


def whole(text: object, least: int, most: int) -> int:
    """A whole number between two bounds. Raises Invalid."""
    number = text if isinstance(text, int) and not isinstance(text, bool) else None
    if isinstance(text, str) and text.isascii() and text.isdigit():
        number = int(text[:12])
    if number is None or not least <= number <= most:
        raise Invalid(f"a whole number from {least} to {most} is needed here")
    return number


def _is_open(shop: Shop) -> bool:
    try:
        link_of(shop)
    except Invalid:
        return False
    return shop.store.is_prepared()


def _is_ours(shop: Shop) -> bool:
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    return urlsplit(origin).netloc in {request.host, urlsplit(shop.public_url).netloc}
