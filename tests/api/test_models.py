"""A store's models through its public addresses."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.bridge import publisher
from app.domain.accounts.stores import Credentials
from app.domain.learning import training
from app.kernel.db import Database
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from tests.api.test_custom import BASE as CUSTOM
from tests.api.test_custom import bearer, told
from tests.domain.commerce.toys import jobs
from tests.domain.learning.shelves import Shelf, families, sell_families

BASE = "/api/upsell-cross-sell/ml/models"


@pytest.fixture
def trained(runtime: Runtime, database: Database, store: Credentials) -> tuple[str, str]:
    """Two versions, the second is served."""
    shelf = Shelf(database, store.store_id)
    families(shelf)
    sell_families(shelf, 0, 120)
    first = training.renew(runtime, store.store_id, seed=1)
    return first, training.renew(runtime, store.store_id, seed=2)


def test_versions_are_listed_with_what_they_learned_from(
    client: FlaskClient, store: Credentials, trained: tuple[str, str]
) -> None:
    answer = told(client.get(BASE, headers=bearer(store)))
    assert answer["training"] is None
    assert {each["version"]: each["status"] for each in answer["models"]} == {
        trained[0]: "retired",
        trained[1]: "published",
    }
    assert {(each["orders"], each["products"], each["servable"]) for each in answer["models"]} == {
        (120, 20, True)
    }


def test_a_version_shows_its_card(client: FlaskClient, store: Credentials, trained: tuple[str, str]) -> None:
    one = told(client.get(f"{BASE}/{trained[1]}", headers=bearer(store)))
    metrics = told(client.get(f"{BASE}/{trained[1]}/metrics", headers=bearer(store)))
    assert one["model"]["seed"] == 2
    assert "product" in one["chosen"]
    assert one["metrics"] == metrics
    assert metrics["exposure"]["coverage"] == 1.0
    assert metrics["drift"]["version"] == trained[0]
    assert metrics["cost"]["seconds"] > 0
    assert {row["name"] for row in metrics["measured"]} > {"blend"}
    assert client.get(f"{BASE}/{trained[1]}").status_code == 401


def test_an_older_version_is_deployed(
    client: FlaskClient, runtime: Runtime, store: Credentials, trained: tuple[str, str]
) -> None:
    answer = client.post(f"{BASE}/{trained[0]}/deploy", headers=bearer(store))
    assert (answer.status_code, told(answer)["status"]) == (200, "published")
    assert publisher.current_version(runtime.valkey, StoreId(store.store_id)) == trained[0]


def test_anothers_version_is_not_found(
    client: FlaskClient, other_store: Credentials, trained: tuple[str, str]
) -> None:
    for method, path in (("get", ""), ("get", "/metrics"), ("post", "/deploy")):
        answer = client.open(f"{BASE}/{trained[0]}{path}", method=method, headers=bearer(other_store))
        assert answer.status_code == 404


def test_training_is_named_as_a_job(client: FlaskClient, runtime: Runtime, store: Credentials) -> None:
    answer = client.post(f"{BASE}/train?force=true", headers=bearer(store))
    assert (answer.status_code, told(answer)) == (202, {"job": "train.store"})
    assert ("train.store", ["force"]) in jobs(runtime, store.store_id)


def test_status_says_training_until_it_is_over_however_it_ends(
    client: FlaskClient, runtime: Runtime, database: Database, store: Credentials
) -> None:
    shelf = Shelf(database, store.store_id)
    families(shelf)
    sell_families(shelf, 0, 60)

    def status() -> bool:
        return bool(told(client.get(f"{CUSTOM}/status", headers=bearer(store)))["training"])

    client.post(f"{BASE}/train", headers=bearer(store))
    assert status(), "it waits for a worker"
    assert told(client.get(BASE, headers=bearer(store)))["training"]["step"] == "waiting"
    with pytest.raises(ValueError, match="non-negative"):
        training.renew(runtime, store.store_id, seed=-1)
    assert not status(), "it failed"
    with training.alone(runtime, store.store_id):
        assert status(), "one runs that nobody asked for here"
    assert not status()
