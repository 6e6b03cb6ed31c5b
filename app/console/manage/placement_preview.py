"""The preview of a placement: the widget that shops load, the merchant's products, and no trace of it.

The widget runs in a frame without an origin, which has no cookies and no storage, and whose policy lets it
reach the widget's files and nothing else: nobody is counted or taken for a shopper here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import msgspec
from flask import Blueprint, Response, request
from redis.exceptions import RedisError

from app.bridge.source import Unavailable
from app.console.frame import pages
from app.console.frame.person import Person, present
from app.console.manage import placement_form
from app.domain.accounts import stores
from app.domain.commerce import catalog
from app.domain.merchandising import look as looks
from app.domain.merchandising import placements as spots
from app.domain.merchandising import storefront
from app.domain.merchandising.placements import Choice
from app.domain.merchandising.preview import Previews
from app.kernel import prices
from app.kernel.errors import Invalid
from app.kernel.runtime import Runtime

_LONGEST = 200
_NO_MODEL = "Nothing is recommended yet: the preview needs a trained model."
_AWAY = "The preview is away for a moment; the form works."
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: http: data:;"
    " connect-src {host}widget/; base-uri 'none'; form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-scripts"
)


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    previews = Previews(runtime.valkey, runtime.settings.data_dir)

    @blueprint.get("/placements/<key>/frame")
    def placement_frame(key: str) -> Response:
        response = Response(pages.render("manage/placement_frame.html", key=key))
        response.headers["Content-Security-Policy"] = _POLICY.format(host=request.host_url)
        return response

    @blueprint.post("/placements/<key>/draft")
    def placement_draft(key: str) -> dict[str, object]:
        """The slate of the form as it is filled in now, with what is wrong or hard to read about it."""
        try:
            slate, choice = _slate(runtime, previews, present(), key)
        except Invalid as wrong:
            return {"slate": None, "said": [], "wrong": {"field": wrong.field, "detail": wrong.detail}}
        except (Unavailable, RedisError):
            return {"slate": None, "said": [_AWAY], "wrong": None}
        said = list(looks.warnings(looks.read(looks.keep(choice.look))))
        return {"slate": slate, "said": said if slate["items"] else [_NO_MODEL, *said], "wrong": None}

    @blueprint.get("/placements/<key>/products")
    def placement_products(key: str) -> dict[str, object]:  # noqa: ARG001 - the same for each placement
        words = request.args.get("q", "")[:_LONGEST]
        try:
            found = previews.products(present().store_id, words)
        except (Unavailable, RedisError):
            found = []
        return {"products": [{"id": card.product_id, "title": card.title} for card in found]}


def _slate(runtime: Runtime, previews: Previews, person: Person, key: str) -> tuple[dict[str, Any], Choice]:
    with runtime.unit(person.store_id) as unit:
        placement = spots.get(unit.session, person.store_id, key)
        unit.session.expunge(placement)
        store = stores.get(unit.session, person.store_id)
        domain, currency = store.domain, store.currency
    choice = placement_form.read(request.form, currency)
    spots.apply(placement, choice)
    product, language = (request.form.get(name, "")[:_LONGEST] for name in ("product", "language"))
    written = previews.slate(person.store_id, storefront.placement(placement), product, language)
    slate: dict[str, Any] = msgspec.json.decode(written)
    slate["price_form"] = msgspec.to_builtins(prices.form(language, currency))
    # The demo shop stands where the console does, and may be without TLS as it is.
    own = domain == request.host
    shop = request.host_url if own else domain if "://" in domain else f"https://{domain}"
    ids = [item["product_id"] for item in slate["items"]]
    with runtime.unit(person.store_id) as unit:
        before = catalog.compare_at(unit.session, person.store_id, ids)
    for item in slate["items"]:
        item["image"] = item["image"] and urljoin(f"{shop}/", item["image"])
        # In the shop the buyer's market tells it; here it is what the catalog says.
        if (was := before.get(item["product_id"])) is not None:
            item["compare_at"] = {**item["price"], "amount": was}
    return slate, choice
