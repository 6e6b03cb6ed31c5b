"""The one thing that is injected: handles to the outside, filled in by the factory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.kernel.clock import Clock
from app.kernel.ids import StoreId
from app.kernel.settings import Settings

if TYPE_CHECKING:
    import redis
    from sqlalchemy.orm import Session

    from app.channels.email import Post
    from app.kernel.crypto import Sealer
    from app.platforms.base import Platform


class Unit(Protocol):
    """An open transaction of one store (or of none), see ``app.kernel.db``."""

    @property
    def session(self) -> Session: ...

    def enqueue(self, job: str, *args: str, queue: str = "default", key: str | None = None) -> None: ...

    def after_commit(self, action: Callable[[], None]) -> None: ...


class OpenUnit(Protocol):
    def __call__(self, store_id: StoreId | None = None) -> AbstractContextManager[Unit]: ...


@dataclass(frozen=True, slots=True)
class Runtime:
    settings: Settings
    clock: Clock
    unit: OpenUnit
    valkey: redis.Redis
    sealer: Sealer
    platforms: Mapping[str, Platform]
    post: Post | None = None
