"""The examples of docs/custom-platform.md against the real doors."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

import app.api.blueprint
import app.hooks.blueprint
from app.api import edge
from app.domain.accounts.stores import Credentials
from app.domain.commerce import deliveries
from app.kernel.clock import SystemClock
from app.kernel.runtime import Runtime
from tests.docs.blocks import blocks
from tests.domain.commerce.toys import look

PAGE = "custom-platform.md"


@pytest.fixture
def environ(runtime: Runtime, store: Credentials) -> Iterator[dict[str, str]]:
    """Real doors on a port of their own, and what a merchant knows of his store."""
    flask = Flask(__name__, static_folder=None)
    edge.register_errors(flask)
    now = replace(runtime, clock=SystemClock())
    flask.register_blueprint(app.api.blueprint.create(now))
    flask.register_blueprint(app.hooks.blueprint.create(now))
    server = make_server("127.0.0.1", 0, flask, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield {
        "PATH": os.environ["PATH"],
        "ALONGSIDE_URL": f"http://127.0.0.1:{server.server_port}",
        "ALONGSIDE_STORE": store.store_id,
        "ALONGSIDE_SECRET_KEY": store.secret_key,
        "ALONGSIDE_WEBHOOK_SECRET": store.webhook_secret,
    }
    server.shutdown()
    thread.join()
    server.server_close()


def run(command: list[str], environ: dict[str, str]) -> str:
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def python(body: str, environ: dict[str, str], folder: Path) -> str:
    file = folder / "example.py"
    file.write_text(body)
    return run([sys.executable, str(file)], environ)


def test_what_is_sent_is_kept(
    environ: dict[str, str], runtime: Runtime, store: Credentials, tmp_path: Path
) -> None:
    assert python(blocks(PAGE, "python")[0], environ, tmp_path) == ""
    products = look(runtime, store.store_id, "select product_id, price_amount from products order by 1")
    assert products == [("cup", 650), ("tea", 425)]
    assert look(runtime, store.store_id, "select order_id, total_amount from orders") == [("1001", 1500)]


def test_a_webhook_signed_in_python_is_taken(
    environ: dict[str, str], runtime: Runtime, store: Credentials, tmp_path: Path
) -> None:
    body = blocks(PAGE, "python")[1].replace('tell("stock', 'print(tell("stock')
    assert python(body.rstrip() + ")\n", environ, tmp_path) == "204\n"
    assert look(runtime, store.store_id, "select topic from deliveries") == [("stock.updated",)]


def test_a_webhook_signed_in_javascript_is_taken(
    environ: dict[str, str], runtime: Runtime, store: Credentials, tmp_path: Path
) -> None:
    file = tmp_path / "example.mjs"
    file.write_text(
        blocks(PAGE, "js")[0].replace("await tell(", "globalThis.told = await tell(") + "console.log(told);"
    )
    assert run(["node", str(file)], environ) == "204\n"
    ((delivery_id,),) = look(runtime, store.store_id, "select delivery_id from deliveries")
    deliveries.work(runtime, store.store_id, delivery_id)
    assert look(runtime, store.store_id, "select visitor_id from orders") == [("v_6fQ2mB1kX0",)]
    assert look(runtime, store.store_id, "select slate_id from order_lines") == [
        ("01JD0A6W8Q4N7M2R5T9V3X1Z0B",)
    ]
