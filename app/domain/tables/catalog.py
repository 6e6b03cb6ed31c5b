"""What the shop sells. ``version`` is the shop's ``updated_at``: older never overwrites newer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tables.base import Key, Minor, MinorOrNull, Row, TextOrNull, Texts


class Product(Row):
    """``stock`` counts units, null where the shop does not track it; it carries a version of its own."""

    __tablename__ = "products"

    store_id: Mapped[Key]
    product_id: Mapped[Key]
    title: Mapped[str]
    url: Mapped[str]
    image: Mapped[str]
    category: Mapped[str]
    brand: Mapped[str]
    description: Mapped[str]
    tags: Mapped[Texts]
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
    __tablename__ = "variants"

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
    version: Mapped[datetime]
    deleted: Mapped[bool] = mapped_column(server_default="false")
