"""What we hold of a shop at its platform: rights, how far it was fetched, and what we wrote into it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tables.base import Key, Row, TextOrNull, Texts


class ShopGrant(Row):
    """Our rights at the shop. Tokens are sealed; ``revoked_at`` is when the shop took them back."""

    __tablename__ = "grants"

    store_id: Mapped[Key]
    shop: Mapped[str]
    token_sealed: Mapped[str]
    refresh_sealed: Mapped[str]
    scopes: Mapped[Texts]
    scopes_version: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    refresh_expires_at: Mapped[datetime | None]
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Pull(Row):
    """How far one kind of thing was fetched from the shop; whose ``leased_until`` is past may go on."""

    __tablename__ = "pulls"

    store_id: Mapped[Key]
    kind: Mapped[Key]
    cursor: Mapped[str] = mapped_column(server_default="")
    fetched: Mapped[int] = mapped_column(BigInteger, server_default="0")
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[TextOrNull]


class Level(Row):
    """Units of an item at one of the shop's places. May be told before its variant is."""

    __tablename__ = "levels"

    store_id: Mapped[Key]
    item_id: Mapped[Key]
    place_id: Mapped[Key]
    units: Mapped[int]
    version: Mapped[datetime]


class Market(Row):
    """Where the shop sells: in ``currency``, or with ``has_local_currencies`` in each country's own."""

    __tablename__ = "markets"

    store_id: Mapped[Key]
    market_id: Mapped[Key]
    name: Mapped[str]
    currency: Mapped[str]
    has_local_currencies: Mapped[bool]
    is_active: Mapped[bool]


class Written(Row):
    """A product into which we wrote recommendations, with their digest: unchanged is not written again.

    ``digest`` is empty until they stand there. ``related`` and ``complementary`` are what stood there before.
    """

    __tablename__ = "natives"

    store_id: Mapped[Key]
    product_id: Mapped[Key]
    digest: Mapped[str]
    written_at: Mapped[datetime]
    related: Mapped[Texts]
    complementary: Mapped[Texts]


class Disclosure(Row):
    """What we hold of a customer who asked, for the merchant to hand on."""

    __tablename__ = "disclosures"

    store_id: Mapped[Key]
    disclosure_id: Mapped[Key]
    customer_id: Mapped[str]
    told: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]


class UsageMark(Row):
    """The merchant was told once a month that this share of his plan is used; ``mailed`` are members."""

    __tablename__ = "usage_marks"

    store_id: Mapped[Key]
    month: Mapped[Key]  # 2026-11
    percent: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    mailed: Mapped[Texts] = mapped_column(server_default="{}")
