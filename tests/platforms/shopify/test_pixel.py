"""The pixel is switched on where the app is installed, once, and knows where we are."""

from __future__ import annotations

from typing import Any

import pytest

from app.kernel.errors import Upstream
from app.platforms.base import Front
from app.platforms.shopify import pixel
from app.platforms.shopify.client import Client
from tests.platforms.shopify.conftest import APP, Bench


def client(bench: Bench) -> Client:
    grant = bench.platform.exchange(bench.identity())
    return bench.platform.client(lambda: grant)


def held(bench: Bench) -> list[Any]:
    return [each["settings"] for each in bench.at.shop.all("WebPixel").values()]


def test_an_installation_switches_it_on(bench: Bench) -> None:
    bench.install()
    bench.work()
    assert held(bench) == [{"accountID": bench.store.public_key, "address": APP}]


def test_there_is_one_however_often_it_is_placed(bench: Bench) -> None:
    for _ in range(2):
        pixel.place(client(bench), Front(APP, "pk_1"))
    assert held(bench) == [{"accountID": "pk_1", "address": APP}]
    assert "WebPixelUpdate" not in bench.at.admin.asked


def test_it_learns_where_we_moved(bench: Bench) -> None:
    pixel.place(client(bench), Front(APP, "pk_1"))
    pixel.place(client(bench), Front("https://new.example", "pk_1"))
    assert held(bench) == [{"accountID": "pk_1", "address": "https://new.example"}]


def test_settings_told_as_a_text_are_understood(bench: Bench) -> None:
    pixel.place(client(bench), Front(APP, "pk_1"))
    (node,) = bench.at.shop.all("WebPixel").values()
    node["settings"] = f'{{"accountID":"pk_1","address":"{APP}"}}'
    pixel.place(client(bench), Front(APP, "pk_1"))
    assert "WebPixelUpdate" not in bench.at.admin.asked


def test_what_shopify_refuses_is_told(bench: Bench) -> None:
    with pytest.raises(Upstream, match="accountID has 1 to 100 characters"):
        pixel.place(client(bench), Front(APP, ""))


def test_where_it_was_taken_away_the_next_look_brings_it_back(bench: Bench) -> None:
    bench.install()
    bench.work()
    bench.at.shop.all("WebPixel").clear()
    bench.platform.place(lambda: bench.platform.exchange(bench.identity()), Front(APP, "pk_1"))
    assert len(held(bench)) == 1
