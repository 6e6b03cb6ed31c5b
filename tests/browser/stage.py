"""A small shop whose Alongside answers with the contract's examples: fast, slow, broken or sold out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.kernel import prices

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "tests" / "contract"
WIDGET = ROOT / "widgets" / "dist"
DISPLAYS: dict[str, str | None] = json.loads((CONTRACT / "displays.json").read_text())["displays"]
SLOW_S = 5.0
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " require-trusted-types-for 'script'; trusted-types 'none'; form-action 'self'; base-uri 'none'"
)
NONCE = "r4nd0m"
POLICIES = {
    "": STRICT,
    "nonce": STRICT.replace("script-src 'self'", f"script-src 'nonce-{NONCE}' 'strict-dynamic'").replace(
        "style-src 'self'", f"style-src 'nonce-{NONCE}'"
    ),
    "no-script": STRICT.replace("script-src 'self'", "script-src 'none'"),
    "no-app": STRICT.replace("connect-src 'self'", "connect-src 'none'"),
}
"""By the value of ``csp`` in a page's address."""

OTHER = """
Promise.reject(new Error("not ours: rejected"));
setTimeout(() => { throw new Error("not ours: late"); });
throw new Error("not ours: at once");
"""
_EXAMPLES = {"bundle": "bundle.json", "replace": "offer.replace.json"}
_KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_TILE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path fill="#2f5d50" d="M0 0h4v4H0z"/></svg>'
)
_VIEWED = [{"id": "17", "title": "Cap", "url": "/product/17", "image": "/shop/tile/17.svg", "at": 0}]


def slate(display: str, condition: str, language: str = "en", currency: str = "GBP") -> dict[str, Any]:
    """The contract's slate for a display; the key says in which condition the shop is."""
    kind = DISPLAYS.get(display)
    name = _EXAMPLES.get(kind or "", f"offer.{kind}.json" if kind else "recommendations.product.json")
    body: dict[str, Any] = json.loads((CONTRACT / name).read_text())["response"]["body"]
    body.update(placement=display, display=display, slate_id=f"{display}-{condition}")
    if condition == "soldout":
        body["items"] = [{**item, "available": False} for item in body["items"]]
    if (language, currency) != ("en", "GBP"):
        body = json.loads(json.dumps(body).replace('"currency": "GBP"', f'"currency": "{currency}"'))
        body["price_form"] = json.loads(prices.written(language, currency, ""))
    return body


def page(display: str, given: dict[str, str]) -> str:
    """A plain page of a shop; ``condition`` travels in the key."""
    condition, direction = given.get("condition", "normal"), given.get("dir", "ltr")
    language = given.get("lang", "ar" if direction == "rtl" else "en")
    currency = f' data-currency="{given["currency"]}"' if "currency" in given else ""
    names = list(DISPLAYS) if display == "all" else [display]
    other = '<script src="/other.js"></script>' if "other" in given else ""
    below = '<div class="tall"></div>' if "below" in given else ""
    placements = "".join(
        f'<alongside-placement placement="{name}" product="22423" basket="22720"></alongside-placement>'
        for name in names
    )
    return f"""<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>A shop</title>
<link rel="icon" href="/shop/tile/1.svg"><link rel="stylesheet" href="/shop.css" nonce="{NONCE}">
{other}<script nonce="{NONCE}" src="/widget/alongside.js" data-key="pk_{condition}"{currency}
 data-consent="granted" data-cart-url="/cart/add" data-cart-remove-url="/cart/remove" async></script></head>
<body><main><h1>A shop</h1><p>Before</p>
<form method="post" action="/bought"><button id="buy">Buy</button></form>
{below}{placements}<p id="after">After</p></main></body></html>"""


class Stage(ThreadingHTTPServer):
    """Notes what it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.events: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.documented = ""

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that turns away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Stage
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        given = {name: values[-1] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        path = split.path
        if path.startswith("/page/"):
            policy = {"Content-Security-Policy": POLICIES[given["csp"]]} if "csp" in given else {}
            self._send(
                200, page(path.removeprefix("/page/"), given).encode(), "text/html; charset=utf-8", policy
            )
        elif path.startswith("/v1/"):
            self._answer(path, given)
        elif path.startswith("/widget/") and (file := WIDGET / Path(path).name).is_file():
            self._send(200, file.read_bytes(), _KINDS.get(file.suffix, "text/plain"))
        elif path.startswith("/shop/tile/"):
            self._send(200, _TILE, "image/svg+xml")
        elif path == "/other.js":
            self._send(200, OTHER.encode(), "text/javascript")
        elif path == "/documented":
            self._send(200, self.server.documented.encode(), "text/html; charset=utf-8")
        elif path == "/shop.css":
            self._send(200, b".tall{height:2000px} body{font:16px/1.5 sans-serif;margin:1rem}", "text/css")
        else:
            self._send(404, b"", "text/plain")

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/v1/events"):
            self.server.events.extend(json.loads(sent)["events"])
            self._send(204, b"", "")
        elif self.path.startswith("/cart/"):
            self.server.lines.append(json.loads(sent))
            self._send(200, b'{"ok":true}', "application/json")
        else:
            self._send(200, b"<h1>Bought</h1>", "text/html")

    def _answer(self, path: str, given: dict[str, str]) -> None:
        condition = given.get("key", "").removeprefix("pk_")
        if condition == "demo":
            example = json.loads((CONTRACT / "placements.json").read_text())["response"]["body"]
            return self._send(200, json.dumps(example).encode(), "application/json")
        if condition == "slow":
            time.sleep(SLOW_S)
        if condition == "down":
            return self._send(503, b"", "text/plain")
        if condition == "malformed":
            return self._send(200, b'{"slates":[{"items":7},null,{"slate_id"', "application/json")
        if path == "/v1/placements":
            asked = given.get("placements", "").split(",")
            money = given.get("lang", "en"), given.get("currency", "GBP")
            told: object = {"slates": [slate(name, condition, *money) for name in asked]}
        else:
            told = slate(given.get("placement", "grid"), condition)
        return self._send(200, json.dumps(told).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if kind:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Silence."""


@contextmanager
def running() -> Iterator[Stage]:
    stage = Stage()
    thread = threading.Thread(target=stage.serve_forever, daemon=True)
    thread.start()
    yield stage
    stage.shutdown()
    thread.join()
    stage.server_close()


VIEWED = json.dumps(_VIEWED)
