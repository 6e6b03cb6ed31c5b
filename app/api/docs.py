"""The documentation as a page that asks nobody else for anything."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, send_from_directory

from app.api import edge

_STATIC: Final = Path(__file__).parent / "static"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add_pages(blueprint: Blueprint, document: dict[str, object]) -> None:
    """/docs, and the document that it shows."""
    encoded = edge.reply(document).get_data()

    def page() -> Response:
        html = (_STATIC / "docs.html").read_text(encoding="utf-8")
        return Response(
            html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _POLICY}
        )

    def spec() -> Response:
        return Response(encoded, content_type="application/json")

    def asset(name: str) -> Response:
        return send_from_directory(_STATIC, name, max_age=3600)

    blueprint.add_url_rule("/docs", "docs", page)
    blueprint.add_url_rule("/docs/openapi.json", "openapi", spec)
    blueprint.add_url_rule("/docs/static/<path:name>", "docs_static", asset)
