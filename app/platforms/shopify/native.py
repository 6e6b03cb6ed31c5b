"""Our results as the shop's own recommendations: any theme's native blocks show them, without a script.

They stand in the two metafields that Shopify's Search & Discovery keeps for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from app.kernel.log import get_logger
from app.platforms.base import NativeList
from app.platforms.shopify.client import Client, UserError, refused
from app.platforms.shopify.config import number_of

NAMESPACE: Final = "shopify--discovery--product_recommendation"
RELATED, COMPLEMENTARY = "related_products", "complementary_products"
_TYPE: Final = "list.product_reference"
_PER_CALL: Final = 25
_PER_QUESTION: Final = 100
_MOST: Final = 10  # what the storefront's own endpoint gives at most

T = TypeVar("T")


class _SetError(UserError, rename="camel"):
    element_index: int | None = None


class _SetOutcome(Struct, rename="camel"):
    user_errors: list[_SetError]


class _Set(Struct, rename="camel"):
    metafields_set: _SetOutcome


class _DeleteOutcome(Struct, rename="camel"):
    user_errors: list[UserError]


class _Deleted(Struct, rename="camel"):
    metafields_delete: _DeleteOutcome


class _Value(Struct):
    value: str

    def ids(self) -> tuple[str, ...]:
        return tuple(map(number_of, msgspec.json.decode(self.value, type=list[str])))


class _Product(Struct):
    id: str = ""
    related: _Value | None = None
    complementary: _Value | None = None


class _Products(Struct):
    nodes: list[_Product | None]


@dataclass(frozen=True, slots=True)
class _Field:
    """One list of a product's, and where it stands."""

    where: dict[str, str]
    product_ids: tuple[str, ...]

    def written(self) -> dict[str, str]:
        gids = [f"gid://shopify/Product/{each}" for each in self.product_ids]
        return {**self.where, "type": _TYPE, "value": msgspec.json.encode(gids).decode()}


def held(client: Client, product_ids: Iterable[str]) -> Iterator[NativeList]:
    """What stands there now; nothing of a product that is gone."""
    for some in _batches(product_ids, _PER_QUESTION):
        ids = [f"gid://shopify/Product/{each}" for each in some]
        for node in client.ask("natives", _Products, ids=ids).nodes:
            if node is not None and node.id:
                lists = (each.ids() if each else () for each in (node.related, node.complementary))
                yield NativeList(number_of(node.id), *lists)


def publish(client: Client, lists: Iterable[NativeList]) -> None:
    """An empty list is taken away: then Shopify's own takes its place."""
    _write(client, (NativeList(one.product_id, *_shown(one)) for one in lists))


def withdraw(client: Client, before: Iterable[NativeList]) -> None:
    """Put back what stood there, as it was."""
    _write(client, before)


def _shown(one: NativeList) -> Iterator[tuple[str, ...]]:
    """Never the product itself."""
    for others in (one.related, one.complementary):
        yield tuple(each for each in dict.fromkeys(others) if each != one.product_id)[:_MOST]


def _write(client: Client, lists: Iterable[NativeList]) -> None:
    for some in _batches((field for one in lists for field in _fields(one)), _PER_CALL):
        left = _set(client, [each for each in some if each.product_ids])
        _delete(client, [each.where for each in some if each in left or not each.product_ids])


def _set(client: Client, fields: list[_Field]) -> list[_Field]:
    """Shopify takes all or none. Gives those that it refused: they are, or name, a product that is gone."""
    left: list[_Field] = []
    while fields:
        asked = [each.written() for each in fields]
        errors = client.ask("metafields_set", _Set, metafields=asked).metafields_set.user_errors
        wrong = {each.element_index for each in errors} & set(range(len(fields)))
        if not wrong:
            refused("metafieldsSet", [*errors])
            break
        get_logger(__name__).warning("a list was refused", count=len(wrong), reason=errors[0].message)
        left += [each for at, each in enumerate(fields) if at in wrong]
        fields = [each for at, each in enumerate(fields) if at not in wrong]
    return left


def _delete(client: Client, places: list[dict[str, str]]) -> None:
    if places:
        told = client.ask("metafields_delete", _Deleted, metafields=places)
        refused("metafieldsDelete", told.metafields_delete.user_errors)


def _fields(one: NativeList) -> Iterator[_Field]:
    owner = {"ownerId": f"gid://shopify/Product/{one.product_id}", "namespace": NAMESPACE}
    yield _Field({**owner, "key": RELATED}, one.related)
    yield _Field({**owner, "key": COMPLEMENTARY}, one.complementary)


def _batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(values)
    while some := list(islice(left, size)):
        yield some
