"""A shop with five products, and one with all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.demo import connection, dataset, opening
from app.demo.dataset import Past, PastLine, PastOrder, PastProduct
from app.demo.store import Store
from app.kernel.clock import FixedClock
from tests.demo.world import BAG, CARD, CLOCK, HEART, TEACUP, World, serve, with_stock


@pytest.fixture
def past() -> Past:
    """Three orders, the last of 11 November 2011 at noon."""
    noon = datetime(2011, 11, 11, 12, tzinfo=UTC)
    titles = {
        TEACUP: ("REGENCY TEACUP", 295),
        BAG: ("JUMBO BAG RED RETROSPOT", 208),
        HEART: ("SET/6 HEARTS <b>& STARS</b>", 1275),
        CARD: ("CHRISTMAS CARD", 42),
        CLOCK: ("ALARM CLOCK PINK", 375),
    }
    products = tuple(PastProduct(key, title, price, noon) for key, (title, price) in titles.items())
    orders = tuple(
        PastOrder(str(number), noon.replace(day=day), customer, lines)
        for number, day, customer, lines in (
            (101, 9, "12583", (PastLine(TEACUP, 6, 255), PastLine(BAG, 10, 208))),
            (102, 10, None, (PastLine(BAG, 1, 416),)),
            (103, 11, "12583", (PastLine(HEART, 2, 1250),)),
        )
    )
    return Past(products, ("12583", "17850"), orders)


@pytest.fixture
def clock() -> FixedClock:
    """Stands still at the real time, because a webhook's signature is only good for minutes."""
    return FixedClock(datetime.now(UTC))


@pytest.fixture
def world(tmp_path: Path, past: Past, clock: FixedClock) -> Iterator[World]:
    opening.prepare(Store(connection.folder(tmp_path)), past, clock)
    with_stock(Store(connection.folder(tmp_path)), 50)
    yield from serve(tmp_path, clock)


@pytest.fixture(scope="session")
def real_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    opening.prepare(Store(connection.folder(folder)), dataset.read(), FixedClock(datetime.now(UTC)))
    return folder


@pytest.fixture
def real_world(tmp_path: Path, real_shop: Path, clock: FixedClock) -> Iterator[World]:
    """With all the products of the shipped data."""
    shutil.copytree(real_shop, tmp_path, dirs_exist_ok=True)
    yield from serve(tmp_path, clock)
