"""A slate as a block for an e-mail: a table with inline styles for any mail program, and plain text."""

from __future__ import annotations

from html import escape
from urllib.parse import urljoin, urlsplit

import msgspec

from app.kernel.money import Money

_FONT = "font-family:Arial,Helvetica,sans-serif;"
_CELL = "padding:12px 0;border-top:1px solid #dddddd;vertical-align:top;"


class _Price(msgspec.Struct, frozen=True):
    amount: int
    currency: str


class _Item(msgspec.Struct, frozen=True):
    product_id: str
    title: str
    url: str
    image: str
    price: _Price
    reason: str


class _Slate(msgspec.Struct, frozen=True):
    slate_id: str
    placement: str
    title: str
    items: list[_Item]


class _Block(msgspec.Struct, frozen=True):
    slate_id: str
    placement: str
    html: str
    text: str


def block(slate: bytes, domain: str) -> bytes:
    """Write an answer to a page as one for an e-mail; both texts are empty when there is nothing to show.

    Addresses are made absolute against ``domain``; an item whose address is none of the web is left out.
    """
    told = msgspec.json.decode(slate, type=_Slate)
    shop = domain if "://" in domain else f"https://{domain}"
    items = [item for item in told.items if _address(shop, item.url)]
    html = _html(told.title, items, shop) if items else ""
    text = _text(told.title, items, shop) if items else ""
    return msgspec.json.encode(_Block(told.slate_id, told.placement, html, text))


def _html(title: str, items: list[_Item], shop: str) -> str:
    rows = "".join(_row(item, shop) for item in items)
    head = f'<h2 style="margin:0 0 12px;font-size:20px;line-height:26px;{_FONT}">{escape(title)}</h2>'
    table = (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        f'style="max-width:600px;border-collapse:collapse;">{rows}</table>'
    )
    return head + table


def _row(item: _Item, shop: str) -> str:
    link = escape(_address(shop, item.url))
    image = escape(_address(shop, item.image))
    # The title beside it says the same: an empty alternative keeps a screen reader from saying it twice.
    picture = (
        f'<img src="{image}" alt="" width="96" style="display:block;border:0;width:96px;">' if image else ""
    )
    reason = (
        f'<br><span style="font-size:13px;line-height:18px;color:#595959;">{escape(item.reason)}</span>'
        if item.reason
        else ""
    )
    return (
        f'<tr><td width="112" style="{_CELL}">{picture}</td>'
        f'<td style="{_CELL}{_FONT}font-size:16px;line-height:22px;">'
        f'<a href="{link}" style="color:#1a4fa0;">{escape(item.title)}</a><br>'
        f"<strong>{escape(_price(item.price))}</strong>{reason}</td></tr>"
    )


def _text(title: str, items: list[_Item], shop: str) -> str:
    lines = [title, "=" * len(title)]
    for item in items:
        lines += ["", f"{item.title}: {_price(item.price)}"]
        lines += [item.reason] if item.reason else []
        lines += [_address(shop, item.url)]
    return "\n".join(lines) + "\n"


def _price(price: _Price) -> str:
    return f"{Money(price.amount, price.currency).major()} {price.currency}"


def _address(shop: str, address: str) -> str:
    """Give an absolute address of the web, or nothing."""
    try:
        url = urljoin(f"{shop}/", address) if address else ""
        return url if urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""
