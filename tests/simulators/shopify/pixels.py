"""The web pixel of the app in one shop: there is one at most, and its settings are what its TOML declares."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tests.simulators.shopify.shop import Node, Shop

TOML = Path(__file__).parents[3] / "extensions" / "shopify" / "pixel" / "shopify.extension.toml"


def create(shop: Shop, settings: dict[str, Any]) -> Node:
    if shop.all("WebPixel"):
        return _wrong("TAKEN", "Web pixel is taken.")
    told = _faults(settings)
    if told:
        return _wrong("INVALID_SETTINGS", told)
    return {"webPixel": shop.add("WebPixel", settings=settings), "userErrors": []}


def update(shop: Shop, gid: str, settings: dict[str, Any]) -> Node:
    held = shop.find(gid)
    if held is None:
        return _wrong("NOT_FOUND", "Web pixel is not found.")
    told = _faults(settings)
    if told:
        return _wrong("INVALID_SETTINGS", told)
    held["settings"] = settings
    return {"webPixel": held, "userErrors": []}


def _faults(settings: dict[str, Any]) -> str:
    fields = tomllib.loads(TOML.read_text("utf-8"))["settings"]["fields"]
    if set(settings) != set(fields):
        return f"settings are {sorted(fields)}"
    for name, field in fields.items():
        limits = {each["name"]: int(each["value"]) for each in field["validations"]}
        if not limits["min"] <= len(str(settings[name])) <= limits["max"]:
            return f"{name} has {limits['min']} to {limits['max']} characters"
    return ""


def _wrong(code: str, message: str) -> Node:
    told = {"__typename": "ErrorsWebPixelUserError", "field": ["webPixel"], "message": message, "code": code}
    return {"webPixel": None, "userErrors": [told]}
