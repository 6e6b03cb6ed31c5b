"""A shop of any make that pushes its data to our API and signs its webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from app.platforms.base import Grant, Heard, InstallRequest, InstallStep, Kind, Page, RawHook
from app.platforms.custom import hooks
from app.platforms.records import Parsed


class CustomPlatform:
    name: ClassVar[str] = "custom"

    def install(self, request: InstallRequest) -> InstallStep:
        """Done at once: the shop gets keys of ours, we get none of its."""
        return Grant(domain=request.domain, token="")

    def verify(self, hook: RawHook, secret: str) -> Heard:
        return hooks.verify(hook, secret)

    def parse_hook(self, hook: RawHook) -> Parsed:
        return hooks.parse(hook)

    def pull(self, grant: Grant, kind: Kind, since: str) -> Iterator[Page]:  # noqa: ARG002 - the protocol's
        """Nothing, ever: the shop pushes, we have no address to ask."""
        return iter(())
