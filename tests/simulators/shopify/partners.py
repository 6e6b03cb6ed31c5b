"""The Partner API: who pays for which plan of the app, asked by its makers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from graphql import graphql_sync

from tests.simulators.shopify import contract
from tests.simulators.shopify.admin import APP
from tests.simulators.shopify.world import World

ORGANIZATION, TOKEN = "1234", "prtapi_of_the_makers_of_the_app"


def create(world: World) -> Blueprint:
    blueprint = Blueprint("partners", __name__)

    @blueprint.post(f"/partners.shopify.com/{ORGANIZATION}/api/{contract.PARTNER_VERSION}/graphql.json")
    def partners() -> Response | tuple[Response, int]:
        if request.headers.get("X-Shopify-Access-Token") != TOKEN:
            return jsonify(errors="[API] Invalid API key or access token"), 401
        told = request.get_json()
        found = graphql_sync(
            contract.partner(), told["query"], _Root(world), variable_values=told["variables"]
        )
        return jsonify(found.formatted)

    return blueprint


class _Root:
    def __init__(self, world: World) -> None:
        self.world = world

    def activeSubscription(self, _info: Any, appId: str, shopId: str) -> dict[str, Any] | None:  # noqa: N802, N803 - Shopify's names
        for each in self.world.shops.values():
            if appId == APP and shopId == f"gid://shopify/Shop/{each.shop.number}" and each.plan:
                return {"items": [{"handle": each.plan, "description": each.plan.title()}]}
        return None
