"""Every example of ``tests/contract`` that speaks of the storefront, word by word."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from app.bridge.config import StoreConfig
from app.bridge.snapshot import Card, Snapshot
from app.engine.types import Anchor, Blend, Published, ReasonKind
from tests.bridge import toys
from tests.serving.conftest import Publish, Serve

EXAMPLES = sorted((Path(__file__).parents[1] / "contract").glob("*.json"))
STOREFRONT = [
    path
    for path in EXAMPLES
    if path.name.startswith(("cart.", "email.", "events.", "recommendations.", "placements."))
]
LOOK = {
    "--alongside-accent": "#0b5d4e",
    "--alongside-on-accent": "#ffffff",
    "--alongside-text": "#1d2321",
    "--alongside-background": "#f6f5f2",
    "--alongside-space": "1.5rem 1rem",
    "--alongside-popup": "#f6f5f2",
    "--alongside-on-popup": "#1d2321",
    "--alongside-radius": "4px",
    "--alongside-button-radius": "4px",
    "--alongside-gap": "12px",
    "--alongside-price": "none",
    "--alongside-brand": "block",
}
ITEMS = ("22423", "85123A", "22720", "22699", "22697")


def card(product_id: str) -> Card:
    named = {
        "22699": {"title": "ROSES REGENCY TEACUP AND SAUCER", "image": "/shop/tile/22699.svg"},
        "22697": {"title": 'GREEN "REGENCY" <TEACUP> & SAUCER', "image": "", "variant_id": "22697-L"},
    }
    plain = replace(toys.card(product_id), title=product_id)
    return replace(plain, **named.get(product_id, {}))  # type: ignore[arg-type]


def snapshot(brand: str = "") -> Snapshot:
    """22423 was bought with 22699 in 41 of its 500 orders; 22697 is merely popular, and of this brand."""
    published = Published(
        ITEMS,
        (),
        {
            "together": toys.lists(
                Anchor.BASKET, ReasonKind.BOUGHT_TOGETHER, [[3], [], [], [], []], count=41
            ),
            "popular": toys.lists(Anchor.NONE, ReasonKind.POPULAR, [[0, 4, 1, 2, 3]]),
        },
        {"product": Blend({"together": 1.0, "popular": 0.001}), "home": Blend({"popular": 1.0})},
    )
    cards = [replace(card(item), brand=brand if item == "22697" else "") for item in ITEMS]
    return Snapshot("01JD09ZZ7K3C5E8G1J4M6P9R2T", "toys", published, cards)


def config() -> StoreConfig:
    """The salt holds ``v_heldout`` out and not ``v_6fQ2mB1kX0``."""
    changed = {
        "product": {"display": "carousel", "title": "Goes well with this", "slots": 8},
        "home": {"title": "Popular right now"},
        "cart": {"display": "list", "title": "Before you go", "active": False},
        "category": {
            "display": "list",
            "titles": {"de": "Gerade beliebt"},
            "look": LOOK,
            "reasons": False,
        },
        "thank-you": {"free_shipping": 5_000},
    }
    placements = tuple(
        replace(placement, **changed.get(placement.key, {}))  # type: ignore[arg-type]
        for placement in toys.config().placements
    )
    return toys.config(placements=placements, salt="salt8")


@pytest.mark.parametrize("path", STOREFRONT, ids=lambda path: path.stem)
def test_example(path: Path, serve: Serve, publish: Publish) -> None:
    publish(config(), snapshot("Fern & Thimble" if path.stem == "recommendations.look" else ""))
    example = json.loads(path.read_text())
    asked, expected = example["request"], example["response"]
    sent = asked["raw"] if "raw" in asked else json.dumps(asked["body"]) if "body" in asked else None
    answer = Client(serve()).open(
        asked["path"],
        method=asked["method"],
        query_string=asked["query"],
        data=sent,
        content_type=asked.get("content_type"),
    )
    assert answer.status_code == expected["status"]
    assert answer.headers.get("Content-Type") == expected["content_type"]
    body = json.loads(answer.data) if answer.data else None
    assert _without_slate_id(body) == _without_slate_id(expected["body"])


def test_there_are_examples() -> None:
    assert len(STOREFRONT) >= 6


def _without_slate_id(body: Any) -> Any:
    """Ids differ from answer to answer, but each has 26 characters."""
    if isinstance(body, dict) and "slates" in body:
        return [_without_slate_id(slate) for slate in body["slates"]]
    if isinstance(body, dict) and "slate_id" in body:
        assert len(body["slate_id"]) == 26
        rest = {name: value for name, value in body.items() if name != "slate_id"}
        return json.loads(json.dumps(rest).replace(body["slate_id"], "the slate"))
    return body
