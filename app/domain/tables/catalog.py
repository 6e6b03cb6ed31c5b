"""What the shop sells. ``version`` is the shop's ``updated_at``: older never overwrites newer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tables.base import Key, Minor, MinorOrNull, Row, TextOrNull, Texts


class Product(Row):
    """``stock`` counts units, null where the shop does not track it; it carries a version of its own.

    ``images`` begins with ``image``. ``collections`` are titles, the most special first, null = never told.
    """

    __tablename__ = "products"

    store_id: Mapped[Key]
    product_id: Mapped[Key]
    title: Mapped[str]
    url: Mapped[str]
    image: Mapped[str]
    images: Mapped[Texts]
    category: Mapped[str]
    brand: Mapped[str]
    description: Mapped[str]
    tags: Mapped[Texts]
    collections: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    price_amount: Mapped[Minor]
    currency: Mapped[str]
    compare_at_amount: Mapped[MinorOrNull]
    stock: Mapped[int | None]
    stock_version: Mapped[datetime]
    visible: Mapped[bool]
    created_at: Mapped[datetime]
    version: Mapped[datetime]
    deleted: Mapped[bool] = mapped_column(server_default="false")


class Variant(Row):
    """``cost_amount`` is what the merchant paid for it; ``item_id`` is what the shop counts at its places."""

    __tablename__ = "variants"
    __table_args__ = (Index(None, "store_id", "item_id", postgresql_where=text("item_id is not null")),)

    store_id: Mapped[Key]
    product_id: Mapped[Key]
    variant_id: Mapped[Key]
    title: Mapped[str]
    sku: Mapped[TextOrNull]
    price_amount: Mapped[Minor]
    compare_at_amount: Mapped[MinorOrNull]
    stock: Mapped[int | None]
    stock_version: Mapped[datetime]
    options: Mapped[dict[str, Any]]
    position: Mapped[int]
    cost_amount: Mapped[MinorOrNull]
    item_id: Mapped[TextOrNull]
    version: Mapped[datetime]
    deleted: Mapped[bool] = mapped_column(server_default="false")
