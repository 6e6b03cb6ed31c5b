"""Fitted models, kept with the figures by which they were chosen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.domain.tables.base import Key, Minor, Row, Texts


class ModelVersion(Row):
    """``snapshot`` is what was or would be published: plain arrays and text, see ``app.bridge.snapshot``."""

    __tablename__ = "model_versions"

    store_id: Mapped[Key]
    version: Mapped[Key]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    status: Mapped[str]  # kept | published | retired | failed
    seed: Mapped[int]
    window_from: Mapped[datetime | None]
    window_to: Mapped[datetime | None]
    metrics: Mapped[dict[str, Any]]
    chosen: Mapped[dict[str, Any]]
    snapshot: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    note: Mapped[str] = mapped_column(server_default="")


class AffinityRule(Row):
    """A -> B as of the last training; ``level`` says what they are: product, set, category, brand or price.

    A set has several products on its left side; a price is a band ``low-high``, minor units, high exclusive.
    Orders are counted, for ``sequential`` rules steps from one order to the next (``gap_days`` later).
    ``probability`` is calibrated; ``conviction`` is null where it is infinite.
    """

    __tablename__ = "affinity_rules"
    __table_args__ = (
        Index("affinity_rules_store_id_level_antecedents_idx", "store_id", "level", "antecedents"),
    )

    store_id: Mapped[Key]
    rule_id: Mapped[Key]
    level: Mapped[str]
    kind: Mapped[str]  # frequently_bought_together | complementary | substitute | sequential
    antecedents: Mapped[Texts]
    consequent: Mapped[str]
    both: Mapped[int]
    first: Mapped[int]
    second: Mapped[int]
    total: Mapped[int]
    support: Mapped[float]
    confidence: Mapped[float]
    lift: Mapped[float]
    leverage: Mapped[float]
    conviction: Mapped[float | None]
    p_value: Mapped[float]
    score: Mapped[float]
    probability: Mapped[float | None]
    gap_days: Mapped[float | None]
    peak_month: Mapped[int | None]
    peak_factor: Mapped[float | None]
    computed_at: Mapped[datetime]


class Season(Row):
    """When a category sells, ``""`` = the whole store: a multiplier per month (12) and week of the year (53).

    ``learned`` False = less than a year of orders, and the multipliers are a common expectation.
    """

    __tablename__ = "seasons"

    store_id: Mapped[Key]
    category: Mapped[Key]
    learned: Mapped[bool]
    months: Mapped[list[Any]]
    weeks: Mapped[list[Any]]
    computed_at: Mapped[datetime]


class CustomerSegment(Row):
    """Recency, frequency and money of a customer, as they are and as scores from 1 to 5, and the segment."""

    __tablename__ = "customer_segments"

    store_id: Mapped[Key]
    customer_id: Mapped[Key]
    segment: Mapped[str]
    recency: Mapped[int]
    frequency: Mapped[int]
    money: Mapped[int]
    last_order_at: Mapped[datetime]
    orders: Mapped[int]
    spent_amount: Mapped[Minor]
    computed_at: Mapped[datetime]


class ProductVector(Row):
    """What a product's title means: 512 float16, little endian, of the text with this hash."""

    __tablename__ = "product_vectors"

    store_id: Mapped[Key]
    product_id: Mapped[Key]
    text_hash: Mapped[str]
    vector: Mapped[bytes]
    computed_at: Mapped[datetime]
