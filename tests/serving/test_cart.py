"""What a cart gets."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from redis import Redis
from werkzeug.test import Client

from app.bridge.snapshot import Snapshot
from app.engine.types import Anchor, ReasonKind
from app.serving.app import ServingApp
from tests.bridge import toys
from tests.serving import logged
from tests.serving.conftest import Publish, Serve


def ask(client: Client, *lines: dict[str, Any], status: int = 200, **more: object) -> dict[str, Any]:
    body = json.dumps({"lines": list(lines), **more})
    answer = client.post("/v1/cart?key=pk_toys", data=body, content_type="text/plain")
    assert answer.status_code == status, answer.data
    told: dict[str, Any] = json.loads(answer.data)
    return told


def alike() -> Snapshot:
    """The cup is like the pot, which costs 1.5 times as much."""
    plain = toys.snapshot(cup={"price_amount": 1000}, pot={"price_amount": 1500})
    similar = toys.lists(Anchor.ITEM, ReasonKind.SIMILAR, [[4], [], [], [], []])
    lists = {**plain.published.lists, "similar": similar}
    return replace(plain, published=replace(plain.published, lists=lists))


def test_a_cart_gets_what_goes_with_its_lines_and_none_of_them(client: Client) -> None:
    told = ask(client, {"product_id": "cup"}, {"product_id": "saucer", "quantity": 2})
    assert [item["product_id"] for item in told["items"]] == ["spoon", "tea", "pot"]
    assert (told["placement"], told["swaps"], told["free_shipping"]) == ("cart", [], None)


def test_a_line_may_be_stepped_up_and_that_is_logged(serve: Serve, publish: Publish, valkey: Redis) -> None:
    publish(toys.config(), alike())
    app = serve()
    told = ask(Client(app), {"product_id": "cup"}, limit=2)
    (swap,) = told["swaps"]
    assert (swap["line"], swap["replaces"]) == (1, "cup")
    assert (swap["item"]["product_id"], swap["item"]["position"]) == ("pot", 3)
    assert logged.slates(app, valkey)[0].items == ("saucer", "spoon", "pot")


def test_what_is_missing_to_free_shipping_is_told(serve: Serve, publish: Publish) -> None:
    placements = tuple(replace(each, free_shipping=5_000) for each in toys.config().placements)
    publish(toys.config(placements=placements), toys.snapshot())
    client = Client(serve())
    # two cups of 2.95 and a pot that the shop sells for 10.00
    told = ask(client, {"product_id": "cup", "quantity": 2}, {"product_id": "pot", "amount": 1000})
    assert told["free_shipping"] == {
        "threshold": {"amount": 5000, "currency": "GBP"},
        "remainder": {"amount": 3410, "currency": "GBP"},
    }
    assert ask(client, {"product_id": "cup", "quantity": 99})["free_shipping"]["remainder"]["amount"] == 0


def test_the_holdout_sees_neither_items_nor_swaps(serve: Serve, publish: Publish) -> None:
    publish(toys.config(holdout=1.0), alike())
    told = ask(Client(serve()), {"product_id": "cup"}, visitor="v1")
    assert (told["items"], told["swaps"]) == ([], [])


def test_a_cart_that_cannot_be_read_is_refused(client: Client) -> None:
    assert ask(client, {"product_id": ""}, status=400)["status"] == 400
    assert ask(client, {"product_id": "cup", "quantity": 0}, status=400)["status"] == 400


def test_a_cart_answers_where_valkey_is_away(shop: ServingApp) -> None:
    client = Client(shop)
    ask(client, {"product_id": "cup"})
    shop.reader.valkey.close()
    assert ask(client, {"product_id": "cup"})["items"]
