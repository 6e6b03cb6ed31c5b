"""Our results as the shop's own recommendations: any theme's native blocks show them, without a script.

They stand in the two metafields that Shopify's Search & Discovery keeps for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from app.platforms.base import NativeList
from app.platforms.shopify.client import Client, UserError, refused

NAMESPACE: Final = "shopify--discovery--product_recommendation"
RELATED, COMPLEMENTARY = "related_products", "complementary_products"
_TYPE: Final = "list.product_reference"
_PER_CALL: Final = 25
T = TypeVar("T")

_MOST: Final = 10  # what the storefront's own endpoint gives at most


class _Outcome(Struct, rename="camel"):
    user_errors: list[UserError]


class _Set(Struct, rename="camel"):
    metafields_set: _Outcome


class _Deleted(Struct, rename="camel"):
    metafields_delete: _Outcome


def publish(client: Client, lists: Iterable[NativeList]) -> None:
    """An empty list is taken away: then Shopify's own takes its place."""
    for some in _batches((each for one in lists for each in _fields(one)), _PER_CALL):
        filled = [
            {**where, "type": _TYPE, "value": msgspec.json.encode(gids).decode()}
            for where, gids in some
            if gids
        ]
        if filled:
            told = client.ask("metafields_set", _Set, metafields=filled)
            refused("metafieldsSet", told.metafields_set.user_errors)
        _delete(client, [where for where, gids in some if not gids])


def withdraw(client: Client, product_ids: Iterable[str]) -> None:
    places = (where for product_id in product_ids for where in _places(product_id))
    for some in _batches(places, _PER_CALL):
        _delete(client, list(some))


def _delete(client: Client, places: list[dict[str, str]]) -> None:
    if places:
        told = client.ask("metafields_delete", _Deleted, metafields=places)
        refused("metafieldsDelete", told.metafields_delete.user_errors)


def _fields(one: NativeList) -> Iterator[tuple[dict[str, str], list[str]]]:
    related, complementary = _places(one.product_id)
    yield related, _gids(one.product_id, one.related)
    yield complementary, _gids(one.product_id, one.complementary)


def _places(product_id: str) -> tuple[dict[str, str], dict[str, str]]:
    owner = {"ownerId": f"gid://shopify/Product/{product_id}", "namespace": NAMESPACE}
    return {**owner, "key": RELATED}, {**owner, "key": COMPLEMENTARY}


def _gids(product_id: str, others: Iterable[str]) -> list[str]:
    """Never the product itself."""
    kept = [each for each in dict.fromkeys(others) if each != product_id][:_MOST]
    return [f"gid://shopify/Product/{each}" for each in kept]


def _batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(values)
    while some := list(islice(left, size)):
        yield some
