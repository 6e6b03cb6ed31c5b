"""Bulk operations: checked as Shopify checks them, run over the whole shop, written as JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLList,
    GraphQLNonNull,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

from tests.simulators.shopify import contract

MOST_CONNECTIONS = 5
DEEPEST = 2

_ID = re.compile(r"(gid://shopify/(?!Customer|Location)\w+/)(\d+)")
_APART = 10_000_000


class _Connections(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.open: list[str] = []
        self.count = 0
        self.faults: list[str] = []

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        kind = self.info.get_type()
        is_connection = kind is not None and get_named_type(kind).name.endswith("Connection")
        bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        is_list = isinstance(bare, GraphQLList) and node.name.value not in {"edges", "nodes"}
        self.open.append("connection" if is_connection else "list" if is_list else "")
        if is_connection:
            self.count += 1
            if "list" in self.open:
                self.faults.append("queries that contain a connection field within a list are not supported")
            if self.open.count("connection") > DEEPEST:
                self.faults.append("the query is nested too deeply")

    def leave_field(self, *_: Any) -> None:
        self.open.pop()


def faults(document: DocumentNode) -> list[str]:
    """Why Shopify would not run this in bulk."""
    info = TypeInfo(contract.load().schema)
    walk = _Connections(info)
    visit(document, TypeInfoVisitor(info, walk))
    if not walk.count:
        walk.faults.append("bulk queries must contain at least one connection")
    if walk.count > MOST_CONNECTIONS:
        walk.faults.append("bulk queries have at most five connections")
    return walk.faults


def lines(data: dict[str, Any], *, grouped: bool) -> Iterator[str]:
    """Parents and children as lines: children follow their parent, or all parents go first."""
    parents: list[dict[str, Any]] = []
    children: list[dict[str, Any]] = []
    for connection in data.values():
        for edge in connection["edges"]:
            family = list(_family(edge["node"], None))
            if grouped:
                yield from (_line(each) for each in family)
            else:
                parents.append(family[0])
                children.extend(family[1:])
    yield from (_line(each) for each in parents + children)


def copied(lines: list[str], times: int) -> Iterator[str]:
    """The same shop many times over, with other ids each time; customers stay who they are."""
    for copy in range(times):
        for line in lines:
            yield _ID.sub(partial(_shifted, copy * _APART), line)


def original(gid: str) -> str:
    return _ID.sub(lambda found: f"{found[1]}{int(found[2]) % _APART}", gid)


def moved(data: Any, gids: Sequence[str]) -> Any:
    """The nodes that were asked for by id, as their copies would say."""
    if not data or "nodes" not in data:
        return data
    by = [int(gid.rpartition("/")[2]) // _APART * _APART for gid in gids]
    told = [
        json.loads(_ID.sub(partial(_shifted, far), json.dumps(node)))
        for node, far in zip(data["nodes"], by, strict=True)
    ]
    return {**data, "nodes": told}


def _shifted(by: int, found: re.Match[str]) -> str:
    return f"{found[1]}{int(found[2]) + by}"


def _family(node: dict[str, Any], parent: str | None) -> Iterator[dict[str, Any]]:
    plain = {key: value for key, value in node.items() if not _is_connection(value)}
    yield plain if parent is None else {**plain, "__parentId": parent}
    for value in node.values():
        if _is_connection(value):
            for edge in value["edges"]:
                yield from _family(edge["node"], node["id"])


def _is_connection(value: Any) -> bool:
    return isinstance(value, dict) and "edges" in value


def _line(node: dict[str, Any]) -> str:
    return json.dumps(node, separators=(",", ":")) + "\n"
