"""The console: what people see of Alongside."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Blueprint

from app.console.advanced import models, segments
from app.console.frame import doors, embedded, guard, pages
from app.console.manage import overview, placement_preview, placements
from app.console.monitoring import audit
from app.console.platform import shopify
from app.kernel.errors import NotFound
from app.kernel.runtime import Runtime

_HERE = Path(__file__).parent


def create(runtime: Runtime) -> Blueprint:
    """Everything under ``/console``; the application must have a secret key for its session cookie."""
    blueprint = Blueprint(
        "console", __name__, url_prefix="/console", template_folder=".", static_folder="static"
    )
    pages.register(blueprint, _fingerprint(_HERE / "static" / "dist"))
    guard.register(blueprint, runtime)
    for group in (doors, overview, placements, placement_preview, models, segments, audit, embedded, shopify):
        group.register(blueprint, runtime)
    blueprint.add_url_rule("/<path:anything>", view_func=_nowhere)
    return blueprint


def _nowhere(anything: str) -> str:
    raise NotFound("page", anything)


def _fingerprint(folder: Path) -> str:
    """Changes when any of the built files does, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.js")) + sorted(folder.glob("*.css")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
