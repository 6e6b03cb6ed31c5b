"""The Admin API of one installation: who may ask, how much, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    execute,
    parse,
    validate,
)

from tests.simulators.shopify import bulk, contract, pixels, points
from tests.simulators.shopify.points import Points
from tests.simulators.shopify.resolve import Ask, resolve
from tests.simulators.shopify.shop import Node, Ref, Shop

MOST_METAFIELDS = 25
CONCURRENT = 5
APP = "gid://shopify/App/7"


@dataclass
class Admin:
    """``slow`` keeps bulk operations running until ``finish_bulk``; ``asked`` keeps what was asked.

    ``copies`` makes a large shop of a small one: so many times the result of a bulk query, by its root.
    """

    shop: Shop
    folder: Path
    address: str
    scopes: frozenset[str] = frozenset()
    slow: bool = False
    copies: dict[str, int] = field(default_factory=dict)
    subscriptions: list[Node] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    points: Points = field(init=False)

    def __post_init__(self) -> None:
        self.points = Points(self.shop.clock)

    def answer(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        document = parse(query)
        schema = contract.load().schema
        errors = validate(schema, document)
        if errors:
            return {"errors": [{"message": each.message} for each in errors]}
        short = self._denied(document)
        if short:
            return {"errors": [short], "data": None}
        asked = document.definitions[0]
        cost = points.requested(asked, variables)
        throttled = self.points.take(cost)
        if throttled:
            return {"errors": [throttled], "extensions": {"cost": self.points.told(cost, None)}}
        self.asked.append(_name(document))
        result = self._execute(document, self._originals(variables))
        data = bulk.moved(result.data, variables.get("ids", ())) if self.copies else result.data
        actual = points.actual(asked, data)
        self.points.settle(cost, actual)
        answer: dict[str, Any] = {"data": data, "extensions": {"cost": self.points.told(cost, actual)}}
        if result.errors:
            answer["errors"] = [each.formatted for each in result.errors]
        return answer

    def _originals(self, variables: dict[str, Any]) -> dict[str, Any]:
        """A copy is answered for by what it is a copy of."""
        if not self.copies or "ids" not in variables:
            return variables
        return {**variables, "ids": [bulk.original(each) for each in variables["ids"]]}

    def _execute(self, document: DocumentNode, variables: dict[str, Any], *, everything: bool = False) -> Any:
        ask = Ask(self.shop, everything, self._installation(), self._shop_node())
        root: dict[str, Callable[..., Node]] = {
            "bulkOperationRunQuery": self._run_bulk,
            "bulkOperationCancel": self._cancel_bulk,
            "metafieldsSet": self._set_metafields,
            "metafieldsDelete": self._delete_metafields,
            "webPixelCreate": lambda webPixel: pixels.create(self.shop, webPixel["settings"]),  # noqa: N803
            "webPixelUpdate": lambda id, webPixel: pixels.update(self.shop, id, webPixel["settings"]),  # noqa: A006, N803
        }
        operation = document.definitions[0]
        is_mutation = (
            isinstance(operation, OperationDefinitionNode) and operation.operation is OperationType.MUTATION
        )

        def field_of(source: Any, info: Any, **args: Any) -> Any:
            if is_mutation and info.path.prev is None:
                if info.field_name not in root:
                    raise GraphQLError(f"the simulator does not know Mutation.{info.field_name}")
                return root[info.field_name](**args)
            return resolve(source, info, **args)

        def kind_of(value: Any, *_: Any) -> Any:
            return value["__typename"]

        return execute(
            contract.load().schema, document, {}, ask, variables,
            field_resolver=field_of, type_resolver=kind_of,
        )  # fmt: skip

    def _denied(self, document: DocumentNode) -> dict[str, Any] | None:
        for need in contract.needs(document):
            if not contract.granted(need, self.scopes):
                wanted = " or ".join(sorted(need.any_of))
                return {
                    "message": f"Access denied for {need.where}. Required access: {wanted}",
                    "extensions": {"code": "ACCESS_DENIED"},
                }
        return None

    def _installation(self) -> Node:
        gid = "gid://shopify/AppInstallation/1"
        held = {"__typename": "AppInstallation", "id": gid, "metafields": []}
        return {
            **self.shop.all("AppInstallation").setdefault(gid, held),
            "app": {"__typename": "App", "id": APP},
            "accessScopes": [{"__typename": "AccessScope", "handle": each} for each in sorted(self.scopes)],
            "activeSubscriptions": self.subscriptions,
        }

    def _shop_node(self) -> Node:
        return {
            "__typename": "Shop", "id": f"gid://shopify/Shop/{self.shop.number}", "name": self.shop.name,
            "myshopifyDomain": self.shop.domain, "currencyCode": self.shop.currency,
            "ianaTimezone": "Europe/London", "enabledPresentmentCurrencies": self.shop.currencies,
            "email": "owner@tea.example",
            "primaryDomain": {"__typename": "Domain", "host": self.shop.host or self.shop.domain},
            "plan": {"__typename": "ShopPlan", "shopifyPlus": False, "partnerDevelopment": False},
        }  # fmt: skip

    # Mutations.

    def _run_bulk(self, query: str, groupObjects: bool) -> Node:  # noqa: N803, FBT001 - Shopify's names
        document = parse(query)
        found = [each.message for each in validate(contract.load().schema, document)]
        found = found or bulk.faults(document)
        denied = self._denied(document) if not found else None
        found += [denied["message"]] if denied else []
        running = [each for each in self.shop.all("BulkOperation").values() if each["status"] == "RUNNING"]
        if len(running) >= CONCURRENT:
            found.append("a bulk query operation for this app and shop is already in progress")
        if found:
            wrong = [{"__typename": "UserError", "field": ["query"], "message": each} for each in found]
            return {"bulkOperation": None, "userErrors": wrong}
        operation = self.shop.add(
            "BulkOperation", status="RUNNING", errorCode=None, objectCount="0", rootObjectCount="0",
            fileSize=None, url=None, partialDataUrl=None, completedAt=None, query=query, type="QUERY",
            grouped=groupObjects,
        )  # fmt: skip
        if not self.slow:
            self.finish_bulk(operation["id"])
        return {"bulkOperation": operation, "userErrors": []}

    def finish_bulk(self, gid: str) -> None:
        operation = self.shop.at(gid)
        result = self._execute(parse(operation["query"]), {}, everything=True)
        if result.errors:
            raise AssertionError(result.errors)
        path = self.folder / f"bulk-{gid.rpartition('/')[2]}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            lines = bulk.lines(result.data, grouped=operation["grouped"])
            copies = max(self.copies.get(root, 1) for root in result.data)
            lines = bulk.copied(list(lines), copies) if copies > 1 else lines
            written = sum(1 for line in lines if file.write(line))
        operation.update(
            status="COMPLETED", objectCount=str(written), completedAt=self.shop.now(),
            fileSize=str(path.stat().st_size),
            url=f"{self.address}/storage.googleapis.com/{path.name}" if written else None,
        )  # fmt: skip
        body = {"admin_graphql_api_id": gid, "status": "completed", "error_code": None, "type": "query"}
        self.shop.tell("bulk_operations/finish", {**body, "completed_at": self.shop.now()})

    def fail_bulk(self, gid: str, code: str) -> None:
        self.shop.at(gid).update(status="FAILED", errorCode=code, url=None)

    def expire_bulk(self, gid: str) -> None:
        """Seven days went by: the result is gone."""
        operation = self.shop.at(gid)
        operation.update(status="EXPIRED", url=None)
        (self.folder / f"bulk-{gid.rpartition('/')[2]}.jsonl").unlink(missing_ok=True)

    def _cancel_bulk(self, id: str) -> Node:  # noqa: A002 - Shopify's name
        operation = self.shop.at(id)
        operation["status"] = "CANCELED"
        return {"bulkOperation": operation, "userErrors": []}

    def _set_metafields(self, metafields: list[dict[str, Any]]) -> Node:
        wrong = _wrong_metafields(self.shop, metafields)
        if wrong:
            told = {"__typename": "MetafieldsSetUserError", "field": ["metafields"], "code": "INVALID"}
            said = [{**told, "message": what, "elementIndex": at} for at, what in wrong]
            return {"metafields": [], "userErrors": said}
        made = []
        for each in metafields:
            owner = self.shop.at(each["ownerId"])
            owner["metafields"] = [
                held for held in owner["metafields"] if not _is_same(self.shop.at(held.gid), each)
            ]
            node = self.shop.add(
                "Metafield", namespace=each["namespace"], key=each["key"], value=each["value"],
                type=each["type"], ownerId=each["ownerId"],
            )  # fmt: skip
            owner["metafields"].append(Ref(node["id"]))
            owner["updatedAt"] = self.shop.now()
            made.append(node)
        return {"metafields": made, "userErrors": []}

    def _delete_metafields(self, metafields: list[dict[str, Any]]) -> Node:
        gone = []
        for each in metafields:
            owner = self.shop.find(each["ownerId"])
            kept = [] if owner is None else owner["metafields"]
            left = [held for held in kept if not _is_same(self.shop.at(held.gid), each)]
            gone.append({"__typename": "MetafieldIdentifier", **each} if len(left) < len(kept) else None)
            if owner is not None:
                owner["metafields"] = left
        return {"deletedMetafields": gone, "userErrors": []}


def _is_same(held: Node, named: dict[str, Any]) -> bool:
    return bool(held["namespace"] == named["namespace"] and held["key"] == named["key"])


def _wrong_metafields(shop: Shop, metafields: list[dict[str, Any]]) -> list[tuple[int | None, str]]:
    """What is against them, with the place in the list where it is one of them."""
    if len(metafields) > MOST_METAFIELDS:
        return [(None, f"Exceeded the maximum metafields input limit of {MOST_METAFIELDS}")]
    named = [(at, each["ownerId"]) for at, each in enumerate(metafields)]
    for at, each in enumerate(metafields):
        if each["type"] == "list.product_reference":
            named += [(at, gid) for gid in json.loads(each["value"])]
    return [(at, f"Does not exist: {gid}") for at, gid in named if shop.find(gid) is None]


def _name(document: DocumentNode) -> str:
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return operation.name.value if operation.name else "?"
