"""A file says the same as JSON would, whatever it is made of."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.kernel.errors import Invalid
from app.platforms.base import Kind
from app.platforms.custom.batch import parse_batch
from app.platforms.custom.cells import Habits
from app.platforms.custom.rows import parse_file
from app.platforms.records import OrderRecord, Record, Rejected
from tests.platforms.test_batch import NOON

ORDERS = """order_id,created_at,customer_id,product_id,quantity,price
1,2026-11-20 10:00:00,17850,tea,2,4.25
2,2026-11-20 11:00:00,,cup,1,0.85
1,2026-11-20 10:00:00,17850,"pot, big",1,12
"""


def parse(kind: Kind, content: str | bytes, zone: str = "UTC") -> tuple[list[Record], list[Rejected]]:
    raw = content.encode() if isinstance(content, str) else content
    records: list[Record] = []
    rejected: list[Rejected] = []
    for parsed, _ in parse_file(lambda: io.BytesIO(raw), kind, Habits("GBP", ZoneInfo(zone), NOON)):
        records += parsed.records
        rejected += parsed.rejected
    return records, rejected


def parquet(columns: dict[str, Any]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


def reasons(kind: Kind, content: str) -> list[tuple[int, str]]:
    return [(each.line, each.reason) for each in parse(kind, content)[1]]


def test_csv_parquet_and_json_say_the_same() -> None:
    at = [datetime(2026, 11, 20, hour) for hour in (10, 11, 10)]  # noqa: DTZ001 - as such files have them
    binary = parquet(
        {
            "order_id": pa.array([1, 2, 1], pa.int32()),
            "created_at": pa.array(at, pa.timestamp("us")),
            "customer_id": pa.array([17850.0, None, 17850.0], pa.float64()),
            "country": ["UK", "UK", "UK"],
            "product_id": pa.array(["tea", "cup", "pot, big"]).dictionary_encode(),
            "quantity": pa.array([2, 1, 1], pa.int64()),
            "price": pa.array([4.25, 0.85, 12.0], pa.float32()),
        }
    )

    def line(product: str, quantity: int, amount: int) -> dict[str, Any]:
        price = {"amount": amount, "currency": "GBP"}
        return {"product_id": product, "quantity": quantity, "unit_price": price}

    sent = {
        "orders": [
            {
                "id": "2",
                "created_at": "2026-11-20T11:00:00Z",
                "currency": "GBP",
                "lines": [line("cup", 1, 85)],
            },
            {
                "id": "1",
                "created_at": "2026-11-20T10:00:00Z",
                "currency": "GBP",
                "customer_id": "17850",
                "lines": [line("tea", 2, 425), line("pot, big", 1, 1200)],
            },
        ]
    }
    by_json = list(parse_batch(Kind.ORDERS, json.dumps(sent).encode(), NOON).records)
    assert parse(Kind.ORDERS, ORDERS) == (by_json, [])
    assert parse(Kind.ORDERS, binary) == (by_json, [])


def test_a_bad_row_is_named_by_its_line_and_the_rest_of_its_order_kept() -> None:
    content = ORDERS.replace("tea,2,4.25", "tea,two,4.25").replace("cup,1,0.85", "cup,1,cheap")
    records, rejected = parse(Kind.ORDERS, content)
    assert [(each.line, each.id, each.reason) for each in rejected] == [
        (3, "2", "price: 'cheap' is not an amount of money"),
        (2, "1", "quantity: 'two' is not a whole number"),
    ]
    (order,) = records
    assert isinstance(order, OrderRecord)
    assert [(line.line_id, line.product_id) for line in order.lines] == [("2", "pot, big")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("1,2026-11-20,,tea,1", "5 cells where the header has 6"),
        ("1,2026-11-20,,tea,1,1,1", "7 cells where the header has 6"),
        (",2026-11-20,,tea,1,1", "order_id is missing"),
        ("1,20/11/2026,,tea,1,1", "created_at: '20/11/2026' is not a time like 2026-01-31T10:00:00Z"),
        ("1,2026-11-20,,,1,1", "product_id is missing"),
        ("1,2026-11-20,,tea,0,1", "quantity: Expected `int` >= 1"),
        ("1,2026-11-20,,tea,1.5,1", "quantity: '1.5' is not a whole number"),
        ("1,2026-11-20,,tea,1,-1", "unit_price.amount: Expected `int` >= 0"),
        ("1,2026-11-20,,tea,1,nan", "price: 'nan' is not an amount of money"),
        ("1,2026-11-20,,t\0a,1,1", "there is a NUL character in a text"),
    ],
)
def test_each_bad_row_has_its_reason(row: str, why: str) -> None:
    content = "order_id,created_at,customer_id,product_id,quantity,price\n" + row + "\n9,2026-11-20,,t,1,1\n"
    records, rejected = parse(Kind.ORDERS, content)
    assert [(each.line, each.reason) for each in rejected] == [(2, why)]
    assert len(records) == 1


def test_text_that_is_not_utf_8_spoils_only_its_row() -> None:
    records, rejected = parse(Kind.ORDERS, ORDERS.encode() + b"7,2026-11-20,,\xff,1,1\n")
    assert (len(records), [each.reason for each in rejected]) == (2, ["a text is not UTF-8"])


def test_a_quoted_line_break_does_not_shift_the_lines() -> None:
    content = 'customer_id,name\na,"Ann\nLee"\n,nobody\n'
    assert reasons(Kind.CUSTOMERS, content) == [(4, "customer_id is missing")]


def test_a_time_without_a_zone_is_the_shops() -> None:
    (order, *_), _ = parse(Kind.ORDERS, ORDERS, zone="Europe/Berlin")
    assert isinstance(order, OrderRecord)
    assert order.created_at == datetime(2026, 11, 20, 10, tzinfo=UTC)  # 11:00 in Berlin


def test_semicolons_a_byte_order_mark_and_capitals_are_understood() -> None:
    content = "\ufeffCustomer_ID;Name\na;Ann\n"
    records, rejected = parse(Kind.CUSTOMERS, content)
    assert (len(records), rejected) == (1, [])


def test_variants_of_a_product_are_rows_with_its_id() -> None:
    content = "product_id,title,price,variant_id,stock\ntee,T-shirt,20,s,3\ncup,Cup,5,,\ntee,,22.50,m,\n"
    records, rejected = parse(Kind.PRODUCTS, content)
    assert rejected == []
    cup, tee = records
    assert [(v.variant_id, v.price.amount) for v in tee.variants] == [("s", 2000), ("m", 2250)]  # type: ignore[union-attr]
    assert (tee.title, [s.stock for s in tee.stock], cup.stock) == ("T-shirt", [3], ())  # type: ignore[union-attr]


def test_refunds_and_stock_come_by_file_too() -> None:
    refunds = "refund_id,order_id,created_at,line_id,amount\nr1,o1,2026-11-20,1,4.25\nr1,o1,2026-11-20,2,1\n"
    (refund,), _ = parse(Kind.REFUNDS, refunds)
    assert [line.amount.amount for line in refund.lines] == [425, 100]  # type: ignore[union-attr]
    (level, none), _ = parse(Kind.STOCK, "product_id,stock\ntea,3.0\ncup,\n")
    assert (level.stock, none.stock) == (3, None)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"order_id,product_id\n", "needs the column created_at, price, quantity"),
        (b"PAR1nonsense", "damaged"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(content: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        parse(Kind.ORDERS, content)


def test_orders_spread_over_the_file_are_whole() -> None:
    rows: Sequence[str] = [f"{n % 50},2026-11-20,,p{n},1,1.00" for n in range(500)]
    records, _ = parse(
        Kind.ORDERS, "order_id,created_at,customer_id,product_id,quantity,price\n" + "\n".join(rows)
    )
    assert [len(each.lines) for each in records] == [10] * 50  # type: ignore[union-attr]


def test_a_row_that_cannot_be_read_does_not_take_its_order_along() -> None:
    binary = parquet(
        {
            "order_id": ["1", "1"],
            "created_at": ["2026-11-20"] * 2,
            "product_id": ["tea", "c\0p"],
            "quantity": [1, 1],
            "price": [1.0, 1.0],
        }
    )
    (order,), rejected = parse(Kind.ORDERS, binary)
    assert len(order.lines) == 1  # type: ignore[union-attr]
    assert [(each.line, each.reason) for each in rejected] == [(2, "there is a NUL character in a text")]
