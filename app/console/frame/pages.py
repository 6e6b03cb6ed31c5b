"""What every template may use."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, current_app, g, render_template, url_for

from app.console.frame import words
from app.console.frame.navigation import GROUPS
from app.console.frame.person import csrf_token


def register(blueprint: Blueprint, fingerprint: str) -> None:
    """``fingerprint`` marks the built assets."""

    @blueprint.context_processor
    def common() -> dict[str, object]:
        return {
            "asset": partial(_asset, fingerprint),
            "csrf_token": csrf_token,
            "groups": [each.embedded() for each in GROUPS] if g.get("frame") else GROUPS,
            "words": words,
            "has_documentation": "/docs" in {rule.rule for rule in current_app.url_map.iter_rules()},
        }


def render(template: str, /, **context: object) -> str:
    """``template`` is named from ``app/console`` on."""
    return render_template(template, person=g.get("person"), frame=g.get("frame"), **context)


def _asset(fingerprint: str, name: str) -> str:
    return url_for("console.static", filename=f"dist/{name}", v=fingerprint)
