from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.accounts.stores import Credentials
from app.domain.commerce import files
from app.kernel.errors import Invalid, NotFound
from app.kernel.runtime import Runtime
from app.platforms.base import Kind
from tests.domain.commerce.toys import at, jobs, look

HEADER = "order_id,created_at,product_id,quantity,price\n"
STATES = "select status, accepted, stale, content is null, finished_at is not null from imports"


def orders(count: int) -> str:
    return HEADER + "".join(f"o{n},2026-11-20T10:00:00Z,tea,1,4.25\n" for n in range(count))


def receive(runtime: Runtime, store: Credentials, content: str, kind: Kind = Kind.ORDERS) -> str:
    with runtime.unit(store.store_id) as unit:
        return files.receive(unit, store.store_id, kind, content.encode(), at=runtime.clock.now())


def test_a_file_is_loaded_in_parts_and_tells_its_progress(
    runtime: Runtime, store: Credentials, tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(orders(2500))
    told: list[int] = []
    loaded = files.load(runtime, store.store_id, path, "orders", progress=told.append)
    assert (loaded.accepted, loaded.stale, loaded.rejected) == (2500, 0, ())
    assert told == [1000, 2000, 2500]
    assert look(runtime, store.store_id, "select count(*), sum(total_amount) from orders") == [
        (2500, 2500 * 425)
    ]


def test_loading_again_changes_nothing(runtime: Runtime, store: Credentials, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(orders(10))
    files.load(runtime, store.store_id, path, "orders")
    assert files.load(runtime, store.store_id, path, "orders").accepted == 10
    assert look(runtime, store.store_id, "select count(*) from order_lines") == [(10,)]


def test_a_file_never_overwrites_what_is_newer(runtime: Runtime, store: Credentials, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(orders(1).replace("price", "price,updated_at").replace("4.25", "9.99,2026-11-20T12:00Z"))
    files.load(runtime, store.store_id, path, "orders")
    path.write_text(orders(1))
    assert files.load(runtime, store.store_id, path, "orders").stale == 1
    query = "select total_amount, version from orders"
    assert look(runtime, store.store_id, query) == [(999, at(12))]


@pytest.mark.parametrize(("kind", "name"), [("people", "orders.csv"), ("orders", "nothing.csv")])
def test_no_such_kind_or_file_is_invalid(
    runtime: Runtime, store: Credentials, tmp_path: Path, kind: str, name: str
) -> None:
    (tmp_path / "orders.csv").write_text(orders(1))
    with pytest.raises(Invalid):
        files.load(runtime, store.store_id, tmp_path / name, kind)


def test_an_uploaded_file_is_imported_once(runtime: Runtime, store: Credentials) -> None:
    import_id = receive(runtime, store, orders(3))
    files.work(runtime, store.store_id, import_id)
    assert look(runtime, store.store_id, STATES) == [("done", 3, 0, True, True)]
    files.work(runtime, store.store_id, import_id)
    assert look(runtime, store.store_id, STATES) == [("done", 3, 0, True, True)]
    assert ("sync.file", [import_id]) in jobs(runtime, store.store_id)


def test_a_file_that_cannot_be_read_has_failed_and_says_why(runtime: Runtime, store: Credentials) -> None:
    files.work(runtime, store.store_id, receive(runtime, store, "order_id,price\n1,2\n"))
    assert look(runtime, store.store_id, STATES) == [("failed", 0, 0, True, True)]
    ((rejected,),) = look(runtime, store.store_id, "select rejected from imports")
    needed = "a file of orders needs the column created_at, product_id, quantity"
    assert rejected == [{"line": 0, "id": "", "reason": needed}]


def test_of_many_bad_rows_the_first_thousand_are_told(runtime: Runtime, store: Credentials) -> None:
    files.work(runtime, store.store_id, receive(runtime, store, orders(1500).replace(",1,", ",x,")))
    ((rejected,),) = look(runtime, store.store_id, "select rejected from imports")
    assert (len(rejected), rejected[0]["line"], rejected[999]["line"]) == (1001, 2, 1001)
    assert rejected[-1]["reason"] == "and 500 more rows"


def test_an_empty_upload_is_invalid(runtime: Runtime, store: Credentials) -> None:
    with pytest.raises(Invalid):
        receive(runtime, store, "")


def test_another_stores_import_is_not_found(
    runtime: Runtime, store: Credentials, other_store: Credentials
) -> None:
    import_id = receive(runtime, store, orders(1))
    with pytest.raises(NotFound):
        files.work(runtime, other_store.store_id, import_id)
