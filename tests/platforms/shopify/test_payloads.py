"""The bodies of webhooks, held against the examples that Shopify publishes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from app.platforms.base import Context, RawHook
from app.platforms.shopify import payloads
from tests.platforms.shopify.conftest import Bench
from tests.simulators.shopify import contract
from tests.simulators.shopify.shop import Line
from tests.simulators.shopify.world import subscriptions

ASKED = [
    (topic, field) for topic, each in subscriptions().items() for field in each.get("include_fields", [])
]
NEVER_IN_EXAMPLES = {"refund_line_items", "primary_locale"}


@pytest.mark.parametrize("topic", sorted(payloads.HANDLERS))
def test_shopifys_own_example_is_understood(topic: str) -> None:
    body = json.dumps(contract.samples()[topic]).encode()
    hook = RawHook({}, body, datetime(2026, 11, 21, tzinfo=UTC), topic)
    told = payloads.parse(hook, Context("tea.example", "GBP"))
    assert told.records or told.notices
    assert not told.rejected


@pytest.mark.parametrize(("topic", "field"), ASKED)
def test_a_field_that_is_asked_for_is_one_that_shopify_sends(topic: str, field: str) -> None:
    """A name that does not exist would be left out in silence."""
    name, _, part = field.partition(".")
    value = contract.samples()[topic][name]
    if part and value:
        assert part in value
    if name == "refunds":
        assert part in contract.samples()["refunds/create"]


def test_what_the_simulator_sends_has_the_names_that_shopify_has(bench: Bench) -> None:
    shop = bench.at.shop
    tea = shop.add_product("Tea", "9.50")
    order = shop.place_order([Line(tea["variants"][0].gid, 2, off="1.00", attributes={"a": "b"})])
    shop.refund(order["id"], 0, 1, "9.50")
    shop.set_stock(tea["variants"][0].gid, 1)
    shop.rename("Tea & Co", "de")
    for each in shop.happened:
        example = contract.samples()[each.topic]
        assert set(each.body) <= set(example), each.topic
        for lines in ("line_items", "variants"):
            if example.get(lines):
                assert set(each.body[lines][0]) <= set(example[lines][0]), each.topic


def test_of_refunds_within_an_order_nothing_of_the_payment_is_sent(bench: Bench) -> None:
    tea = bench.at.shop.add_product("Tea", "9.50")
    order = bench.at.shop.place_order([Line(tea["variants"][0].gid)])
    bench.at.shop.refund(order["id"], 0, 1, "9.50")
    told = [json.loads(each.body) for each in bench.world.deliveries(bench.domain)]
    (refund,) = next(each["refunds"] for each in told if each.get("refunds"))
    assert set(refund) == {"id", "order_id", "created_at", "refund_line_items"}
