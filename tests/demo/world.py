"""An Alongside that keeps what it is told, and a shop beside it, both behind one real local server."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from standardwebhooks import Webhook
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from app.demo import connection
from app.demo.connection import Connection
from app.demo.shop import create_shop
from app.demo.store import Store
from app.kernel.clock import FixedClock
from app.kernel.settings import Settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TEACUP, BAG, HEART, CARD, CLOCK = "1", "2", "3", "4", "5"


@dataclass
class Alongside:
    """The public addresses, as far as a shop uses them. ``broken`` answers 503 to everything."""

    received: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    hooks: list[dict[str, object]] = field(default_factory=list)
    events: list[dict[str, object]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    cards: list[dict[str, object]] = field(default_factory=list)
    fail_next: int = 0
    broken: bool = False
    slates: int = 0

    def __call__(self, request: Request) -> Response:
        if self.broken or self.fail_next:
            self.fail_next = max(0, self.fail_next - 1)
            return Response("later", 503)
        if request.path == "/hooks/custom/st_demo":
            return self._hook(request)
        if request.path == "/v1/recommendations":
            return self._slate(request)
        if request.path == "/v1/events":
            batch = json.loads(request.get_data())
            assert len(batch["events"]) <= 100
            self.events += [{**event, "visitor": batch["visitor"]} for event in batch["events"]]
            return Response(status=204)
        return self._batch(request)

    def _hook(self, request: Request) -> Response:
        body = request.get_data()
        Webhook(SECRET).verify(body, dict(request.headers))
        self.hooks.append(json.loads(body))
        return Response(status=204)

    def _slate(self, request: Request) -> Response:
        self.asked.append(request.args.to_dict())
        self.slates += 1
        held_out = request.args.get("visitor", "").endswith(("0", "1", "2", "3", "4", "a", "b", "c", "d"))
        slate = {"slate_id": f"S{self.slates:025}", "items": [] if held_out else self.cards}
        return Response(json.dumps(slate), mimetype="application/json")

    def _batch(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer sk_demo"
        assert request.headers["content-encoding"] == "gzip"
        kind = request.path.rsplit("/", 1)[-1]
        records = json.loads(gzip.decompress(request.get_data()))[kind]
        assert len(records) <= 1000
        self.received.setdefault(kind, []).extend(records)
        told = {"accepted": len(records), "stale": 0, "rejected": []}
        return Response(json.dumps(told), mimetype="application/json")

    def topics(self) -> list[str]:
        return [str(hook["type"]) for hook in self.hooks]


@dataclass(frozen=True)
class World:
    """One server that is both: /shop/ is the shop, everything else is Alongside."""

    shop: Flask
    alongside: Alongside
    link: Connection
    data_dir: Path
    clock: FixedClock

    @property
    def store(self) -> Store:
        return Store(connection.folder(self.data_dir))

    def browser(self, customer: str | None = None, visitor: str | None = None) -> FlaskClient:
        browser = self.shop.test_client()
        if customer:
            browser.set_cookie("shop_customer", customer)
        if visitor:
            browser.set_cookie("shop_consent", "all")
            browser.set_cookie("alongside_visitor", visitor)
        return browser


def serve(data_dir: Path, clock: FixedClock) -> Iterator[World]:
    alongside = Alongside()
    server = make_server("127.0.0.1", 0, Request.application(alongside), threaded=True)
    link = Connection(f"http://127.0.0.1:{server.server_port}", "st_demo", "pk_demo", "sk_demo", SECRET)
    (connection.folder(data_dir) / "connection.json").write_text(json.dumps(asdict(link)))
    settings = Settings.from_env(
        {"DATA_DIR": str(data_dir), "PORT": str(server.server_port), "SECRET_KEY": "k" * 40}
    )
    shop = create_shop(settings, clock)
    server.app = DispatcherMiddleware(server.app, {"/shop": shop})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield World(shop, alongside, link, data_dir, clock)
    shop.extensions["sender"].stop()
    server.shutdown()
    thread.join()
    server.server_close()


def with_stock(store: Store, pieces: int) -> None:
    with store.write() as db:
        db.execute("UPDATE products SET stock = ?", (pieces,))


def eventually(fact: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until the fact is true, and fail where it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)
