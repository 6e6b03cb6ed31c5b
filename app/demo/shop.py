"""The demo shop as a WSGI application, to be mounted under /shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import httpx
from flask import Flask

from app.demo import browse, connection, firstpaint, frame, till
from app.demo.firstpaint import Slate
from app.demo.frame import Shop, Shopper
from app.demo.sender import Courier, Sender
from app.demo.store import Store
from app.demo.tiles.tile import Tiles
from app.kernel.clock import Clock
from app.kernel.errors import AppError, NotFound
from app.kernel.money import Money
from app.kernel.settings import Settings

_LARGEST_BODY = 64 * 1024


def create_shop(settings: Settings, clock: Clock) -> Flask:
    """A shop that opens as soon as its file is filled and its connection known; until then it answers 503.

    Starts the daemon thread that delivers the shop's webhooks; ``app.extensions["sender"].stop()`` ends it.
    """
    store = Store(connection.folder(settings.data_dir))
    sender = Sender(Courier(store, settings.data_dir, clock, httpx.Client(trust_env=False)))
    shop = Shop(store, settings.data_dir, settings.public_url, clock, Tiles(), sender)
    app = Flask("app.demo.shop")
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.jinja_env.filters["pounds"] = pounds
    app.jinja_env.filters["day"] = day
    app.before_request(lambda: frame.guard(shop))
    app.after_request(frame.dress)
    app.register_error_handler(AppError, frame.apologise)
    app.register_error_handler(404, lambda _error: frame.apologise(NotFound("page", "of that address")))
    app.jinja_env.globals["recommended"] = _recommended(shop)
    app.jinja_env.globals["style_nonce"] = frame.style_nonce
    browse.Pages(shop).register(app)
    till.Pages(shop).register(app)
    app.extensions["sender"] = sender
    sender.start()
    return app


def _recommended(shop: Shop) -> Callable[[str, Shopper, dict[str, str]], Slate]:
    """What a template calls for the slate of a placement."""
    http = httpx.Client(trust_env=False)

    def recommended(key: str, who: Shopper, asked: dict[str, str]) -> Slate:
        return firstpaint.slate(http, frame.link_of(shop), who, {"placements": key, **asked})

    return recommended


def pounds(amount: int) -> str:
    """Pennies as a price: 1234 -> "£12.34"."""
    return f"£{Money(amount, 'GBP').major()}"


def day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
