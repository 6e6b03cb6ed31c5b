"""A webhook as it came in, before anybody looked at it."""

from __future__ import annotations

from flask import request

from app.kernel.errors import TooLarge
from app.kernel.runtime import Runtime
from app.platforms.base import RawHook

_LARGEST = 2 * 1024 * 1024


def raw_hook(runtime: Runtime) -> RawHook:
    """Raises TooLarge."""
    return RawHook(
        headers={name.lower(): value for name, value in request.headers.items()},
        body=_body(),
        received_at=runtime.clock.now(),
    )


def _body() -> bytes:
    if (request.content_length or 0) > _LARGEST:
        raise TooLarge(f"at most {_LARGEST // 1024:,} kB")
    sent = request.stream.read(_LARGEST + 1)
    if len(sent) > _LARGEST:
        raise TooLarge(f"at most {_LARGEST // 1024:,} kB")
    return sent
