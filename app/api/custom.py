"""The custom platform: any shop pushes what it sells and sold."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final

from flask import Response, request
from msgspec import Struct, convert

from app.api import edge
from app.api.edge import Operation, Param
from app.domain.commerce import files, sync
from app.kernel.errors import Invalid
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime
from app.platforms.base import Kind
from app.platforms.custom import shapes
from app.platforms.custom.batch import MOST_RECORDS, parse_batch
from app.platforms.custom.rows import LAYOUTS
from app.platforms.records import Rejected

GROUP: Final = "Custom platform"
BASE: Final = edge.PREFIX + "/integrations/custom"


class Products(Struct):
    products: list[shapes.ProductShape]


class Customers(Struct):
    customers: list[shapes.CustomerShape]


class Orders(Struct):
    orders: list[shapes.OrderShape]


class Refunds(Struct):
    refunds: list[shapes.RefundShape]


class StockLevels(Struct):
    stock: list[shapes.StockShape]


class Receipt(Struct):
    """``stale`` records are older than what we hold. A rejected one is named by its position from 1."""

    accepted: int
    stale: int
    rejected: list[Rejected]


class Upload(Struct):
    import_id: str


class FileStatus(Struct):
    """``status`` is waiting, running, done or failed; ``rejected`` names at most 1,000 rows."""

    import_id: str
    kind: str
    status: str
    accepted: int
    stale: int
    rejected: list[Rejected]
    created_at: datetime
    finished_at: datetime | None


_BATCHES: Final = (
    (Kind.PRODUCTS, Products, "Products that left the shop stay known as deleted."),
    (Kind.CUSTOMERS, Customers, "Known buyers; ``visitor_id`` links them to what they did before."),
    (Kind.ORDERS, Orders, "They may come before their products and customers."),
    (Kind.REFUNDS, Refunds, "They may come before their orders."),
    (Kind.STOCK, StockLevels, "It decides within a second whether a product is recommended."),
)
_VERSIONS: Final = (
    f" Up to {MOST_RECORDS:,} records, gzip is welcome. Repeating a record is harmless, and an older"
    " ``updated_at`` never overwrites a newer one. A bad record is rejected by itself, the others are kept."
)


def operations(runtime: Runtime) -> tuple[Operation, ...]:
    batches = tuple(
        Operation(
            "POST",
            f"{BASE}/{kind}",
            f"send_{kind}",
            f"Send {kind}",
            GROUP,
            partial(_take, runtime, kind),
            sent=shape,
            answered=Receipt,
            about=about + _VERSIONS,
        )
        for kind, shape, about in _BATCHES
    )
    return (*batches, *_file_operations(runtime))


def _file_operations(runtime: Runtime) -> tuple[Operation, ...]:
    kind = Param("kind", "What the file holds", required=True, schema={"enum": list(Kind)})
    return (
        Operation(
            "POST",
            f"{BASE}/files",
            "send_file",
            "Send a file",
            GROUP,
            partial(_take_file, runtime),
            sent=bytes,
            answered=Upload,
            status=202,
            params=(kind,),
            about=_columns(),
            media=("text/csv", "application/vnd.apache.parquet"),
        ),
        Operation(
            "GET",
            f"{BASE}/files/<import_id>",
            "file_status",
            "How far a file got",
            GROUP,
            partial(_file_status, runtime),
            answered=FileStatus,
            params=(Param("import_id", "As answered to the upload", where="path"),),
        ),
    )


def _columns() -> str:
    """The columns of each kind, as Markdown."""
    kinds = [
        f"- **{kind}**: {', '.join(layout.required)}; optional {', '.join(layout.optional)}"
        for kind, layout in LAYOUTS.items()
    ]
    return (
        "CSV with a header, or parquet, of up to 64 MB. Prices are in major units, in the store's currency"
        " where none is given; times without a zone are the store's. Each bad row is reported with its line"
        " (a CSV file's header is line 1), the others are kept. Columns:\n\n" + "\n".join(kinds)
    )


def _take(runtime: Runtime, kind: Kind, store_id: StoreId, /) -> Response:
    now = runtime.clock.now()
    parsed = parse_batch(kind, edge.body(), now)
    with runtime.unit(store_id) as unit:
        outcome = sync.apply(unit, store_id, parsed.records, valkey=runtime.valkey, now=now)
    return edge.reply(Receipt(outcome.accepted, outcome.stale, list(parsed.rejected)))


def _take_file(runtime: Runtime, store_id: StoreId, /) -> Response:
    named = request.args.get("kind", "")
    if named not in set(Kind):
        raise Invalid(f"kind must be one of {', '.join(Kind)}", "kind")
    content = edge.body(files.LARGEST)
    with runtime.unit(store_id) as unit:
        import_id = files.receive(unit, store_id, Kind(named), content, at=runtime.clock.now())
    return edge.reply(Upload(import_id), 202)


def _file_status(runtime: Runtime, store_id: StoreId, /, import_id: str) -> Response:
    with runtime.unit(store_id) as unit:
        upload = files.get(unit.session, store_id, import_id)
    return edge.reply(
        FileStatus(
            import_id=upload.import_id,
            kind=upload.kind,
            status=upload.status,
            accepted=upload.accepted,
            stale=upload.stale,
            rejected=convert(upload.rejected, list[Rejected]),
            created_at=upload.created_at,
            finished_at=upload.finished_at,
        )
    )
