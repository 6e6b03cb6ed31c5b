"""Asking a shop's Admin API: one cost budget a shop, patient where it throttles, clear where it refuses.

Shopify's library sends the request and repeats it after 429 and 5xx. Throttling as it really comes, HTTP 200
with the code THROTTLED, is ours, and so is staying within the budget in the first place.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Final, TypeVar

import httpx
import msgspec
from msgspec import Struct

from app.kernel.errors import Forbidden, Unauthorized, Upstream
from app.platforms.base import Access
from app.platforms.shopify.config import VERSION, Config, handle_of

T = TypeVar("T")

Sleep = Callable[[float], None]

_ATTEMPTS: Final = 8
_UNKNOWN_WAIT: Final = 2.0
_UNAUTHORIZED: Final = 401
_UNREADABLE: Final = {403, 404, 423, 402}


class _Status(Struct, rename="camel"):
    currently_available: float
    restore_rate: float
    maximum_available: float


class _Cost(Struct, rename="camel"):
    throttle_status: _Status
    requested_query_cost: float | None = None


class _Extensions(Struct):
    cost: _Cost | None = None


class _ErrorCode(Struct):
    code: str = ""


class _Error(Struct):
    message: str = ""
    extensions: _ErrorCode | None = None


class _Answer(Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[_Error] = []
    extensions: _Extensions | None = None


class UserError(Struct):
    """What Shopify has against the arguments of a mutation."""

    message: str
    field: list[str] | None = None


@dataclass(slots=True)
class Budget:
    """The points of one shop, as it told last: they come back at ``rate`` a second."""

    points: float = 0.0
    rate: float = 0.0
    at: float = 0.0

    def wait_for(self, cost: float, now: float) -> float:
        """Seconds until there are so many points; none before the shop told anything."""
        if not self.rate:
            return 0.0
        return max(0.0, (cost - self.points - (now - self.at) * self.rate) / self.rate)

    def told(self, status: _Status, now: float) -> None:
        self.points, self.rate, self.at = status.currently_available, status.restore_rate, now


@dataclass(slots=True)
class Client:
    """Talks to one shop. ``access`` gives the rights as they are at that moment."""

    config: Config
    http: httpx.Client
    access: Access
    sleep: Sleep = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    budget: Budget = field(default_factory=Budget)
    costs: dict[str, float] = field(default_factory=dict)

    def ask(self, name: str, shape: type[T], **variables: object) -> T:
        """Run an operation of ours. Raises Forbidden, Unauthorized, or Upstream."""
        for _ in range(_ATTEMPTS):
            self._pace(name)
            answer = self._send(name, variables)
            if answer.extensions and answer.extensions.cost:
                self._learn(name, answer.extensions.cost)
            codes = {each.extensions.code for each in answer.errors if each.extensions}
            if "THROTTLED" in codes:
                if not self.budget.rate:
                    self.sleep(_UNKNOWN_WAIT)
                continue
            return _data(name, answer, codes, shape)
        raise Upstream(f"{name} was throttled {_ATTEMPTS} times in a row", retry=True)

    def _pace(self, name: str) -> None:
        wait = self.budget.wait_for(self.costs.get(name, 0.0), self.monotonic())
        if wait:
            self.sleep(wait)

    def _learn(self, name: str, cost: _Cost) -> None:
        self.budget.told(cost.throttle_status, self.monotonic())
        if cost.requested_query_cost:
            self.costs[name] = cost.requested_query_cost

    def _send(self, name: str, variables: dict[str, object]) -> _Answer:
        grant = self.access()
        result = self.config.library().admin_graphql_request(
            operation(name),
            shop=handle_of(grant.domain),
            access_token=grant.token,
            api_version=VERSION,
            variables=dict(variables) or None,
            http_client=self.http,
        )
        status = result.response.status
        if status == _UNAUTHORIZED:
            raise Unauthorized(f"{grant.domain} does not know our token any more")
        if status in _UNREADABLE:
            raise Forbidden(f"{grant.domain} answered {status}")
        if result.log.code not in {"success", "graphql_errors"}:
            raise Upstream(f"{grant.domain} answered {result.log.code}", retry=True)
        try:
            return msgspec.json.decode(result.response.body, type=_Answer)
        except msgspec.MsgspecError as error:
            raise Upstream(f"{grant.domain} answered what we cannot read: {error}", retry=False) from None


def _data(name: str, answer: _Answer, codes: set[str], shape: type[T]) -> T:
    if "ACCESS_DENIED" in codes:
        raise Forbidden(answer.errors[0].message)
    if answer.errors:
        internal = codes & {"INTERNAL_SERVER_ERROR"}
        raise Upstream(f"{name}: {answer.errors[0].message}", retry=bool(internal))
    try:
        return msgspec.json.decode(answer.data, type=shape)
    except msgspec.MsgspecError as error:
        raise Upstream(f"{name} was answered with something else: {error}", retry=False) from None


@cache
def operation(name: str) -> str:
    """The text of ``operations/{name}.graphql``."""
    return (resources.files("app.platforms.shopify") / "operations" / f"{name}.graphql").read_text("utf-8")


def refused(name: str, errors: list[UserError]) -> None:
    """Raises Upstream where a mutation was refused."""
    if errors:
        raise Upstream(f"{name}: {errors[0].message}", retry="already in progress" in errors[0].message)
