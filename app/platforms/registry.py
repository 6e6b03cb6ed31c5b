"""The shop systems that we know, by the name in ``stores.platform``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.kernel.errors import NotFound
from app.platforms.base import Platform
from app.platforms.custom.platform import CustomPlatform

PLATFORMS: Final[Mapping[str, Platform]] = {CustomPlatform.name: CustomPlatform()}


def named(name: str) -> Platform:
    """Raises NotFound."""
    if name not in PLATFORMS:
        raise NotFound("platform", name)
    return PLATFORMS[name]
