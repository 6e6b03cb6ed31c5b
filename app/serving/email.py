"""A slate as a block for an e-mail: a table with inline styles for any mail program, and plain text."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

import msgspec

from app.kernel.money import Money
from app.kernel.prices import PriceForm

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
    look: dict[str, str] = {}
    price_form: PriceForm | None = None


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
    items = [
        msgspec.structs.replace(item, url=_tagged(address, told.slate_id))
        for item in told.items
        if (address := _address(shop, item.url))
    ]
    html = _html(told, items, shop) if items else ""
    text = _text(told, items, shop) if items else ""
    return msgspec.json.encode(_Block(told.slate_id, told.placement, html, text))


def _html(slate: _Slate, items: list[_Item], shop: str) -> str:
    rows = "".join(_row(item, slate, shop) for item in items)
    head = f'<h2 style="margin:0 0 12px;font-size:20px;line-height:26px;{_FONT}">{escape(slate.title)}</h2>'
    table = (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        f'style="max-width:600px;border-collapse:collapse;">{rows}</table>'
    )
    coloured = _styles(slate.look, ("color", "--alongside-text"), ("background", "--alongside-background"))
    return f'<div style="{coloured}padding:16px;">{head}{table}</div>' if coloured else head + table


def _styles(look: dict[str, str], *pairs: tuple[str, str]) -> str:
    """Declarations for what the merchant chose; a mail program knows no custom properties."""
    return "".join(f"{name}:{escape(look[variable])};" for name, variable in pairs if variable in look)


def _priced(look: dict[str, str]) -> bool:
    return look.get("--alongside-price") != "none"


def _row(item: _Item, slate: _Slate, shop: str) -> str:
    look = slate.look
    link = escape(_address(shop, item.url))
    image = escape(_address(shop, item.image))
    rounded = _styles(look, ("border-radius", "--alongside-radius"))
    # The title beside it says the same: an empty alternative keeps a screen reader from saying it twice.
    picture = (
        f'<img src="{image}" alt="" width="96" style="display:block;border:0;width:96px;{rounded}">'
        if image
        else ""
    )
    price = f"<br><strong>{escape(_price(slate, item))}</strong>" if _priced(look) else ""
    own = _styles(look, ("color", "--alongside-text"))
    quiet = f"font-size:13px;line-height:18px;{own or 'color:#595959;'}"
    reason = f'<br><span style="{quiet}">{escape(item.reason)}</span>' if item.reason else ""
    return (
        f'<tr><td width="112" style="{_CELL}">{picture}</td>'
        f'<td style="{_CELL}{_FONT}font-size:16px;line-height:22px;">'
        f'<a href="{link}" style="{own or "color:#1a4fa0;"}">{escape(item.title)}</a>'
        f"{price}{reason}</td></tr>"
    )


def _text(slate: _Slate, items: list[_Item], shop: str) -> str:
    lines = [slate.title, "=" * len(slate.title)]
    for item in items:
        lines += ["", f"{item.title}: {_price(slate, item)}" if _priced(slate.look) else item.title]
        lines += [item.reason] if item.reason else []
        lines += [_address(shop, item.url)]
    return "\n".join(lines) + "\n"


def _price(slate: _Slate, item: _Item) -> str:
    price = Money(item.price.amount, item.price.currency)
    return slate.price_form.write(price) if slate.price_form else f"{price.major()} {price.currency}"


def _tagged(address: str, slate_id: str) -> str:
    """Name the slate in a link: the widget remembers it, and the line that is bought from it carries it."""
    if not slate_id:
        return address
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, urlencode({"alongside_slate": slate_id}))))
    return urlunsplit(parts._replace(query=query))


def _address(shop: str, address: str) -> str:
    """Give an absolute address of the web, or nothing."""
    try:
        url = urljoin(f"{shop}/", address) if address else ""
        return url if urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""
