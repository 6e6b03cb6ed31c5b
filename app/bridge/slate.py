"""A slate as the storefront API spells it; one writer for shops, e-mails and the console's preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from app.engine.pipeline import Pick, sentence

if TYPE_CHECKING:
    from app.bridge.config import PlacementConfig
    from app.bridge.desk import Desk
    from app.bridge.view import Shelf, StoreView
    from app.engine.types import Reason


class Filled(NamedTuple):
    """Items in the order of their slots, and the code of the reason for each."""

    items: Sequence[int]
    whys: Sequence[tuple[int, int]]


class _Head(msgspec.Struct, frozen=True, omit_defaults=True):
    placement: str
    display: str
    title: str
    model_version: str
    look: dict[str, str] = {}


def compose(
    view: StoreView, placement: PlacementConfig, filled: Filled, *, slate_id: str, language: str = ""
) -> bytes:
    """Write what was decided for a page; the parts of it are kept where pages are."""
    if view.shelf is None or not filled.items:
        return _answer(_head(view, placement, language), slate_id, [])
    desk = view.desk(placement.location)
    title = placement.title_in(language)
    head = desk.heads_json.get((placement.key, title))
    if head is None:
        head = desk.heads_json[placement.key, title] = _head(view, placement, language)
    if placement.reasons:
        known = desk.reasons
        reasons = [known.get(why) or desk.explain(why, _because(desk, why)) for why in filled.whys]
    else:
        reasons = [_UNTOLD] * len(filled.items)
    fragment = view.shelf.fragment
    items = [
        b'{"position":%d,%b,%b}' % (place, fragment(item), reason)
        for place, (item, reason) in enumerate(zip(filled.items, reasons, strict=False), 1)
    ]
    return _answer(head, slate_id, items)


def write(
    view: StoreView, placement: PlacementConfig, picks: Sequence[Pick], *, slate_id: str, language: str = ""
) -> bytes:
    """Write ``picks`` as the answer for a placement. An empty ``slate_id`` is shown and counted nowhere."""
    items = []
    if view.shelf is not None:
        items = [_item(view.shelf, place, pick, placement) for place, pick in enumerate(picks, 1)]
    return _answer(_head(view, placement, language), slate_id, items)


def nothing(placement: str, *, slate_id: str) -> bytes:
    """Write the answer that is given when there is none to give."""
    return _answer(msgspec.json.encode(_Head(placement, "grid", "", ""))[1:-1], slate_id, [])


def _because(desk: Desk, why: tuple[int, int]) -> bytes:
    return because(desk.blended.reason(*why))


def because(reason: Reason) -> bytes:
    """Give the members of a card that say why it is there, as JSON; a confidence only where it is known."""
    told = b'"reason":%b' % msgspec.json.encode(sentence(reason))
    return told if reason.confidence is None else b'%b,"confidence":%.3f' % (told, reason.confidence)


_UNTOLD = b'"reason":""'


def _head(view: StoreView, placement: PlacementConfig, language: str) -> bytes:
    title = placement.title_in(language)
    head = _Head(placement.key, placement.display, title, view.model_version, placement.look)
    return msgspec.json.encode(head)[1:-1]


def _answer(head: bytes, slate_id: str, items: list[bytes]) -> bytes:
    return b'{"slate_id":"%b",%b,"items":[%b]}' % (slate_id.encode(), head, b",".join(items))


def _item(shelf: Shelf, place: int, pick: Pick, placement: PlacementConfig) -> bytes:
    reason = because(pick.reason) if placement.reasons else _UNTOLD
    return b'{"position":%d,%b,%b}' % (place, shelf.fragment(pick.item), reason)
