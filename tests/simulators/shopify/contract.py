"""The Admin API as Shopify publishes it: its schema, and the access scopes that types and fields need."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    get_named_type,
    parse,
    validate,
    visit,
)

VERSION = "2026-10"
PARTNER_VERSION = "2026-07"
FOLDER = Path(__file__).parent / "contracts"


@dataclass(frozen=True)
class Contract:
    schema: GraphQLSchema
    of_type: dict[str, frozenset[str]]
    of_field: dict[tuple[str, str], frozenset[str]]


@dataclass(frozen=True)
class Need:
    """``where`` in a document one of these scopes must be granted."""

    where: str
    any_of: frozenset[str]


@lru_cache(maxsize=1)
def load() -> Contract:
    with gzip.open(FOLDER / f"admin_{VERSION}.introspection.json.gz") as file:
        told = json.load(file)
    of_type, of_field = {}, {}
    for item in told["offline_scopes"]["items"]:
        scopes = frozenset(item["offlineScopes"])
        if item["type"] == "type":
            of_type[item["typeName"]] = scopes
        else:
            of_field[item["typeName"], item["fieldName"]] = scopes
    return Contract(build_client_schema(told["data"], assume_valid=True), of_type, of_field)


@lru_cache(maxsize=1)
def partner() -> GraphQLSchema:
    """The Partner API, in which the makers of apps see who pays for what."""
    with gzip.open(FOLDER / f"partner_{PARTNER_VERSION}.introspection.json.gz") as file:
        return build_client_schema(json.load(file)["data"], assume_valid=True)


def topics() -> dict[str, dict[str, Any]]:
    """Every webhook topic by name: the scopes' nouns, and whether it may stand in the app's TOML."""
    told: dict[str, dict[str, Any]] = json.loads((FOLDER / "topics_2026-07.json").read_text("utf-8"))
    return told


def samples() -> dict[str, dict[str, Any]]:
    """Shopify's own example of each webhook that we hear."""
    told: dict[str, dict[str, Any]] = json.loads((FOLDER / "samples_2026-07.json").read_text("utf-8"))
    return told


def faults(text: str, schema: GraphQLSchema | None = None) -> list[str]:
    """What the schema has against an operation: errors, and anything deprecated."""
    document = parse(text)
    schema = schema or load().schema
    found = validate(schema, document) + validate(schema, document, [NoDeprecatedCustomRule])
    return [each.message for each in found]


def needs(document: DocumentNode) -> list[Need]:
    """The scopes that a valid document asks for, a need for each place that has one."""
    contract = load()
    info = TypeInfo(contract.schema)
    found: list[Need] = []

    class Walk(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent, kind = info.get_parent_type(), info.get_type()
            if parent is None or kind is None:
                return
            where = f"{parent.name}.{node.name.value}"
            for scopes in (
                contract.of_field.get((parent.name, node.name.value)),
                contract.of_type.get(get_named_type(kind).name),
            ):
                found.extend([Need(where, scopes)] if scopes else [])

    visit(document, TypeInfoVisitor(info, Walk()))
    return found


def granted(need: Need, scopes: frozenset[str]) -> bool:
    """The right to write includes the right to read."""
    held = scopes | {scope.replace("write_", "read_", 1) for scope in scopes if scope.startswith("write_")}
    return bool(need.any_of & held)
