"""What the fast wing answers, told to the readers of the documentation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from app.api.edge import Operation, Param
from app.kernel.prices import PriceForm
from app.platforms.custom.shapes import MoneyShape

GROUP: Final = "Storefront"


class Item(Struct):
    """``price`` is the base market's; ``reason`` is a sentence that may be shown."""

    position: int
    product_id: str
    variant_id: str | None
    title: str
    url: str
    image: str
    price: MoneyShape
    reason: str


class Slate(Struct):
    """``items`` is empty for the holdout and whenever anything failed: then show nothing.

    ``look`` holds CSS custom properties that the merchant chose, by name; without it the theme's count.
    ``price_form`` tells how the language and currency that were asked for write prices; without items it is
    absent.
    """

    slate_id: str
    placement: str
    display: str
    title: str
    model_version: str
    items: Annotated[list[Item], Meta(max_length=12)]
    look: dict[str, str] = {}
    price_form: PriceForm | None = None


class Page(Struct):
    """One slate for each placement that the store has, in the order that was asked."""

    slates: list[Slate]


class MailBlock(Struct):
    """Both texts are empty when there is nothing to show; what comes from the shop is escaped in ``html``."""

    slate_id: str
    placement: str
    html: str
    text: str


class Event(Struct):
    """``id`` is the browser's: the same event sent twice counts once."""

    id: Annotated[str, Meta(min_length=1, max_length=128)]
    kind: Literal["impression", "click", "add"]
    slate_id: str
    product_id: str
    position: Annotated[int, Meta(ge=1, le=12)]
    at: datetime


class Beacon(Struct):
    """``visitor`` is null without the shopper's consent; with ``consent`` false it is not kept.

    ``viewed`` are products that he looked at outside of our cards: his next page knows, nothing is kept.
    """

    events: Annotated[list[Event], Meta(max_length=100)]
    visitor: str | None = None
    consent: bool = True
    viewed: Annotated[list[str], Meta(max_length=100)] = []


_KEY: Final = Param("key", "The store's public key, pk_…", required=True)
_PLACEMENT: Final = Param(
    "placement", "product, cart, home, category, search, thank-you, or a key of your own", required=True
)
_PLACEMENTS: Final = Param("placements", "Keys of up to 12 placements, separated by commas", required=True)
_ASKED: Final = (
    Param("product", "The product that the page shows"),
    Param("basket", "Product ids in the cart, separated by commas"),
    Param("customer", "The signed-in customer's id"),
    Param("visitor", "The visitor's id, only with consent"),
    Param("category", "The category that the page shows"),
    Param("q", "What was searched for"),
    Param("session_recent", "Product ids seen last in this session, newest first, separated by commas"),
    Param("lang", "Language of the page, for the title and how prices are written: de, de-AT"),
    Param("currency", "The buyer's currency, for how its prices are written; without it the store's"),
    Param("limit", "At most so many items", schema={"type": "integer", "minimum": 1, "maximum": 12}),
)

OPERATIONS: Final = (
    Operation(
        "GET",
        "/v1/recommendations",
        "recommendations",
        "Recommendations for a placement",
        GROUP,
        None,
        answered=Slate,
        params=(_KEY, _PLACEMENT, *_ASKED),
        about="An unknown key is 401, a malformed parameter 400; any failure inside is 200 without items.",
    ),
    Operation(
        "GET",
        "/v1/placements",
        "placements",
        "Recommendations for all placements of a page",
        GROUP,
        None,
        answered=Page,
        params=(_KEY, _PLACEMENTS, *_ASKED),
        about="One early request, or the first paint of the shop's own server. As above for each placement.",
    ),
    Operation(
        "GET",
        "/v1/email",
        "email",
        "Recommendations as a block for an e-mail",
        GROUP,
        None,
        answered=MailBlock,
        params=(_KEY, _PLACEMENT, *_ASKED),
        about="For a known customer: HTML with inline styles, and plain text. Ask from your server.",
    ),
    Operation(
        "POST",
        "/v1/events",
        "events",
        "What shoppers saw, clicked and added",
        GROUP,
        None,
        sent=Beacon,
        status=204,
        params=(_KEY,),
        about="Up to 100 events and 64 kB, as a beacon sends them. Purchases come from the shop itself."
        " 204: they are safe. 400: one is malformed, a week old or of the future, and none of them counts."
        " 429: too many of one visitor. 503: they could not be kept, send them again after Retry-After.",
        media=("text/plain", "application/json"),
    ),
)
