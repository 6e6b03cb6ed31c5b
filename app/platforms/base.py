"""What every shop system is to us. A new one is a folder here and a line in ``registry``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    """A webhook as it came: header names in lower case, the body untouched; ``topic`` once it is verified."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """A verified webhook's id and topic. ``urgent`` ones change what may be shown this very second.

    ``shop`` is the domain of the shop that sent it and ``told_at`` when it first did, where the platform
    says so.
    """

    delivery_id: str
    topic: str
    urgent: bool
    shop: str = ""
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a message leaves unsaid: the storefront's host and the shop's currency."""

    domain: str
    currency: str


@dataclass(frozen=True, slots=True)
class InstallRequest:
    """A merchant asks to connect the shop at ``domain``; ``params`` are what the platform's page sent.

    ``state`` comes back with the answer to a redirect.
    """

    domain: str
    params: Mapping[str, str]
    state: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """Rights at a shop; ``token`` is empty where the platform gives none, ``expires_at`` None = for good."""

    domain: str
    token: str
    scopes: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    refresh_token: str = ""
    refresh_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Market:
    """Where a shop sells: in ``currency``, or with ``has_local_currencies`` in each country's own."""

    market_id: str
    name: str
    currency: str
    has_local_currencies: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class Description:
    """A shop in its own words: ``domain`` is the storefront's, ``plan`` the merchant's with us or empty, None
    where it could not be read.

    ``currencies`` are those in which buyers may pay, ``hosts`` what its markets have beside ``domain``.
    ``email`` is the shop's own, ``home`` where its people find us in its admin; "" is not told.
    """

    name: str
    domain: str
    currency: str
    timezone: str
    scopes: frozenset[str] = frozenset()
    plan: str | None = ""
    currencies: tuple[str, ...] = ()
    markets: tuple[Market, ...] = ()
    hosts: tuple[str, ...] = ()
    language: str = ""
    email: str = ""
    home: str = ""


@dataclass(frozen=True, slots=True)
class Redirect:
    """The merchant must first agree over there."""

    url: str


InstallStep = Redirect | Grant
Access = Callable[[], Grant]
"""The rights as they are at that moment, renewed where they were about to end."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, and the cursor to go on from after them.

    With ``wait`` the shop is still gathering them: come back after that.
    """

    records: tuple[Record, ...]
    cursor: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Front:
    """Where a shop's pages find us: our address, and the public key under which they ask."""

    base: str
    key: str


@dataclass(frozen=True, slots=True)
class NativeList:
    """What the shop's own recommendations of a product should be: best first."""

    product_id: str
    related: tuple[str, ...]
    complementary: tuple[str, ...]


class Platform(Protocol):
    """One shop system. Implementations keep no state of a shop."""

    name: ClassVar[str]
    pulled: ClassVar[Mapping[Kind, timedelta]]
    """What can be fetched, in the order in which it is first fetched, and how often it is made sure of."""

    def install(self, request: InstallRequest) -> InstallStep:
        """The next step of connecting. Raises Invalid or Forbidden."""
        ...

    def verify(self, hook: RawHook, secret: str) -> Heard:
        """Prove that the raw body was signed with the secret just now. Raises Unauthorized, or Invalid."""
        ...

    def parse_hook(self, hook: RawHook, context: Context) -> Parsed:
        """The records of a verified hook. Raises Invalid where the body as a whole cannot be read."""
        ...

    def describe(self, access: Access) -> Description:
        """What the shop says of itself. Raises as ``pull``."""
        ...

    def renew(self, grant: Grant) -> Grant:
        """Rights in place of those that end. Raises Forbidden where the shop gives none, or Upstream."""
        ...

    def pull(self, access: Access, kind: Kind, since: str) -> Iterator[Page]:
        """All records changed since the cursor ("" = ever). Raises Forbidden, Unauthorized or Upstream."""
        ...

    def place(self, access: Access, front: Front) -> None:
        """Tell the shop's pages where we are; twice is as good as once. Raises as ``pull``."""
        ...

    def publish(self, access: Access, lists: Iterable[NativeList]) -> None:
        """Write the shop's own recommendations; twice is as good as once. Raises as ``pull``."""
        ...

    def withdraw(self, access: Access, before: Iterable[NativeList]) -> None:
        """Take back what ``publish`` wrote: these stood there before it. Raises as ``pull``."""
        ...

    def natives(self, access: Access, product_ids: Iterable[str]) -> Iterator[NativeList]:
        """What stands there of these products, whoever wrote it. Raises as ``pull``."""
        ...
