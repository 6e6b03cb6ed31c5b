"""All placements of a page in one request: for each the promises of a single one."""

import json
from typing import Any

from redis import Redis
from werkzeug.test import Client

from app.engine.assign import Arm, arm
from app.kernel import cache
from app.serving.app import ServingApp
from tests.serving import logged
from tests.serving.conftest import Serve


def ask(client: Client, **given: str) -> list[dict[str, Any]]:
    answer = client.get("/v1/placements", query_string={"key": "pk_toys", **given})
    assert answer.status_code == 200, answer.data
    slates: list[dict[str, Any]] = json.loads(answer.data)["slates"]
    return slates


def refused(client: Client, **given: str) -> tuple[int, str | None]:
    told = json.loads(client.get("/v1/placements", query_string={"key": "pk_toys", **given}).data)
    return told["status"], told.get("field")


def test_each_placement_is_answered_as_if_it_were_asked_alone(client: Client) -> None:
    page = {"product": "cup", "basket": "saucer", "limit": "2"}
    for slate in ask(client, placements="product,cart,home", **page):
        alone = client.get(
            "/v1/recommendations", query_string={"key": "pk_toys", "placement": slate["placement"], **page}
        )
        assert {**json.loads(alone.data), "slate_id": ""} == {**slate, "slate_id": ""}


def test_slates_come_in_the_order_that_was_asked_and_each_once(client: Client) -> None:
    assert [slate["placement"] for slate in ask(client, placements="home,cart,home")] == ["home", "cart"]


def test_what_the_store_does_not_have_is_left_out(client: Client) -> None:
    assert [slate["placement"] for slate in ask(client, placements="roof,home")] == ["home"]
    assert ask(client, placements="roof") == []


def test_every_slate_is_logged_under_its_own_id(shop: ServingApp, valkey: Redis) -> None:
    told = ask(Client(shop), placements="product,home", product="cup", visitor="v2")
    kept = logged.slates(shop, valkey)
    assert [(slate.slate_id, slate.placement) for slate in kept] == [
        (told[0]["slate_id"], "product"),
        (told[1]["slate_id"], "home"),
    ]
    assert told[0]["slate_id"] != told[1]["slate_id"]


def test_the_holdout_sees_nothing_anywhere_and_each_slate_is_a_ghost(shop: ServingApp, valkey: Redis) -> None:
    held = next(f"v{n}" for n in range(400) if arm(f"v{n}", "salt", 0.05) is Arm.HOLDOUT)
    assert [slate["items"] for slate in ask(Client(shop), placements="home,cart", visitor=held)] == [[], []]
    kept = logged.slates(shop, valkey)
    assert [(slate.ghost, len(slate.items)) for slate in kept] == [(True, 3), (True, 3)]


def test_what_cannot_be_read_names_itself(client: Client) -> None:
    assert refused(client) == (400, "placements")
    assert refused(client, placements=",") == (400, "placements")
    assert refused(client, placements=",".join(f"p{n}" for n in range(13))) == (400, "placements")
    assert refused(client, placements="home", limit="many") == (400, "limit")
    assert refused(client, key="pk_nobody", limit="many") == (401, None)


def test_without_valkey_every_placement_is_empty(serve: Serve) -> None:
    gone = cache.connect("unix:///nonexistent/valkey.sock")
    slates = ask(Client(serve(on=gone)), placements="home,cart")
    gone.close()
    assert [(slate["placement"], slate["items"]) for slate in slates] == [("home", []), ("cart", [])]
