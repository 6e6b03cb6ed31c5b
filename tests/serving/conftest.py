"""The toy store, published and served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from redis import Redis
from werkzeug.test import Client

from app.bridge import publisher
from app.bridge.config import StoreConfig
from app.bridge.snapshot import Snapshot, encode
from app.kernel.clock import FixedClock
from app.kernel.settings import Settings
from app.serving.app import Options, ServingApp, create_serving_app
from tests.bridge import toys

NO_LIMITS = {"rate_address": 0, "rate_key": 0}
Serve = Callable[..., ServingApp]
Publish = Callable[[StoreConfig, Snapshot], None]


@pytest.fixture
def serve(settings: Settings, clock: FixedClock, tmp_path: Path, valkey: Redis) -> Iterator[Serve]:
    """Start a fast wing on these tests' Valkey, or on another one; closed at the end."""
    started = []

    def start(on: Redis = valkey, *, limits: dict[str, int] = NO_LIMITS, **options: object) -> ServingApp:
        own = replace(settings, data_dir=tmp_path, **limits)  # type: ignore[arg-type]
        chosen = Options(**{"rng": Random(1), **options})  # type: ignore[arg-type]
        started.append(create_serving_app(own, on, clock, chosen))
        return started[-1]

    yield start
    for app in started:
        app.close()


@pytest.fixture
def publish(valkey: Redis) -> Publish:
    def put(config: StoreConfig, snapshot: Snapshot) -> None:
        publisher.put_config(valkey, config, public_keys=("pk_toys", "pk_demo"))
        publisher.swap(valkey, config.store_id, snapshot.version, encode(snapshot))

    return put


@pytest.fixture
def shop(serve: Serve, publish: Publish) -> ServingApp:
    """A fast wing that serves the toy store."""
    publish(toys.config(), toys.snapshot())
    return serve()


@pytest.fixture
def client(shop: ServingApp) -> Client:
    return Client(shop)
