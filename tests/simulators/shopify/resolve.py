"""How a query is answered from the shop's nodes: graphql-core does the rest, against Shopify's own schema."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, get_named_type

from tests.simulators.shopify.shop import Node, Ref, Shop

ROOTS = {
    "products": "Product", "orders": "Order", "customers": "Customer", "inventoryItems": "InventoryItem",
    "markets": "Market", "bulkOperations": "BulkOperation", "events": "BasicEvent",
    "webPresences": "MarketWebPresence",
}  # fmt: skip
_TERM = re.compile(r"(\w+):(>=|<=|>|<)?'?([^'\s]+)'?")
_FIELDS = {
    "updated_at": "updatedAt", "created_at": "createdAt", "status": "status", "type": "type",
    "action": "action", "subject_type": "subjectType",
}  # fmt: skip
_KEYS = {"UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt"}


@dataclass
class Ask:
    """One request: ``everything`` lifts the pages off the connections, as in a bulk operation."""

    shop: Shop
    everything: bool = False
    installation: Node = field(default_factory=dict)
    shop_node: Node = field(default_factory=dict)


def resolve(source: Any, info: GraphQLResolveInfo[Any], **args: Any) -> Any:
    """Every field of every type, but the mutations. What a node lacks is an error, never a silent null."""
    ask: Ask = info.context
    name = info.field_name
    if info.path.prev is None:
        value = _root(ask, name, args)
    elif isinstance(source, Ref):
        value = ask.shop.at(source.gid)[name]
    elif name == "metafield":
        value = _metafield(ask, source, args)
    elif callable(source.get(name)):
        value = source[name](**args)
    elif name in source:
        value = source[name]
    else:
        raise GraphQLError(f"the simulator does not know {info.parent_type.name}.{name}")
    if isinstance(value, list) and get_named_type(info.return_type).name.endswith("Connection"):
        return _connection(ask, value, args)
    return _opened(ask, value)


def _opened(ask: Ask, value: Any) -> Any:
    if isinstance(value, Ref):
        return ask.shop.find(value.gid)
    if isinstance(value, list):
        return [_opened(ask, each) for each in value]
    return value


def _metafield(ask: Ask, source: Node, args: dict[str, Any]) -> Node | None:
    held = (ask.shop.at(each.gid) for each in source["metafields"])
    wanted = (args["namespace"], args["key"])
    return next((each for each in held if (each["namespace"], each["key"]) == wanted), None)


def _root(ask: Ask, name: str, args: dict[str, Any]) -> Any:
    if name in ROOTS:
        return _chosen(list(ask.shop.all(ROOTS[name]).values()), args)
    if name == "nodes":
        return [ask.shop.find(each) for each in args["ids"]]
    if name == "shop":
        return ask.shop_node
    if name == "currentAppInstallation":
        return ask.installation
    if name == "webPixel" and "id" not in args:
        held = list(ask.shop.all("WebPixel").values())
        if not held:
            raise GraphQLError("No web pixel was found for this app.")
        return held[0]
    if "id" in args:
        return ask.shop.find(args["id"])
    raise GraphQLError(f"the simulator does not know QueryRoot.{name}")


def _chosen(nodes: list[Node], args: dict[str, Any]) -> list[Node]:
    """Those that the search ``query`` means, in the order of ``sortKey``."""
    for name, sign, value in _TERM.findall(args.get("query") or ""):
        if name not in _FIELDS:
            raise GraphQLError(f"the simulator cannot search by {name}")
        nodes = [each for each in nodes if _matches(str(each[_FIELDS[name]]), sign, value)]
    key = _KEYS.get(args.get("sortKey") or "", "")
    return sorted(nodes, key=lambda node: (str(node.get(key, "")), len(node["id"]), node["id"]))


def _matches(held: str, sign: str, wanted: str) -> bool:
    wanted = wanted.replace("+00:00", "Z")
    return {
        ">=": held >= wanted, "<=": held <= wanted, ">": held > wanted, "<": held < wanted,
        "": held.lower() == wanted.lower(),
    }[sign]  # fmt: skip


def _connection(ask: Ask, nodes: list[Any], args: dict[str, Any]) -> Node:
    nodes = [node for node in (_opened(ask, each) for each in nodes) if node is not None]
    start = 0
    if args.get("after"):
        at = next((i for i, node in enumerate(nodes) if _cursor(node) == args["after"]), None)
        if at is None:
            raise GraphQLError("the cursor is not valid")
        start = at + 1
    first = len(nodes) if ask.everything else args.get("first")
    if first is None:
        raise GraphQLError("you must provide one of first or last")
    shown = nodes[start : start + first]
    edges = [{"node": node, "cursor": _cursor(node)} for node in shown]
    page = {
        "hasNextPage": start + first < len(nodes),
        "hasPreviousPage": start > 0,
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "nodes": shown, "pageInfo": page}


def _cursor(node: Node) -> str:
    return "c" + str(node.get("id", "")).rpartition("/")[2]
