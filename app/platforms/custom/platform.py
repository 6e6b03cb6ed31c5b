"""A shop of any make that pushes its data to our API and signs its webhooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import ClassVar

from app.kernel.errors import NotFound
from app.platforms.base import (
    Access,
    Context,
    Description,
    Front,
    Grant,
    Heard,
    InstallRequest,
    InstallStep,
    Kind,
    NativeList,
    Page,
    RawHook,
)
from app.platforms.custom import hooks
from app.platforms.records import Parsed


class CustomPlatform:
    name: ClassVar[str] = "custom"
    pulled: ClassVar[Mapping[Kind, timedelta]] = {}

    def install(self, request: InstallRequest) -> InstallStep:
        """Done at once: the shop gets keys of ours, we get none of its."""
        return Grant(domain=request.domain, token="")

    def verify(self, hook: RawHook, secret: str) -> Heard:
        return hooks.verify(hook, secret)

    def parse_hook(self, hook: RawHook, context: Context) -> Parsed:  # noqa: ARG002 - the protocol's
        return hooks.parse(hook)

    def describe(self, access: Access) -> Description:  # noqa: ARG002 - the protocol's
        """It says nothing: raises NotFound."""
        raise NotFound("description", self.name)

    def renew(self, grant: Grant) -> Grant:
        """There is nothing to renew."""
        return grant

    def pull(self, access: Access, kind: Kind, since: str) -> Iterator[Page]:  # noqa: ARG002 - the protocol's
        """Nothing, ever: the shop pushes, we have no address to ask."""
        return iter(())

    def place(self, access: Access, front: Front) -> None:
        """Nowhere: whoever made the shop put our script into its pages."""

    def publish(self, access: Access, lists: Iterable[NativeList]) -> None:
        """Nowhere: the shop asks our API for what it shows."""

    def withdraw(self, access: Access, before: Iterable[NativeList]) -> None:
        """Nothing was written."""

    def natives(self, access: Access, product_ids: Iterable[str]) -> Iterator[NativeList]:  # noqa: ARG002
        """It has none of its own."""
        return iter(())
