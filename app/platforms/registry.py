"""The shop systems that we know, by the name in ``stores.platform``."""

from __future__ import annotations

from collections.abc import Mapping

import redis

from app.kernel.clock import SystemClock
from app.kernel.errors import NotFound
from app.kernel.settings import Settings
from app.platforms.base import Platform
from app.platforms.custom.platform import CustomPlatform
from app.platforms.shopify.budget import Budgets
from app.platforms.shopify.config import Config
from app.platforms.shopify.platform import ShopifyPlatform


def create(settings: Settings, valkey: redis.Redis) -> Mapping[str, Platform]:
    """All of them, each with what the settings say of it."""
    shopify = Config(
        settings.shopify_client_id,
        settings.shopify_client_secret,
        settings.shopify_old_client_secret,
        settings.shopify_url,
        settings.public_url,
        settings.shopify_partner_organization,
        settings.shopify_partner_token,
    )
    clock = SystemClock()
    return {
        CustomPlatform.name: CustomPlatform(),
        ShopifyPlatform.name: ShopifyPlatform(shopify, shopify.client(), clock, Budgets(valkey, clock)),
    }


def named(platforms: Mapping[str, Platform], name: str) -> Platform:
    """Raises NotFound."""
    if name not in platforms:
        raise NotFound("platform", name)
    return platforms[name]
