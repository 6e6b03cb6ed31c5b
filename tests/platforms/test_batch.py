from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.kernel.errors import Invalid
from app.kernel.money import Money
from app.platforms.base import Kind
from app.platforms.custom.batch import parse_batch
from app.platforms.records import OrderRecord, OrderStatus, ProductDeletion, ProductRecord, StockRecord

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PRICE = {"amount": 425, "currency": "GBP"}


def line(**more: Any) -> dict[str, Any]:
    return {"product_id": "tea", "quantity": 2, "unit_price": PRICE, **more}


def order(**more: Any) -> dict[str, Any]:
    return {"id": "o1", "created_at": "2026-11-20T10:00:00Z", "currency": "GBP", "lines": [line()], **more}


def parsed(kind: Kind, *records: Any) -> Any:
    return parse_batch(kind, json.dumps({kind: records}).encode(), NOON)


def one(kind: Kind, record: Any) -> Any:
    found = parsed(kind, record)
    assert found.rejected == ()
    return found.records[0]


def reason(kind: Kind, record: Any) -> str:
    found = parsed(kind, record)
    assert found.records == ()
    return str(found.rejected[0].reason)


def test_an_order_is_read_with_its_defaults() -> None:
    read = one(Kind.ORDERS, order(customer_id="ann", visitor_id="v1"))
    assert isinstance(read, OrderRecord)
    assert (read.version, read.status) == (datetime(2026, 11, 20, 10, tzinfo=UTC), OrderStatus.PAID)
    assert (read.lines[0].line_id, read.lines[0].total) == ("1", Money(850, "GBP"))


def test_times_are_turned_to_utc() -> None:
    read = one(Kind.ORDERS, order(created_at="2026-11-20T10:00:00+05:30"))
    assert read.created_at == datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
    assert read.created_at.tzinfo is UTC


def test_a_bad_record_is_named_and_the_good_ones_are_kept() -> None:
    found = parsed(Kind.ORDERS, order(id="a"), order(id="b", lines=[line(quantity=0)]), order(id="c"))
    assert [each.order_id for each in found.records] == ["a", "c"]
    bad = found.rejected[0]
    assert (bad.line, bad.id, bad.reason) == (2, "b", "lines[0].quantity: Expected `int` >= 1")


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (order(created_at="2026-11-20T10:00:00"), "timezone"),
        (order(created_at="yesterday"), "created_at"),
        (order(created_at="0001-01-01T00:00:00+10:00"), "out of range"),
        (order(created_at="1960-01-01T00:00:00Z"), "before 1970"),
        (order(updated_at="2026-11-23T10:00:00Z"), "future"),
        (order(currency="POUND"), "currency"),
        (order(currency="gbp"), "'gbp' is not an ISO 4217 currency"),
        (order(lines=[line(), line(unit_price={"amount": 1, "currency": "USD"})]), "line 2 is not in GBP"),
        (order(lines=[line(id="x"), line(id="x")]), "line x is there twice"),
        (order(lines=[line(unit_price={"amount": -1, "currency": "GBP"})]), ">= 0"),
        (order(lines=[line(unit_price={"amount": 4.25, "currency": "GBP"})]), "int"),
        (order(lines=[line(unit_price={"amount": 10**15, "currency": "GBP"}, quantity=10**6)]), "too large"),
        (order(lines=[line(product_id="")]), "product_id"),
        (order(status="lost"), "status"),
        (order(customer_id="a\0b"), "NUL"),
        (order(id="x" * 201), "id"),
        (order(lines=None), "lines"),
        ("o1", "object"),
        (None, "object"),
        ({}, "id"),
    ],
)
def test_what_cannot_be_meant_has_a_reason(record: Any, why: str) -> None:
    assert why in reason(Kind.ORDERS, record)


def test_a_backslash_before_u0000_is_just_text() -> None:
    assert one(Kind.ORDERS, order(customer_id="\\u0000")).customer_id == "\\u0000"


def test_a_product_brings_what_it_says_of_stock_and_nothing_else() -> None:
    told = {"id": "tea", "title": "Tea", "price": PRICE, "updated_at": "2026-11-20T10:00:00Z"}
    read = one(Kind.PRODUCTS, {**told, "variants": [{"id": "s", "stock": 3}, {"id": "m"}]})
    assert isinstance(read, ProductRecord)
    assert read.stock == (StockRecord("tea", "s", 3, datetime(2026, 11, 20, 10, tzinfo=UTC)),)
    assert [each.price for each in read.variants] == [Money(425, "GBP")] * 2


def test_null_stock_says_that_it_is_not_counted() -> None:
    told = {"id": "tea", "title": "Tea", "price": PRICE, "stock": None}
    assert [each.stock for each in one(Kind.PRODUCTS, told).stock] == [None]


def test_a_deleted_product_needs_no_title() -> None:
    assert one(Kind.PRODUCTS, {"id": "tea", "deleted": True}) == ProductDeletion("tea", NOON)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"id": "tea", "price": PRICE}, "the title is missing"),
        ({"id": "tea", "title": "Tea"}, "the price is missing"),
        ({"id": "tea", "title": "Tea", "price": PRICE, "stock": 2**31}, "stock"),
        ({"id": "t", "title": "T", "price": PRICE, "variants": [{"id": "s"}, {"id": "s"}]}, "variant s"),
        ({"id": "t", "title": "T", "price": PRICE, "compare_at": {"amount": 1, "currency": "EUR"}}, "share"),
    ],
)
def test_a_bad_product_has_a_reason(record: Any, why: str) -> None:
    assert why in reason(Kind.PRODUCTS, record)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"orders": 3}', b'{"orders": [', b"\xff", b'{"products": []}', b"null"]
)
def test_a_body_without_its_list_is_invalid(body: bytes) -> None:
    with pytest.raises(Invalid, match="the body must be"):
        parse_batch(Kind.ORDERS, body, NOON)


def test_more_than_a_thousand_records_are_refused_together() -> None:
    with pytest.raises(Invalid, match="at most 1,000"):
        parsed(Kind.STOCK, *[{"product_id": "tea", "stock": 1}] * 1001)


def test_text_that_is_not_utf_8_spoils_only_its_record() -> None:
    body = b'{"stock": [{"product_id": "\xff", "stock": 1}, {"product_id": "tea", "stock": 1}]}'
    found = parse_batch(Kind.STOCK, body, NOON)
    assert (len(found.records), found.rejected[0].reason) == (1, "a text is not UTF-8")
