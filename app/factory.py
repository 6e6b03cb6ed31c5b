"""Puts the parts together: the Runtime of every process, and the slow wing of a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.channels import email
from app.kernel import cache
from app.kernel.clock import SystemClock
from app.kernel.crypto import Sealer, derive
from app.kernel.db import Database, app_url
from app.kernel.runtime import Runtime
from app.kernel.settings import Settings
from app.platforms import registry

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from flask import Flask

_MOST_BODY = 64 * 1024 * 1024


@contextmanager
def build_runtime(settings: Settings, *, pool_size: int = 5) -> Iterator[Runtime]:
    """Handles to the running servers named in the settings; closed at the end of the block."""
    settings = settings.addressed()
    database = Database(
        app_url(settings.database_url, settings.database_app_url, settings.secret_key), pool_size=pool_size
    )
    valkey = cache.connect(settings.redis_url)
    try:
        sealer, platforms = Sealer(settings.secret_key), registry.create(settings, valkey)
        post = email.create(settings)
        yield Runtime(settings, SystemClock(), database.unit, valkey, sealer, platforms, post)
    finally:
        valkey.close()
        database.close()


def create_app(runtime: Runtime) -> Flask:
    """The slow wing: API, webhooks, console. Only a server loads the doors; workers begin without them."""
    from flask import Flask, redirect  # noqa: PLC0415

    import app.api.blueprint  # noqa: PLC0415
    import app.console.blueprint  # noqa: PLC0415
    import app.hooks.blueprint  # noqa: PLC0415
    from app.api import edge  # noqa: PLC0415

    flask = Flask(__name__, static_folder=None)
    flask.config.update(
        SECRET_KEY=derive(runtime.settings.secret_key, "session cookie"),
        MAX_CONTENT_LENGTH=_MOST_BODY,
        SESSION_COOKIE_NAME="alongside_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=runtime.settings.public_url.startswith("https://"),
    )
    edge.register_errors(flask)
    flask.register_blueprint(app.api.blueprint.create(runtime))
    flask.register_blueprint(app.hooks.blueprint.create(runtime))
    flask.register_blueprint(app.console.blueprint.create(runtime))
    home = "/shop/" if runtime.settings.demo else "/console/"
    flask.add_url_rule("/", "home", lambda: redirect(home))
    return flask


def create_slow_wing(runtime: Runtime) -> WSGIApplication:
    """All that is not the fast wing's: the demo shop where it is on, then Flask."""
    flask = create_app(runtime)
    if not runtime.settings.demo:
        return flask
    # A real store's server has no use for these.
    from werkzeug.middleware.dispatcher import DispatcherMiddleware  # noqa: PLC0415

    from app.demo.shop import create_shop  # noqa: PLC0415

    return DispatcherMiddleware(flask, {"/shop": create_shop(runtime.settings, runtime.clock)})
