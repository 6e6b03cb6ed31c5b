"""The OpenAPI 3.1 document of every public address, made from the very list that the routes are made from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from app.api.edge import Operation, Param

Json = dict[str, object]

_REF: Final = "#/components/schemas/{name}"
_PART: Final = re.compile(r"<(?:\w+:)?(\w+)>")


class Problem(msgspec.Struct):
    """RFC 9457 problem details; ``field`` names the part at fault where there is one."""

    type: str
    title: str
    status: int
    detail: str
    field: str | msgspec.UnsetType = msgspec.UNSET


def document(operations: Sequence[Operation], *, server: str) -> Json:
    """The whole document, ready for JSON; ``server`` is the public address."""
    types = [
        each for operation in operations for each in (operation.sent, operation.answered) if each is not None
    ]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template=_REF)
    described = iter(schemas)
    paths: dict[str, Json] = {}
    for operation in operations:
        sent = next(described) if operation.sent is not None else None
        answered = next(described) if operation.answered is not None else None
        path = paths.setdefault(_PART.sub(r"{\1}", operation.path), {})
        path[operation.method.lower()] = _operation(operation, sent, answered)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Alongside",
            "version": "1",
            "description": "Upsell and cross-sell for online shops. Money is an integer of minor units with"
            " its ISO 4217 currency; times are ISO 8601 with a zone; errors are problem details (RFC 9457).",
        },
        "servers": [{"url": server}],
        "tags": [{"name": name} for name in dict.fromkeys(operation.group for operation in operations)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "secretKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The store's secret key, sk_…; never shown to a browser.",
                }
            },
        },
    }


def _operation(operation: Operation, sent: Json | None, answered: Json | None) -> Json:
    told: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.group],
        "parameters": [_param(each) for each in operation.params],
        "responses": {
            str(operation.status): _response("Done", answered),
            "default": _response("What went wrong", {"$ref": _REF.format(name="Problem")}, problem=True),
        },
    }
    if operation.about:
        told["description"] = operation.about
    if operation.handler is not None:
        told["security"] = [{"secretKey": []}]
    if sent is not None:
        schema = {} if operation.sent is bytes else sent  # 3.1: a binary body has no schema
        told["requestBody"] = {
            "required": True,
            "content": {media: {"schema": schema} for media in operation.media},
        }
    return told


def _param(param: Param) -> Json:
    return {
        "name": param.name,
        "in": param.where,
        "required": param.required or param.where == "path",
        "description": param.about,
        "schema": param.schema,
    }


def _response(about: str, schema: Json | None, *, problem: bool = False) -> Json:
    if schema is None:
        return {"description": about}
    media = "application/problem+json" if problem else "application/json"
    return {"description": about, "content": {media: {"schema": schema}}}
