"""The fast wing: a plain WSGI callable ahead of everything else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Lock
from typing import TYPE_CHECKING

from redis import Redis
from redis.exceptions import RedisError

from app.bridge import sessions
from app.bridge.follower import Follower
from app.bridge.reader import Reader
from app.bridge.records import EventKind
from app.bridge.sender import Sender
from app.bridge.sessions import MOST_RECENT, Following, Sessions
from app.bridge.spool import Spool
from app.bridge.stream import events_message
from app.kernel.clock import Clock
from app.kernel.errors import AppError, Forbidden, NotFound
from app.kernel.settings import Settings
from app.serving import collect, guard, http, limits, status, tokens
from app.serving.collect import Told
from app.serving.decisions import DecisionLog
from app.serving.http import Busy, NotAllowed, Reply
from app.serving.limits import Limits, Load
from app.serving.offers import Offers
from app.serving.pages import Asked, Pages
from app.serving.status import Meter
from app.serving.tokens import Keys
from app.serving.widget import WidgetFiles

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_WIDGET = "/widget/"
_OWN = ("/v1/", _WIDGET)
_TAKEN = {"/v1/events", "/v1/offer/accept"}
"""What is sent to be kept: nothing can stand in for an answer to it."""

_PRIVATE: http.Headers = (("Cache-Control", "no-store"),)
_VARY: http.Headers = (("Vary", "Origin"),)
_BUILT = Path(__file__).parents[2] / "widgets" / "dist"


@dataclass(frozen=True, slots=True)
class Options:
    """What a test may want otherwise."""

    widget_files: Path = _BUILT
    rng: Random | None = None


def create_serving_app(
    settings: Settings, valkey: Redis, clock: Clock, options: Options | None = None
) -> ServingApp:
    """Build the fast wing; its threads start with the first request, in the process that answers it."""
    return ServingApp(settings, valkey, clock, options or Options())


class ServingApp:
    """A WSGI callable; ``owns`` tells which paths are its own."""

    def __init__(self, settings: Settings, valkey: Redis, clock: Clock, options: Options) -> None:
        """Nothing is read and nothing started yet."""
        self.reader = Reader(valkey, settings.data_dir)
        self._clock = clock
        self._sender = Sender(valkey, Spool(settings.data_dir / "spool"))
        self._desk = collect.Desk()
        self.decisions = DecisionLog(self._sender)
        self.sessions = Sessions()
        self._threads = (Follower(self.reader), Following(valkey, self.sessions))
        self._widget = WidgetFiles(options.widget_files)
        counts = {"reader": self.reader.counts, "sender": self._sender.counts}
        counts |= {"decisions": self.decisions.counts, "events": self._desk.counts}
        self._meter = Meter(counts)
        self._trusted = settings.trusted_proxies
        self._limits = Limits(settings.rate_address, settings.rate_key)
        self._load = Load()
        rng = options.rng or Random()  # noqa: S311 - chooses what to show, keeps no secret
        pages = self._pages = Pages(self.decisions, self._meter, clock, rng, self.sessions, self._load)
        self._started = False
        self._starting = Lock()
        self._keys = Keys.of(settings)
        offers = Offers(pages, valkey, self._sender, self._keys)
        self._storefront: dict[str, tuple[str, Callable[[Asked], Reply]]] = {
            "/v1/recommendations": ("GET", pages.recommendations),
            "/v1/placements": ("GET", pages.placements),
            "/v1/cart": ("POST", pages.cart),
            "/v1/email": ("GET", pages.email),
            "/v1/events": ("POST", self._events),
            "/v1/offer": ("POST", offers.make),
            "/v1/offer/accept": ("POST", offers.accept),
        }
        self._own: dict[str, Callable[[WSGIEnvironment], Reply]] = {
            "/healthz": _healthy,
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }

    def owns(self, path: str) -> bool:
        """Tell whether a path is answered here."""
        return path.startswith(_OWN) or path in self._own

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        if not self._started:
            self._start()
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path in self._storefront and method == "OPTIONS" and guard.asks_with_token(environ):
            reply, route = Reply(204, headers=guard.VOUCHED_PREFLIGHT), path
        elif path in self._storefront:
            reply, route = self._shop(path, method, environ, began), path
        else:
            reply, route = self._other(path, method, environ)
        self._meter.request(route, reply.status, time.perf_counter() - began)
        return http.send(reply, method, start_response)

    def close(self) -> None:
        """Stop the threads; what was decided is brought to safety first."""
        self.decisions.close()
        if self._started:
            for thread in self._threads:
                thread.close()
        self._sender.close()

    def _start(self) -> None:
        with self._starting:
            if not self._started:
                self.decisions.start()
                for thread in self._threads:
                    thread.start()
                self._started = True

    def _shop(self, path: str, method: str, environ: WSGIEnvironment, began: float) -> Reply:
        """Answer a page of a shop: key, limits and origin first, then the route."""
        self._load.enter(began)
        store_id, headers = "", _VARY
        try:
            asked = self._asked(environ)
            store_id = asked.view.config.store_id
            if asked.voucher is not None:
                headers = guard.ANYWHERE
            elif "HTTP_ORIGIN" in environ:
                headers = guard.headers(environ, asked.view.config)
            self._limits.check(limits.address(environ, self._trusted), store_id)
            reply = self._routed(path, method, asked)
        except AppError as error:
            reply = http.refusal(error, _PRIVATE)
        except Exception as error:  # noqa: BLE001 - the promise of these routes
            reply = self._unanswered(path, method, environ, error)
        now = time.perf_counter()
        self._load.leave(now, store_id, now - began)
        return reply.with_headers((*headers, ("Server-Timing", f"app;dur={(now - began) * 1000:.2f}")))

    def _asked(self, environ: WSGIEnvironment) -> Asked:
        """Find the store: by its public key, or by a token of its platform. Raises Unauthorized."""
        given, header = http.parameters(environ), environ.get("HTTP_AUTHORIZATION", "")
        if "key" in given or not tokens.is_bearer(header):
            return Asked(environ, given, guard.store(self.reader, given))
        voucher = tokens.read(self._keys, header, self._clock.now())
        return Asked(environ, given, guard.of_shop(self.reader, voucher.shop), voucher)

    def _routed(self, path: str, method: str, asked: Asked) -> Reply:
        allowed, handler = self._storefront[path]
        if method == "OPTIONS":
            return Reply(204, headers=(*guard.preflight(asked.environ, asked.view.config), *_PRIVATE))
        _allow(method, allowed)
        return http.packed(handler(asked), asked.environ)

    def _unanswered(self, path: str, method: str, environ: WSGIEnvironment, error: Exception) -> Reply:
        if path in _TAKEN or method == "OPTIONS":
            self._pages.failed(error)
            return http.refusal(Busy("nobody can tell, ask again"), _PRIVATE)
        try:
            return self._pages.nothing(path, http.parameters(environ), error)
        except AppError as wrong:
            return http.refusal(wrong, _PRIVATE)

    def _other(self, path: str, method: str, environ: WSGIEnvironment) -> tuple[Reply, str]:
        route = path if path in self._own else _WIDGET if path.startswith(_WIDGET) else "other"
        try:
            if route == "other":
                raise NotFound("page", path)
            _allow(method, "GET")
            if route == _WIDGET:
                return self._widget.reply(path.removeprefix(_WIDGET), environ), route
            return self._own[path](environ), route
        except AppError as error:
            return http.refusal(error), route

    def _events(self, asked: Asked) -> Reply:
        """Take events; 204 once they are safe. What was clicked matters to the visitor's next page."""
        environ, config = asked.environ, asked.view.config
        # A pixel runs in the platform's sandbox, at checkout even on another host than the shop's.
        if asked.voucher is None and not config.shop and not guard.welcome(environ, config):
            raise Forbidden("this page is not one of the store's")
        body = http.body(environ, collect.MOST_BYTES)
        told = self._desk.read(config.store_id, body, self._clock.now())
        try:
            if told.events:
                self._sender.send([events_message(config.store_id, told.events)])
        except OSError as error:
            raise Busy("the events could not be kept, send them again") from error
        self._remember(config.store_id, told)
        return Reply(204, headers=_PRIVATE)

    def _remember(self, store_id: str, told: Told) -> None:
        """Let the visitor's next page know, here at once and in the other processes a moment later."""
        acted = [event.product_id for event in told.events if event.kind is not EventKind.IMPRESSION]
        products = [*told.viewed, *acted][-MOST_RECENT:]
        visitor = told.visitor
        if not products or visitor is None:
            return
        for product in products:
            self.sessions.add(store_id, visitor, product, time.time())
        try:
            sessions.tell(self.reader.valkey, store_id, visitor, products)
        except RedisError:
            self._meter.note("clicks_not_told")

    def _ready(self, _environ: WSGIEnvironment) -> Reply:
        ready = self.reader.ready()
        return Reply(200 if ready else 503, b'{"ready":true}' if ready else b'{"ready":false}', http.JSON)

    def _metrics(self, environ: WSGIEnvironment) -> Reply:
        if not status.from_this_host(environ):
            raise NotFound("page", "/metrics")
        return Reply(200, self._meter.text(), status.KIND)


def _healthy(_environ: WSGIEnvironment) -> Reply:
    return Reply(200, b'{"alive":true}', http.JSON)


def _allow(method: str, allowed: str) -> None:
    if method != allowed and not (method == "HEAD" and allowed == "GET"):
        raise NotAllowed(f"only {allowed} is answered here")
