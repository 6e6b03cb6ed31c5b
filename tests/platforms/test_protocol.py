"""What holds for every shop system."""

from __future__ import annotations

import pytest

from app.kernel.errors import NotFound, Unauthorized
from app.platforms.base import Grant, InstallRequest, Kind, Platform, RawHook, Redirect
from app.platforms.registry import PLATFORMS, named
from tests.platforms.test_batch import NOON


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> Platform:
    return PLATFORMS[request.param]


def test_it_is_found_by_its_name(platform: Platform) -> None:
    assert named(platform.name) is platform


def test_an_unknown_name_is_not_found() -> None:
    with pytest.raises(NotFound):
        named("prestashop")


def test_installing_ends_or_leads_on(platform: Platform) -> None:
    assert isinstance(platform.install(InstallRequest("shop.example", {})), Grant | Redirect)


def test_an_unsigned_hook_is_refused(platform: Platform) -> None:
    with pytest.raises(Unauthorized):
        platform.verify(RawHook({}, b"{}", NOON), "whsec_c2VjcmV0")


@pytest.mark.parametrize("kind", Kind)
def test_the_custom_platform_has_nothing_to_pull(kind: Kind) -> None:
    assert list(named("custom").pull(Grant("shop.example", ""), kind, "")) == []
