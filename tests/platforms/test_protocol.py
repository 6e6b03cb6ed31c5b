"""What holds for every shop system."""

from __future__ import annotations

import pytest
import redis

from app.kernel.errors import NotFound, Unauthorized
from app.kernel.settings import Settings
from app.platforms import registry
from app.platforms.base import Grant, InstallRequest, Kind, Platform, RawHook, Redirect
from tests.platforms.test_batch import NOON

PLATFORMS = registry.create(
    Settings.from_env({"SECRET_KEY": "k" * 40, "SHOPIFY_CLIENT_ID": "id", "SHOPIFY_CLIENT_SECRET": "s" * 32}),
    redis.Redis(),
)


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> Platform:
    return PLATFORMS[request.param]


def test_it_is_found_by_its_name(platform: Platform) -> None:
    assert registry.named(PLATFORMS, platform.name) is platform


def test_an_unknown_name_is_not_found() -> None:
    with pytest.raises(NotFound):
        registry.named(PLATFORMS, "prestashop")


def test_installing_ends_or_leads_on_or_is_refused(platform: Platform) -> None:
    try:
        step = platform.install(InstallRequest("shop.example", {}))
    except Unauthorized:
        assert platform.name != "custom"
    else:
        assert isinstance(step, Grant | Redirect)


def test_an_unsigned_hook_is_refused(platform: Platform) -> None:
    with pytest.raises(Unauthorized):
        platform.verify(RawHook({}, b"{}", NOON), "whsec_c2VjcmV0")


@pytest.mark.parametrize("kind", Kind)
def test_the_custom_platform_has_nothing_to_pull(kind: Kind) -> None:
    assert list(PLATFORMS["custom"].pull(lambda: Grant("shop.example", ""), kind, "")) == []
