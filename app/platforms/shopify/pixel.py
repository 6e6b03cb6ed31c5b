"""The shop's web pixel: it tells us what is looked at and bought, in any theme, where the buyer allows it."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from app.kernel.log import get_logger
from app.platforms.base import Front
from app.platforms.shopify.client import Client, UserError, refused

_TAKEN: Final = "TAKEN"
_NO_EXTENSION: Final = "NO_EXTENSION"


class _Error(UserError):
    code: str | None = None


class _Outcome(Struct, rename="camel"):
    user_errors: list[_Error]


class _Created(Struct, rename="camel"):
    web_pixel_create: _Outcome


class _Updated(Struct, rename="camel"):
    web_pixel_update: _Outcome


class _Pixel(Struct):
    """``settings`` are told as they were given, or as a text of JSON."""

    id: str
    settings: dict[str, str] | str


class _Held(Struct, rename="camel"):
    web_pixel: _Pixel


def place(client: Client, front: Front) -> None:
    """Switch the pixel on, or let it know where we are now. Raises Upstream, Forbidden or Unauthorized."""
    wanted = {"accountID": front.key, "address": front.base}
    errors = client.ask("web_pixel_create", _Created, settings=wanted).web_pixel_create.user_errors
    codes = {each.code for each in errors}
    if _NO_EXTENSION in codes:  # an app whose extensions are not deployed yet
        get_logger(__name__).warning("the app has no pixel at Shopify", shop=client.access().domain)
    elif _TAKEN in codes:
        held = client.ask("web_pixel", _Held).web_pixel
        if _settings(held) != wanted:
            told = client.ask("web_pixel_update", _Updated, id=held.id, settings=wanted)
            refused("webPixelUpdate", [*told.web_pixel_update.user_errors])
    else:
        refused("webPixelCreate", [*errors])


def _settings(pixel: _Pixel) -> object:
    if isinstance(pixel.settings, str):
        return msgspec.json.decode(pixel.settings)
    return pixel.settings
