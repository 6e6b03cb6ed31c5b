"""The first page inside Shopify's admin: is it switched on, is it fetched, what is used, what was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.console.frame import embedded, pages
from app.console.frame.person import editor, present
from app.domain.accounts import audit, grants, stores
from app.domain.commerce import disclosures, markets, notices, pulls
from app.domain.insight import usage
from app.domain.learning import natives
from app.domain.merchandising import storefront
from app.kernel.errors import Invalid, NotFound
from app.kernel.runtime import Runtime

BLOCKS: Final = {
    "recommendations": "Recommendations",
    "bundle": "Bought together",
    "cart-offers": "Cart offers",
    "recently-viewed": "Recently viewed",
}
"""The app blocks by file name, each with what merchants call it."""

EMBED: Final = "widget"
"""The app embed by file name."""

_WHOLE_HISTORY: Final = "read_all_orders"
_CHOSEN: Final = {"charge_id", "plan_handle"}  # with which Shopify sends back who chose a plan


@dataclass(frozen=True, slots=True)
class Part:
    """A block or the embed, and where in the theme editor it is switched on."""

    handle: str
    name: str
    link: str


def register(blueprint: Blueprint, runtime: Runtime) -> None:
    blueprint.add_url_rule("/shopify", "shopify", partial(_home, runtime))
    blueprint.add_url_rule("/shopify/native", "shopify_native", partial(_switch, runtime), methods=["POST"])
    blueprint.add_url_rule(
        "/shopify/after-purchase", "shopify_after_purchase", partial(_offer, runtime), methods=["POST"]
    )
    blueprint.add_url_rule(
        "/shopify/disclosures/<disclosure_id>", "shopify_disclosure", partial(_disclosure, runtime)
    )


def parts(shop: str, client_id: str) -> list[Part]:
    """What a theme may show of us, with deep links into its editor."""
    editor_url = f"https://{shop}/admin/themes/current/editor"
    blocks = [
        Part(
            handle,
            name,
            f"{editor_url}?template={'cart' if handle == 'cart-offers' else 'product'}"
            f"&addAppBlockId={client_id}/{quote(handle)}&target=newAppsSection",
        )
        for handle, name in BLOCKS.items()
    ]
    embed = f"{editor_url}?context=apps&template=product&activateAppId={client_id}/{quote(EMBED)}"
    return [Part(EMBED, "Alongside in your theme", embed), *blocks]


def _home(runtime: Runtime) -> str:
    frame = g.get("frame")
    if frame is None:
        raise NotFound("page", "shopify")
    person = present()
    with runtime.unit(person.store_id) as unit:
        if _CHOSEN & set(request.args):
            unit.enqueue(notices.REFRESH, key=person.store_id)
        scopes = grants.scopes(unit.session, person.store_id)
        return pages.render(
            "platform/shopify.html",
            parts=parts(frame.shop, frame.client_id),
            pulls=pulls.every(unit.session, person.store_id),
            markets=markets.every(unit.session, person.store_id),
            sold=markets.sold(unit.session, person.store_id),
            has_all_orders=_WHOLE_HISTORY in scopes,
            missing=sorted(embedded.wanted_scopes() - embedded.with_implied(scopes)),
            usage=usage.this_month(unit.session, person.store_id, now=runtime.clock.now()),
            plans_link=f"https://admin.shopify.com/store/{frame.shop.partition('.')[0]}/charges/alongside/pricing_plans",
            store=stores.get(unit.session, person.store_id),
            written=len(natives.written(unit.session, person.store_id)),
            disclosures=disclosures.every(unit.session, person.store_id),
        )


def _switch(runtime: Runtime) -> AnyResponse:
    person, on = editor(), request.form.get("on") == "1"
    with runtime.unit(person.store_id) as unit:
        job = natives.switch(unit.session, person.store_id, on=on)
        unit.enqueue(job, key=person.store_id)
        audit.note(
            unit.session,
            person.store_id,
            "natives.switch",
            "on" if on else "off",
            actor=person.member_id,
            at=runtime.clock.now(),
        )
    return redirect(url_for("console.shopify"), 303)


def _offer(runtime: Runtime) -> AnyResponse:
    """Offer one more product to who just paid, at this discount; an empty one offers nothing."""
    person, told = editor(), request.form.get("percent", "").strip()
    if told and not (told.isascii() and told.isdecimal()):
        raise Invalid("a discount is a whole number of percent", "percent")
    percent = int(told[:4]) if told else None
    with runtime.unit(person.store_id) as unit:
        stores.offer_after_purchase(unit.session, person.store_id, percent)
        store = stores.get(unit.session, person.store_id)
        config = storefront.config(unit.session, person.store_id, store)
        unit.after_commit(partial(storefront.put, runtime.valkey, store, config))
        audit.note(
            unit.session,
            person.store_id,
            "offer.after-purchase",
            "off" if percent is None else f"{percent} %",
            actor=person.member_id,
            at=runtime.clock.now(),
        )
    return redirect(url_for("console.shopify"), 303)


def _disclosure(runtime: Runtime, disclosure_id: str) -> Response:
    person = editor()
    with runtime.unit(person.store_id) as unit:
        found = disclosures.get(unit.session, person.store_id, disclosure_id)
        body = json.dumps(found.told, indent=2, ensure_ascii=False)
    name = f"customer-{found.customer_id}.json"
    held = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, content_type="application/json", headers=held)
