"""Stores and who may act for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.tables.base import Key, Row, Texts


class Store(Row):
    """One connected shop: the tenant. ``holdout`` and ``exploration`` are shares from 0 to 1.

    ``plan`` names what the merchant pays for, "" = nothing. ``native_lists`` lets us write into the shop.
    ``after_purchase`` is the discount in percent on what is offered to who just paid, None = nothing is.
    ``currencies`` are those in which buyers may pay, where the shop says so; ``currency`` is its own.
    ``hosts`` are what its markets have beside ``domain``. ``language`` is the storefront's, ``email`` the
    shop's own address and ``home`` where its people find us in its admin: "" where the platform does not say.
    """

    __tablename__ = "stores"

    store_id: Mapped[Key]
    name: Mapped[str]
    platform: Mapped[str]
    domain: Mapped[str]
    currency: Mapped[str]
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    public_key: Mapped[str]
    salt: Mapped[str]
    holdout: Mapped[float] = mapped_column(server_default="0.05")
    exploration: Mapped[float] = mapped_column(server_default="0.02")
    attribution_hours: Mapped[int] = mapped_column(server_default="24")
    webhook_secret_sealed: Mapped[str]
    created_at: Mapped[datetime]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    plan: Mapped[str] = mapped_column(server_default="")
    native_lists: Mapped[bool] = mapped_column(server_default="false")
    after_purchase: Mapped[int | None]
    currencies: Mapped[Texts]
    hosts: Mapped[Texts]
    language: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str] = mapped_column(server_default="")
    home: Mapped[str] = mapped_column(server_default="")


class Directory(Row):
    """From what an outsider presents to his store; ``token`` is an id, a public key or a SHA-256 hex."""

    __tablename__ = "directory"
    __table_args__ = (Index(None, "store_id"),)

    kind: Mapped[Key]  # store | public_key | secret_key | member, or the name of a platform: a shop there
    token: Mapped[Key]
    store_id: Mapped[str]


class ApiKey(Row):
    """A secret key of the store; only its hash is kept, and a hint to recognise it by."""

    __tablename__ = "keys"

    store_id: Mapped[Key]
    key_id: Mapped[Key]
    hash: Mapped[str]
    hint: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Member(Row):
    """A person who may sign in to the console of one store."""

    __tablename__ = "members"

    store_id: Mapped[Key]
    member_id: Mapped[Key]
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]  # owner | editor | viewer
    created_at: Mapped[datetime]


class Audit(Row):
    """Who changed what, and when."""

    __tablename__ = "audit"

    store_id: Mapped[Key]
    audit_id: Mapped[Key]
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]]
