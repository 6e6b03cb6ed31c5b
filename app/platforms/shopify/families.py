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
from app.platforms.records import ProductDeletion, ProductRecord, Record
from app.platforms.shopify import mapping
from app.platforms.shopify.client import Client
from app.platforms.shopify.config import number_of
from app.platforms.shopify.shapes import (
    Child,
    CollectionNode,
    CountedNode,
    CustomerNode,
    LevelNode,
    LineNode,
    MediaNode,
    OrderNode,
    PageInfo,
    ProductNode,
    RefundLineNode,
    RefundLines,
    RefundNode,
    VariantNode,
)

T = TypeVar("T")

_REFUNDS_PER_CALL: Final = 8  # with 20 lines each: below the 1,000 points that one query may cost

_MEDIA: Final = "media"


@dataclass(frozen=True, slots=True)
class Family:
    """A parent's line and its children's."""

    id: str
    parent: bytes
    children: list[bytes]


class _Refunds(Struct):
    nodes: list[RefundNode | None]


class _Deletion(Struct, rename="camel"):
    created_at: datetime
    subject_id: str = ""


class _DeletionNodes(Struct, rename="camel"):
    nodes: list[_Deletion]
    page_info: PageInfo


class _Deletions(Struct):
    events: _DeletionNodes


class _More(Struct, rename="camel"):
    refund_line_items: RefundLines


class _MoreLines(Struct):
    refund: _More | None = None


def records(
    client: Client, kind: Kind, families: Sequence[Family], asked: datetime
) -> Iterator[tuple[Record, ...]]:
    """One batch or more: each is there as soon as it is asked for. Raises Upstream as ``Client.ask``, and
    where a line is not what was asked for.
    """
    if kind is Kind.PRODUCTS:
        yield tuple(_product(each, asked) for each in families)
    elif kind is Kind.CUSTOMERS:
        yield tuple(mapping.customer(_read(each.parent, CustomerNode)) for each in families)
    elif kind is Kind.STOCK:
        yield tuple(
            mapping.level(each.id, _read(child, LevelNode))
            for each in families
            if _read(each.parent, CountedNode).tracked
            for child in each.children
        )
    else:
        yield from _orders(client, families)


def _product(family: Family, asked: datetime) -> ProductRecord:
    kinds: dict[str, list[bytes]] = {"ProductVariant": [], "Collection": [], _MEDIA: []}
    for child in family.children:
        kind = _read(child, Child).id.removeprefix("gid://shopify/").partition("/")[0]
        kinds[kind if kind in kinds else _MEDIA].append(child)
    inside = mapping.Inside(
        [_read(each, VariantNode) for each in kinds["ProductVariant"]],
        [_read(each, CollectionNode) for each in kinds["Collection"]],
        [_read(each, MediaNode) for each in kinds[_MEDIA]],
    )
    return mapping.product(_read(family.parent, ProductNode), inside, asked)


def _orders(client: Client, families: Sequence[Family]) -> Iterator[tuple[Record, ...]]:
    """Orders, then what went back for them: a bulk query may not look into refunds, so they are asked for."""
    nodes = [_read(each.parent, OrderNode) for each in families]
    yield tuple(
        mapping.order(node, [_read(child, LineNode) for child in each.children])
        for node, each in zip(nodes, families, strict=True)
    )
    returned = [refund.id for node in nodes for refund in node.refunds]
    for start in range(0, len(returned), _REFUNDS_PER_CALL):
        told = client.ask("refunds", _Refunds, ids=returned[start : start + _REFUNDS_PER_CALL])
        yield tuple(mapping.refund(found, list(_lines(client, found))) for found in told.nodes if found)


def deletions(client: Client, since: str) -> Iterator[tuple[Record, ...]]:
    """The products that the shop deleted after that moment: a bulk query cannot say what is not there."""
    query, after = f"subject_type:PRODUCT action:destroy created_at:>='{since}'", None
    while True:
        page = client.ask("deletions", _Deletions, query=query, after=after).events
        yield tuple(
            ProductDeletion(number_of(each.subject_id), mapping.utc(each.created_at))
            for each in page.nodes
            if each.subject_id
        )
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page or not after:
            return


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
