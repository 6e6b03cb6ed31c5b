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

from app.bridge.config import StoreConfig
from app.bridge.follower import Follower
from app.bridge.reader import Reader
from app.bridge.sender import Sender
from app.bridge.source import Unavailable
from app.bridge.spool import Spool
from app.bridge.stream import events_message
from app.bridge.view import StoreView
from app.engine.assign import Arm
from app.kernel.clock import Clock
from app.kernel.errors import AppError, Forbidden, NotFound
from app.kernel.ids import new_id
from app.kernel.log import get_logger
from app.kernel.settings import Settings
from app.serving import collect, context, email, guard, http, recommend, status
from app.serving.decisions import DecisionLog
from app.serving.http import Busy, NotAllowed, Reply
from app.serving.widget import WidgetFiles

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_WIDGET = "/widget/"
_OWN = ("/v1/", _WIDGET)
_PRIVATE = (("Cache-Control", "no-store"),)
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
        self._rng = options.rng or Random()  # noqa: S311 - chooses what to show, keeps no secret
        self._sender = Sender(valkey, Spool(settings.data_dir / "spool"))
        self.decisions = DecisionLog(self._sender)
        self._follower = Follower(self.reader)
        self._widget = WidgetFiles(options.widget_files)
        tallies = {
            "reader": self.reader.counts,
            "sender": self._sender.counts,
            "decisions": self.decisions.counts,
        }
        self._meter = status.Meter(tallies)
        self._started = False
        self._starting = Lock()
        self._log = get_logger("serving")
        self._routes: dict[str, tuple[str, Callable[[WSGIEnvironment], Reply]]] = {
            "/v1/recommendations": ("GET", self._recommendations),
            "/v1/placements": ("GET", self._placements),
            "/v1/email": ("GET", self._email),
            "/v1/events": ("POST", self._events),
            "/healthz": ("GET", _healthy),
            "/readyz": ("GET", self._ready),
            "/metrics": ("GET", self._metrics),
        }

    def owns(self, path: str) -> bool:
        """Tell whether a path is answered here."""
        return path.startswith(_OWN) or path in self._routes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        if not self._started:
            self._start()
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        try:
            reply = self._reply(path, method, environ)
        except AppError as error:
            reply = http.refusal(error)
        if path.startswith("/v1/"):
            reply = reply.with_headers((*_PRIVATE, *guard.headers(environ, self._config(environ))))
        route = path if path in self._routes else _WIDGET if path.startswith(_WIDGET) else "other"
        self._meter.request(route, reply.status, time.perf_counter() - began)
        return http.send(reply, method, start_response)

    def close(self) -> None:
        """Stop the threads; what was decided is brought to safety first."""
        self.decisions.close()
        if self._started:
            self._follower.close()
        self._sender.close()

    def _start(self) -> None:
        with self._starting:
            if not self._started:
                self.decisions.start()
                self._follower.start()
                self._started = True

    def _reply(self, path: str, method: str, environ: WSGIEnvironment) -> Reply:
        if path.startswith(_WIDGET):
            _allow(method, "GET")
            return self._widget.reply(path.removeprefix(_WIDGET), environ)
        if path not in self._routes:
            raise NotFound("page", path)
        allowed, handler = self._routes[path]
        if method == "OPTIONS" and path.startswith("/v1/"):
            return Reply(204, headers=guard.preflight(environ, self._config(environ)))
        _allow(method, allowed)
        return handler(environ)

    def _recommendations(self, environ: WSGIEnvironment) -> Reply:
        """Answer a page. Whatever fails behind the door, the page gets an empty slate and goes on."""
        given = http.parameters(environ)
        try:
            view = guard.store(self.reader, given)
            return Reply(200, self._slate(view, context.read(view.config, given)), http.JSON)
        except AppError:
            raise
        except Exception as error:  # noqa: BLE001 - the promise of this route
            self._failed(error)
            self._meter.slate(recommend.FAILED, Arm.NONE)
            return Reply(200, recommend.nothing(given.get("placement", "")), http.JSON)

    def _placements(self, environ: WSGIEnvironment) -> Reply:
        """Answer all placements of a page at once, with the same promise for each."""
        given = http.parameters(environ)
        try:
            view = guard.store(self.reader, given)
            slates = [self._slate(view, ask) for ask in context.read_all(view.config, given)]
        except AppError:
            raise
        except Exception as error:  # noqa: BLE001 - the promise of this route
            self._failed(error)
            self._meter.slate(recommend.FAILED, Arm.NONE)
            slates = [recommend.nothing(key) for key in context.named(given)]
        return Reply(200, recommend.together(slates), http.JSON)

    def _email(self, environ: WSGIEnvironment) -> Reply:
        """Answer with a block for an e-mail to a known customer; it is empty whenever anything fails."""
        given = http.parameters(environ)
        try:
            view = guard.store(self.reader, given)
            ask = context.read_for_customer(view.config, given)
            return Reply(200, email.block(self._slate(view, ask), view.config.domains[0]), http.JSON)
        except AppError:
            raise
        except Exception as error:  # noqa: BLE001 - the promise of this route
            self._failed(error)
            self._meter.slate(recommend.FAILED, Arm.NONE)
            empty = recommend.nothing(given.get("placement", ""))
            return Reply(200, email.block(empty, ""), http.JSON)

    def _slate(self, view: StoreView, ask: context.Ask) -> bytes:
        slate_id = new_id()
        try:
            decision = recommend.decide(view, ask, self._rng)
            body = recommend.render(view, ask, decision, slate_id)
        except Exception as error:  # noqa: BLE001 - as above, but this one can still be logged as a slate
            self._failed(error)
            decision = recommend.failure(view, ask)
            body = recommend.render(view, ask, decision, slate_id)
        logged = recommend.record(view, ask, decision, slate_id=slate_id, clock=self._clock)
        self.decisions.put(view.config.store_id, logged)
        self._meter.slate(decision.tier, decision.arm)
        return body

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Unavailable):
            self._log.warning("no copy of this store", reason="Valkey is away")
        else:
            self._log.error("recommendation failed", exc_info=error)

    def _events(self, environ: WSGIEnvironment) -> Reply:
        """Take events; 204 once they are safe."""
        try:
            view = guard.store(self.reader, http.parameters(environ))
            if not guard.welcome(environ, view.config):
                raise Forbidden("this page is not one of the store's")
            events = collect.read(http.body(environ, collect.MOST_BYTES), self._clock.now())
            if events:
                self._sender.send([events_message(view.config.store_id, events)])
        except (Unavailable, OSError) as error:
            raise Busy("the events could not be kept, send them again") from error
        return Reply(204)

    def _ready(self, _environ: WSGIEnvironment) -> Reply:
        ready = self.reader.ready()
        return Reply(200 if ready else 503, b'{"ready":true}' if ready else b'{"ready":false}', http.JSON)

    def _metrics(self, environ: WSGIEnvironment) -> Reply:
        if not status.from_this_host(environ):
            raise NotFound("page", "/metrics")
        return Reply(200, self._meter.text(), status.KIND)

    def _config(self, environ: WSGIEnvironment) -> StoreConfig | None:
        if "HTTP_ORIGIN" not in environ:
            return None
        try:
            return guard.store(self.reader, http.parameters(environ)).config
        except (AppError, Unavailable):
            return None


def _healthy(_environ: WSGIEnvironment) -> Reply:
    return Reply(200, b'{"alive":true}', http.JSON)


def _allow(method: str, allowed: str) -> None:
    if method != allowed and not (method == "HEAD" and allowed == "GET"):
        raise NotAllowed(f"only {allowed} is answered here")
