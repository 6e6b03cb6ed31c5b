import gzip
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis
from werkzeug.test import Client

from app.bridge import overlay, publisher
from app.bridge.overlay import Change
from app.kernel.settings import Settings
from app.serving.app import ServingApp
from tests.bridge import toys
from tests.serving import logged
from tests.serving.conftest import Publish, Serve

ASK = "/v1/recommendations?key=pk_toys&placement=home"


@pytest.mark.parametrize(
    "origin", ["https://shop.example", "https://www.shop.example", "http://shop.example:8080"]
)
def test_the_stores_own_pages_may_read_the_answer(client: Client, origin: str) -> None:
    answer = client.get(ASK, headers={"Origin": origin})
    assert answer.headers.getlist("Access-Control-Allow-Origin") == [origin]
    assert answer.headers["Vary"] == "Origin"


def test_a_page_of_the_same_host_may_read_the_answer(client: Client) -> None:
    answer = client.get(ASK, headers={"Origin": "http://localhost"})
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost"


@pytest.mark.parametrize("origin", ["https://evil.example", "https://evil-shop.example", "null", "https://["])
def test_other_pages_may_not(client: Client, origin: str) -> None:
    answer = client.get(ASK, headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Vary"] == "Origin"
    assert (
        client.post("/v1/events?key=pk_toys", data='{"events":[]}', headers={"Origin": origin}).status_code
        == 403
    )


def test_a_browsers_question_beforehand_is_answered(client: Client) -> None:
    asked = client.options("/v1/events?key=pk_toys", headers={"Origin": "https://shop.example"})
    assert asked.status_code == 204
    assert asked.headers.getlist("Access-Control-Allow-Origin") == ["https://shop.example"]
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    other = client.options("/v1/events?key=pk_toys", headers={"Origin": "https://evil.example"})
    assert other.status_code == 204
    assert "Access-Control-Allow-Methods" not in other.headers


def test_a_refusal_can_be_read_by_the_stores_pages_too(client: Client) -> None:
    answer = client.get(f"{ASK}&limit=x", headers={"Origin": "https://shop.example"})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (
        400,
        "https://shop.example",
    )


def test_a_personal_answer_is_not_stored(client: Client) -> None:
    assert client.get(f"{ASK}&visitor=v2").headers["Cache-Control"] == "no-store"


def test_what_every_stranger_gets_is_asked_again_and_not_sent_again(shop: ServingApp, valkey: Redis) -> None:
    client = Client(shop)
    first = client.get(ASK)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "public, no-cache")
    again = client.get(ASK, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, len(logged.slates(shop, valkey))) == (304, b"", 1)
    overlay.put(valkey, "toys", [Change("tea", datetime(2026, 11, 21, tzinfo=UTC), stock=0)])
    shop.reader.refresh()
    assert client.get(ASK, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_large_answer_is_compressed_for_who_can_read_it(serve: Serve, publish: Publish) -> None:
    publish(toys.config(), toys.snapshot(tea={"title": "x" * 9_000}))
    client, asked = Client(serve()), f"{ASK}&visitor=v2"
    packed, plain = client.get(asked, headers={"Accept-Encoding": "gzip, br"}), client.get(asked)
    assert (packed.headers["Content-Encoding"], len(packed.data) < 1_000) == ("gzip", True)
    assert "Content-Encoding" not in plain.headers
    assert json.loads(gzip.decompress(packed.data))["items"] == json.loads(plain.data)["items"]


def test_a_small_answer_is_left_as_it_is(client: Client) -> None:
    answer = client.get(ASK, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


@pytest.fixture
def files(serve: Serve, tmp_path: Path) -> Client:
    folder = tmp_path / "dist"
    folder.mkdir()
    (tmp_path / "secret.js").write_text("secret")
    (folder / "alongside.js").write_text("loader();" * 100)
    (folder / "cards-1A2B3C4D.js").write_text("cards()")
    (folder / "notes.txt").write_text("not for the public")
    (folder / "out.js").symlink_to(tmp_path / "secret.js")
    return Client(serve(widget_files=folder))


def test_the_loader_is_compressed_and_cached_briefly(files: Client) -> None:
    answer = files.get("/widget/alongside.js", headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(answer.data) == b"loader();" * 100
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert files.get("/widget/alongside.js").data == b"loader();" * 100


def test_what_the_browser_has_is_not_sent_again(files: Client) -> None:
    tag = files.get("/widget/alongside.js").headers["ETag"]
    again = files.get("/widget/alongside.js", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_hashed_file_is_cached_for_ever(files: Client) -> None:
    assert "immutable" in files.get("/widget/cards-1A2B3C4D.js").headers["Cache-Control"]


def test_a_part_of_the_last_release_is_answered_by_todays_and_not_kept(files: Client, tmp_path: Path) -> None:
    (tmp_path / "dist" / "stage-00aabbccdd.js").write_text("stage()")
    answer = files.get("/widget/stage-99ffeeddcc.js")
    assert (answer.data, answer.headers["Cache-Control"]) == (b"stage()", "no-store")
    assert files.get("/widget/stage-00aabbccdd.css").status_code == 404
    assert files.get("/widget/other-99ffeeddcc.js").status_code == 404


def test_a_rebuilt_file_is_served_as_it_is_now(files: Client, tmp_path: Path) -> None:
    files.get("/widget/alongside.js")
    (tmp_path / "dist" / "alongside.js").write_text("newer()")
    assert files.get("/widget/alongside.js").data == b"newer()"


@pytest.mark.parametrize(
    "name",
    ["", "../secret.js", "%2e%2e/secret.js", "out.js", "none.js", "notes.txt", "a%00.js", "x" * 5000 + ".js"],
)
def test_nothing_else_is_served(files: Client, name: str) -> None:
    assert files.get(f"/widget/{name}").status_code == 404


def test_it_lives_before_it_is_ready(serve: Serve, valkey: Redis) -> None:
    client = Client(serve())
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    publisher.put_config(valkey, toys.config(), public_keys=("pk_toys",))
    publisher.swap(valkey, "toys", "m1", b"no snapshot at all")
    assert client.get("/readyz").status_code == 503


def test_it_is_ready_with_a_snapshot(client: Client) -> None:
    assert client.get("/readyz").status_code == 200


def test_counts_are_shown_to_this_host_only(client: Client) -> None:
    client.get(ASK)
    told = client.get("/metrics", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    assert b'alongside_requests_total{process="' in told.data
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404


def test_only_its_own_paths_are_claimed(shop: ServingApp) -> None:
    assert all(map(shop.owns, ("/v1/recommendations", "/v1/none", "/widget/a.js", "/healthz", "/metrics")))
    assert not any(map(shop.owns, ("/", "/console/", "/api/upsell-cross-sell/status", "/v11", "/healthz/x")))
    assert Client(shop).get("/v1/none").status_code == 404
    assert Client(shop).post("/healthz").status_code == 405


SERVE_EVERYTHING = """
import io, sys
from pathlib import Path
from app.kernel import cache
from app.kernel.clock import SystemClock
from app.kernel.settings import Settings
from app.serving.app import create_serving_app

settings = Settings.from_env({"DATA_DIR": sys.argv[1], "SECRET_KEY": "k" * 40})
app = create_serving_app(settings, cache.connect(sys.argv[2]), SystemClock())
asked = [("GET", "/v1/recommendations", f"placement={place}&product=cup&basket=tea&visitor=v2&q=pot")
         for place in ("product", "cart", "home", "category", "search", "thank-you")]
asked.append(("POST", "/v1/events", ""))
asked += [("GET", path, "") for path in ("/widget/alongside.js", "/readyz", "/metrics")]
for method, path, query in asked:
    told = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": f"key=pk_toys&{query}",
               "REMOTE_ADDR": "127.0.0.1", "CONTENT_LENGTH": "13", "wsgi.input": io.BytesIO(b'{"events":[]}')}
    app(environ, lambda status, headers: told.append(status))
    print(path, told[0][:3])
app.close()
heavy = "pandas implicit mlxtend sklearn lightgbm scipy pyarrow sqlalchemy psycopg rq flask"
print("heavy", sorted(set(heavy.split()) & set(sys.modules)))
"""


def test_serving_needs_no_database_and_no_training_code(
    publish: Publish, settings: Settings, tmp_path: Path
) -> None:
    publish(toys.config(), toys.snapshot())
    command = [sys.executable, "-c", SERVE_EVERYTHING, str(tmp_path), settings.redis_url]
    told = subprocess.check_output(command, text=True).splitlines()
    assert told[:6] == ["/v1/recommendations 200"] * 6
    assert told[6] == "/v1/events 204"
    assert told[8:] == ["/readyz 200", "/metrics 200", "heavy []"]
