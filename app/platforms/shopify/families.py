"""Lines of a bulk result as records: a parent with its children at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from app.kernel.errors import Upstream
from app.platforms.base import Kind
from app.platforms.records import Record
from app.platforms.shopify import mapping
from app.platforms.shopify.client import Client
from app.platforms.shopify.shapes import (
    CustomerNode,
    LevelNode,
    LineNode,
    OrderNode,
    ProductNode,
    RefundLineNode,
    RefundLines,
    RefundNode,
    VariantNode,
)

T = TypeVar("T")

_REFUNDS_PER_CALL: Final = 8  # with 20 lines each: below the 1,000 points that one query may cost


@dataclass(frozen=True, slots=True)
class Family:
    """A parent's line and its children's."""

    id: str
    parent: bytes
    children: list[bytes]


class _Refunds(Struct):
    nodes: list[RefundNode | None]


class _More(Struct, rename="camel"):
    refund_line_items: RefundLines


class _MoreLines(Struct):
    refund: _More | None = None


def records(client: Client, kind: Kind, families: Sequence[Family], asked: datetime) -> tuple[Record, ...]:
    """Raises Upstream where a line is not what was asked for."""
    if kind is Kind.PRODUCTS:
        return tuple(
            mapping.product(
                _read(each.parent, ProductNode), [_read(child, VariantNode) for child in each.children], asked
            )
            for each in families
        )
    if kind is Kind.CUSTOMERS:
        return tuple(mapping.customer(_read(each.parent, CustomerNode)) for each in families)
    if kind is Kind.STOCK:
        return tuple(
            mapping.level(each.id, _read(child, LevelNode)) for each in families for child in each.children
        )
    return tuple(_orders(client, families))


def _orders(client: Client, families: Sequence[Family]) -> Iterator[Record]:
    """Orders, then what went back for them: a bulk query may not look into refunds, so they are asked for."""
    returned: list[str] = []
    for each in families:
        node = _read(each.parent, OrderNode)
        returned += [refund.id for refund in node.refunds]
        yield mapping.order(node, [_read(child, LineNode) for child in each.children])
    for start in range(0, len(returned), _REFUNDS_PER_CALL):
        told = client.ask("refunds", _Refunds, ids=returned[start : start + _REFUNDS_PER_CALL])
        for found in filter(None, told.nodes):
            yield mapping.refund(found, list(_lines(client, found)))


def _lines(client: Client, node: RefundNode) -> Iterable[RefundLineNode]:
    page = node.refund_line_items
    yield from page.nodes
    while page.page_info.has_next_page and page.page_info.end_cursor:
        told = client.ask("refund_lines", _MoreLines, id=node.id, after=page.page_info.end_cursor)
        if told.refund is None:
            return
        page = told.refund.refund_line_items
        yield from page.nodes


def _read(line: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=shape)
    except msgspec.MsgspecError as error:
        raise Upstream(f"a line of a bulk result is not what was asked for: {error}", retry=False) from None
