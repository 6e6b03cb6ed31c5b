"""Asking a shop's Admin API: within its budget, patient where it throttles, clear where it refuses.

Shopify's library sends the request and repeats it after 429 and 5xx. Throttling as it really comes, HTTP 200
with the code THROTTLED, is ours, and so is staying within the budget in the first place.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, TypeVar

import httpx
import msgspec
from msgspec import Struct

from app.kernel.errors import Forbidden, Unauthorized, Upstream
from app.platforms.base import Access, Grant
from app.platforms.shopify.budget import Budgets, Status
from app.platforms.shopify.config import VERSION, Config, handle_of

T = TypeVar("T")

Sleep = Callable[[float], None]

_ATTEMPTS: Final = 8
_UNKNOWN_WAIT: Final = 2.0
_UNAUTHORIZED: Final = 401
_UNREADABLE: Final = {403, 404, 423, 402}


class _Cost(Struct, rename="camel"):
    throttle_status: Status
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


@dataclass(frozen=True, slots=True)
class Client:
    """Talks to one shop. ``access`` gives the rights as they are at that moment."""

    config: Config
    http: httpx.Client
    access: Access
    budgets: Budgets
    sleep: Sleep = time.sleep

    def ask(self, name: str, shape: type[T], **variables: object) -> T:
        """Run an operation of ours. Raises Forbidden, Unauthorized, or Upstream."""
        for _ in range(_ATTEMPTS):
            grant = self.access()
            self._pace(grant.domain, name)
            answer = self._send(grant, name, variables)
            cost = answer.extensions.cost if answer.extensions else None
            if cost is not None:
                self.budgets.told(grant.domain, name, cost.throttle_status, cost.requested_query_cost)
            codes = {each.extensions.code for each in answer.errors if each.extensions}
            if "THROTTLED" in codes:
                if cost is None:
                    self.sleep(_UNKNOWN_WAIT)
                continue
            return _data(name, answer, codes, shape)
        raise Upstream(f"{name} was throttled {_ATTEMPTS} times in a row", retry=True)

    def _pace(self, shop: str, name: str) -> None:
        """Wait for the points. Others take some, too: after a while the shop itself may decide."""
        for _ in range(_ATTEMPTS):
            wait = self.budgets.take(shop, name)
            if not wait:
                return
            self.sleep(wait)

    def _send(self, grant: Grant, name: str, variables: dict[str, object]) -> _Answer:
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
