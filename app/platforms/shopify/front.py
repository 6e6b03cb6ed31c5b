"""Where the shop's own pages find us: a metafield of ours, which our blocks in its theme read."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from app.platforms.base import Front
from app.platforms.shopify.client import Client, UserError, refused

NAMESPACE: Final = "alongside"
KEY: Final = "widget"


class _Installation(Struct):
    id: str


class _Told(Struct, rename="camel"):
    current_app_installation: _Installation


class _Outcome(Struct, rename="camel"):
    user_errors: list[UserError]


class _Set(Struct, rename="camel"):
    metafields_set: _Outcome


def place(client: Client, front: Front) -> None:
    """It goes with the app when that is uninstalled."""
    owner = client.ask("installation", _Told).current_app_installation.id
    field = {
        "ownerId": owner,
        "namespace": NAMESPACE,
        "key": KEY,
        "type": "json",
        "value": msgspec.json.encode(front).decode(),
    }
    told = client.ask("metafields_set", _Set, metafields=[field])
    refused("metafieldsSet", told.metafields_set.user_errors)
