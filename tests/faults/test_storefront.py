"""What a shop's page sees of the real servers, two of them on one port; times on the clock are told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner

from app import cli
from app.bridge import config
from app.domain.accounts import stores
from app.domain.accounts.stores import Credentials
from app.domain.merchandising import placements, rules, storefront
from app.kernel.ids import StoreId
from app.kernel.runtime import Unit
from tests.faults import plan
from tests.faults.plan import Kill
from tests.faults.stage import SERVERS, Stage, until

LIVE_WITHIN = 10.0  # on a machine that does much else; two seconds is the promise on a quiet one
ASKED = 20  # on connections of their own, which the kernel spreads over the servers


@pytest.fixture(scope="module")
def store(servers: Stage) -> Credentials:
    servers.wait_until_all_serve()
    return servers.store(plan.draw(1_000, plan.SMALL))


def home(servers: Stage, store: Credentials) -> dict[str, Any]:
    """Ask on a connection of its own."""
    where = f"http://127.0.0.1:{servers.port}/v1/recommendations?key={store.public_key}&placement=home"
    with urlopen(where, timeout=60) as answer:
        slate: dict[str, Any] = json.load(answer)
        return slate


def shown(servers: Stage, store: Credentials) -> set[str]:
    """Give everything that any of the servers shows."""
    return {item["product_id"] for _ in range(ASKED) for item in home(servers, store)["items"]}


@contextmanager
def edited(servers: Stage, store: Credentials) -> Iterator[Unit]:
    """A change in the slow wing, and then the store's configuration for the fast one, as the doors do it."""
    store_id = StoreId(store.store_id)
    with servers.runtime.unit(store_id) as unit:
        yield unit
        row = stores.get(unit.session, store_id)
        told = storefront.config(unit.session, store_id, row)
        unit.after_commit(lambda: storefront.put(servers.runtime.valkey, row, told))


def test_a_killed_server_answers_again(servers: Stage, store: Credentials) -> None:
    began = time.monotonic()
    servers.kill(Kill(0, "web", 0))
    assert home(servers, store)["items"]
    until(lambda: len(servers.sockets()) == SERVERS, LIVE_WITHIN)
    print(f"a killed server listens again after {time.monotonic() - began:.2f} s")


def test_a_rule_is_live_everywhere(servers: Stage, store: Credentials) -> None:
    assert "tea" in shown(servers, store)
    with edited(servers, store) as unit:
        choice = rules.Choice("No tea", "exclude", products=("tea",))
        rules.create(unit.session, StoreId(store.store_id), choice, at=servers.runtime.clock.now())
    began = time.monotonic()
    until(lambda: "tea" not in shown(servers, store), LIVE_WITHIN)
    print(f"a rule is live after {time.monotonic() - began:.2f} s, {ASKED} questions included")


def test_a_placement_is_live_everywhere(servers: Stage, store: Credentials) -> None:
    with edited(servers, store) as unit:
        choice = placements.Choice("Fresh in", "carousel", 2, active=True)
        at = servers.runtime.clock.now()
        placements.update(unit.session, StoreId(store.store_id), "home", choice, at=at)

    def live() -> bool:
        answers = [home(servers, store) for _ in range(ASKED)]
        return all((each["title"], len(each["items"])) == ("Fresh in", 2) for each in answers)

    began = time.monotonic()
    until(live, LIVE_WITHIN)
    print(f"a placement is live after {time.monotonic() - began:.2f} s, {ASKED} questions included")


def cache_command(servers: Stage, store: Credentials, command: str) -> str:
    environ = servers.runtime.settings.to_env()
    return CliRunner().invoke(cli.cli, ["cache", command, "--store", store.store_id], env=environ).output


@pytest.mark.parametrize("command", ["warm", "clear"])
def test_every_serving_process_hears_of_a_command(servers: Stage, store: Credentials, command: str) -> None:
    assert cache_command(servers, store, command) == f"{SERVERS} serving processes were told\n"
    assert home(servers, store)["items"]


def test_a_damaged_snapshot_takes_nobody_down(servers: Stage, store: Credentials) -> None:
    damaged = servers.store(plan.draw(1_001, plan.SMALL))
    assert "tea" in shown(servers, damaged)
    servers.runtime.valkey.set(config.snapshot_of(damaged.store_id, "m1"), b"not a snapshot")
    cache_command(servers, damaged, "clear")
    time.sleep(0.5)
    assert "tea" in shown(servers, damaged)
    assert home(servers, store)["items"]
