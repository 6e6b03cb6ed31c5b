import json
import time
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from werkzeug.test import Client, TestResponse

from app.kernel import cache
from app.serving.app import ServingApp
from tests.conftest import NOON
from tests.serving import logged
from tests.serving.conftest import Serve


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    plain = {
        "kind": "click",
        "slate_id": "s1",
        "product_id": "tea",
        "position": 1,
        "at": "2026-11-21T11:59:58Z",
    }
    return {"id": f"s1:1:c:{number}", **plain, **changes}


def post(client: Client, body: Any, **headers: str) -> TestResponse:
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post("/v1/events?key=pk_toys", data=data, content_type="text/plain", headers=headers)


def test_events_are_on_the_stream_before_the_answer(client: Client, valkey: Redis) -> None:
    answer = post(client, {"visitor": "v1", "events": [event(1), event(2, kind="add")]})
    assert (answer.status_code, answer.data) == (204, b"")
    first, second = logged.events(valkey)
    assert (first.event_id, first.kind, first.visitor_id, first.slate_id) == ("s1:1:c:1", "click", "v1", "s1")
    assert (first.product_id, first.position, first.received_at) == ("tea", 1, NOON)
    assert second.kind == "add"


def test_a_shopper_without_consent_sends_events_without_a_visitor(client: Client, valkey: Redis) -> None:
    assert post(client, {"visitor": None, "events": [event()]}).status_code == 204
    assert logged.events(valkey)[0].visitor_id is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        b"\xff\xfe",
        {"events": [event(kind="purchase")]},
        {"events": [event(at="2026-11-21T11:59:58")]},
        {"events": [event(position=0)]},
        {"events": [event(id="")]},
        {"events": [event(product_id="a\0b")]},
        {"visitor": "not a visitor", "events": [event()]},
        {"events": [event(), {"id": "x"}]},
        '{"events": [], "visitor": "\\ud800"}',
    ],
)
def test_what_is_no_batch_is_refused_and_nothing_of_it_kept(client: Client, valkey: Redis, body: Any) -> None:
    answer = post(client, body)
    assert answer.status_code == 400
    assert json.loads(answer.data)["detail"].startswith("the body is not a batch of events")
    assert logged.events(valkey) == []


def test_a_batch_has_at_most_a_hundred_events(client: Client, valkey: Redis) -> None:
    assert post(client, {"events": [event(number) for number in range(101)]}).status_code == 400
    assert post(client, {"events": [event(number) for number in range(100)]}).status_code == 204
    assert len(logged.events(valkey)) == 100


def test_a_batch_has_at_most_64_kilobytes(client: Client) -> None:
    assert post(client, b" " * 65_537).status_code == 413
    assert post(client, b" " * 65_000).status_code == 400


def test_an_unknown_key_is_refused(client: Client) -> None:
    assert client.post("/v1/events?key=pk_nobody", data="{}").status_code == 401


def test_events_can_only_be_posted(client: Client) -> None:
    assert client.get("/v1/events?key=pk_toys").status_code == 405


def test_while_valkey_is_away_events_wait_on_disk(serve: Serve, shop: ServingApp, valkey: Redis) -> None:
    assert Client(shop).get("/readyz").status_code == 200
    Client(shop).get("/v1/recommendations?key=pk_toys&placement=home")
    gone = cache.connect("unix:///nonexistent/valkey.sock")
    alone = serve(on=gone)
    assert post(Client(alone), {"events": [event()]}).status_code == 204
    alone.close()
    gone.close()
    assert logged.events(valkey) == []
    deadline = time.monotonic() + 5.0
    while valkey.xlen("alongside:stream") == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    shop.decisions.flush()
    assert [each.event_id for each in logged.events(valkey)] == ["s1:1:c:1"]


def test_where_nothing_takes_events_they_are_not_confirmed(
    serve: Serve, client: Client, tmp_path: Path
) -> None:
    assert client.get("/v1/recommendations?key=pk_toys&placement=home").status_code == 200
    gone = cache.connect("unix:///nonexistent/valkey.sock")
    alone = serve(on=gone)
    (tmp_path / "spool").write_text("a file where the folder should be")
    assert post(Client(alone), {"events": [event()]}).status_code == 503
    gone.close()
