"""Two machines of web processes: each has a data folder of its own, and all they share are two addresses."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.bridge import publisher, stream
from app.bridge.snapshot import encode
from app.domain.accounts import stores
from app.domain.accounts.stores import Credentials
from app.domain.merchandising import storefront
from app.engine.types import Blend
from app.kernel.runtime import Runtime
from tests.bridge import toys
from tests.faults.stage import free_port, until
from workers import ingest

API = "/api/upsell-cross-sell/integrations/custom"


@contextmanager
def machine(runtime: Runtime, folder: Path) -> Iterator[str]:
    """The address of a web process that knows nothing but where the servers are, and the secret."""
    port = free_port()
    told = runtime.settings
    shared = {"DATABASE_URL": told.database_url, "REDIS_URL": told.redis_url, "SECRET_KEY": told.secret_key}
    own = {"DATA_DIR": str(folder), "PORT": str(port), "WEB_WORKERS": "1", "LOG_LEVEL": "WARNING"}
    base = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.Popen([sys.executable, "-m", "app.cli", "web"], env={**base, **shared, **own})
    try:
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(address), 60)
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def machines(runtime: Runtime, store: Credentials, tmp_path: Path) -> Iterator[tuple[str, str]]:
    with runtime.unit(store.store_id) as unit:
        row = stores.get(unit.session, store.store_id)
        config = storefront.config(unit.session, store.store_id, row)
    storefront.put(runtime.valkey, row, config)
    followed = replace(toys.published(), blends={"home": Blend({"together": 1.0, "popular": 0.01})})
    snapshot = replace(toys.snapshot(), store_id=store.store_id, published=followed)
    publisher.swap(runtime.valkey, store.store_id, snapshot.version, encode(snapshot))
    with ExitStack() as stack:
        one, two = (stack.enter_context(machine(runtime, tmp_path / name)) for name in ("one", "two"))
        yield one, two


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=5).is_success
    except httpx.TransportError:
        return False


def shown(address: str, store: Credentials, **who: str) -> list[str]:
    asked = {"key": store.public_key, "placement": "home", **who}
    answer = httpx.get(f"{address}/v1/recommendations", params=asked, timeout=10)
    assert answer.status_code == 200
    return [item["product_id"] for item in answer.json()["items"]]


def sell(address: str, store: Credentials, *, left: int) -> None:
    now, price = datetime.now(UTC).isoformat(), {"amount": 295, "currency": "GBP"}
    tea = {"id": "tea", "title": "Tea", "price": price, "stock": left, "updated_at": now}
    key = {"Authorization": f"Bearer {store.secret_key}"}
    answer = httpx.post(f"{address}{API}/products", json={"products": [tea]}, headers=key, timeout=30)
    assert answer.json()["accepted"] == 1


def test_what_one_machine_is_told_both_serve(
    runtime: Runtime, store: Credentials, machines: tuple[str, str]
) -> None:
    one, two = machines
    # One slate in fifty is drawn by chance, so an answer that should be there may take a second question.
    until(lambda: "tea" in shown(one, store), 5)
    until(lambda: shown(one, store) == shown(two, store), 5)
    sell(one, store, left=5)
    sell(one, store, left=0)
    until(lambda: "tea" not in shown(two, store), 5)
    until(lambda: "tea" not in shown(one, store), 5)


def click(address: str, store: Credentials, event_id: str, product: str, visitor: str) -> None:
    event = {"id": event_id, "kind": "click", "slate_id": "s1", "product_id": product, "position": 1}
    sent = {"visitor": visitor, "events": [{**event, "at": datetime.now(UTC).isoformat()}]}
    asked = {"key": store.public_key}
    assert httpx.post(f"{address}/v1/events", params=asked, json=sent, timeout=10).status_code == 204


def test_what_a_visitor_clicked_on_one_machine_changes_the_next_page_of_the_other(
    store: Credentials, machines: tuple[str, str]
) -> None:
    one, two = machines
    visitor = next(f"v{n}" for n in range(400) if "tea" in shown(two, store, visitor=f"v{n}"))
    until(lambda: shown(two, store, visitor=visitor)[:1] != ["saucer"], 5)
    click(one, store, "e1", "cup", visitor)
    told = time.monotonic()
    until(lambda: shown(two, store, visitor=visitor)[:1] == ["saucer"], 5)
    print(f"a click counted on another machine after {time.monotonic() - told:.3f} s, the question included")
    until(lambda: shown(one, store, visitor=visitor)[:1] == ["saucer"], 5)


def test_events_of_both_machines_are_kept_once(
    runtime: Runtime, store: Credentials, machines: tuple[str, str]
) -> None:
    for number, address in enumerate((*machines, *machines)):
        click(address, store, f"e{number % 2}", "tea", "v1")
    stream.open_group(runtime.valkey)
    until(lambda: ingest.run_once(runtime, consumer="test") == 0, 10)
    with runtime.unit(store.store_id) as unit:
        assert unit.session.execute(text("select count(*) from events")).scalar_one() == 2
