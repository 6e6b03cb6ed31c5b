"""A slate as the storefront API spells it; one writer for shops, e-mails and the console's preview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from app.engine.pipeline import Pick, sentence

if TYPE_CHECKING:
    from app.bridge.config import PlacementConfig
    from app.bridge.view import Shelf, StoreView


class _Head(msgspec.Struct, frozen=True, omit_defaults=True):
    slate_id: str
    placement: str
    display: str
    title: str
    model_version: str
    look: dict[str, str] = {}


def write(
    view: StoreView, placement: PlacementConfig, picks: Sequence[Pick], *, slate_id: str, language: str = ""
) -> bytes:
    """Write ``picks`` as the answer for a placement. An empty ``slate_id`` is shown and counted nowhere."""
    title = placement.title_in(language)
    head = _Head(slate_id, placement.key, placement.display, title, view.model_version, placement.look)
    items = []
    if view.shelf is not None:
        items = [_item(view.shelf, place, pick, placement) for place, pick in enumerate(picks, 1)]
    return _answer(head, items)


def nothing(placement: str, *, slate_id: str) -> bytes:
    """Write the answer that is given when there is none to give."""
    return _answer(_Head(slate_id, placement, "grid", "", ""), [])


def _answer(head: _Head, items: list[bytes]) -> bytes:
    return b'%b,"items":[%b]}' % (msgspec.json.encode(head)[:-1], b",".join(items))


def _item(shelf: Shelf, place: int, pick: Pick, placement: PlacementConfig) -> bytes:
    reason = msgspec.json.encode(sentence(pick.reason) if placement.reasons else "")
    return b'{"position":%d,%b,"reason":%b}' % (place, shelf.fragment(pick.item), reason)
