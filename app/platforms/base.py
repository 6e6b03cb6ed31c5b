"""What every shop system is to us. A new one is a folder here and a line in ``registry``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from app.platforms.records import Parsed, Record


class Kind(StrEnum):
    """What can be pulled from a shop, sent in batches, or imported from a file."""

    PRODUCTS = "products"
    CUSTOMERS = "customers"
    ORDERS = "orders"
    REFUNDS = "refunds"
    STOCK = "stock"


@dataclass(frozen=True, slots=True)
class RawHook:
    """A webhook as it came: header names in lower case, the body untouched."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """A verified webhook's id and topic. ``urgent`` ones change what may be shown this very second."""

    delivery_id: str
    topic: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class InstallRequest:
    """A merchant asks to connect the shop at ``domain``; ``params`` are what the platform's page sent."""

    domain: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Grant:
    """Rights at a shop. ``token`` is empty where the platform gives none."""

    domain: str
    token: str
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Redirect:
    """The merchant must first agree over there."""

    url: str


InstallStep = Redirect | Grant


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, and the cursor to go on from after them."""

    records: tuple[Record, ...]
    cursor: str


class Platform(Protocol):
    """One shop system. Implementations keep no state."""

    name: ClassVar[str]

    def install(self, request: InstallRequest) -> InstallStep:
        """The next step of connecting. Raises Invalid or Forbidden."""
        ...

    def verify(self, hook: RawHook, secret: str) -> Heard:
        """Prove that the raw body was signed with the secret just now. Raises Unauthorized, or Invalid."""
        ...

    def parse_hook(self, hook: RawHook) -> Parsed:
        """The records of a verified hook. Raises Invalid where the body as a whole cannot be read."""
        ...

    def pull(self, grant: Grant, kind: Kind, since: str) -> Iterator[Page]:
        """All records changed since the cursor ("" = ever), oldest first. Raises Upstream."""
        ...
