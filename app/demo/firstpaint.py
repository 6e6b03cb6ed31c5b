"""Recommendations written into the page by the shop's own server: room is there before anything is drawn."""

from __future__ import annotations

from typing import TypeAlias

import httpx

from app.demo.connection import Connection
from app.demo.frame import Shopper

Slate: TypeAlias = dict[str, object]

_PATIENCE_S = 2.0  # a demo shares its processor with all that it shows: a shop with one of its own needs less
_NOTHING: Slate = {"slate_id": "", "items": []}


def slate(http: httpx.Client, link: Connection, who: Shopper, asked: dict[str, str]) -> Slate:
    """One placement's slate, with no items where nobody answers in time."""
    known = {"visitor": who.visitor_id or "", "q": asked.get("query", "")}
    if who.visitor_id and who.customer:
        known["customer"] = link.customer_token(who.customer.customer_id)
    try:
        answer = http.get(
            f"{link.base_url}/v1/placements",
            params={
                name: value for name, value in {"key": link.public_key, **asked, **known}.items() if value
            },
            timeout=_PATIENCE_S,
        )
        told = answer.raise_for_status().json()["slates"]
    except (httpx.HTTPError, ValueError, KeyError):
        return _NOTHING
    return told[0] if isinstance(told, list) and told else _NOTHING
