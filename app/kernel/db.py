"""One transaction per request or job. Jobs named in it leave with it, and never before it is committed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.crypto import derive
from app.kernel.ids import StoreId

APP_ROLE = "alongside_app"

AWAY = (OperationalError, InterfaceError)
"""What is raised while the database cannot be reached, or broke off."""

_NAME_JOB = text(
    "insert into outbox (store_id, job, args, queue, key)"
    " values (:store_id, :job, cast(:args as jsonb), :queue, :key)"
    # Written over and not left alone: this waits for a relay that is just taking the row, and then adds one.
    " on conflict (job, key) where key is not null and sent_at is null do update set key = excluded.key"
)


@dataclass(slots=True)
class Unit:
    """An open transaction, bound to one store by row-level security, or to none."""

    session: Session
    store_id: StoreId | None
    _after: list[Callable[[], None]] = field(default_factory=list)

    def enqueue(self, job: str, *args: str, queue: str = "default", key: str | None = None) -> None:
        """Name a job that runs after the commit. While one with its key waits, no second one is added."""
        self.session.execute(
            _NAME_JOB,
            {"store_id": self.store_id, "job": job, "args": json.dumps(args), "queue": queue, "key": key},
        )

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run this in this process right after the commit; it must be repeatable, since it may be lost."""
        self._after.append(action)


class Database:
    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "options": "-c timezone=UTC"},
        )
        self._session = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def unit(self, store_id: StoreId | None = None) -> Iterator[Unit]:
        """Commits on the way out, rolls back on an error."""
        with self._session() as session:
            with session.begin():
                session.execute(
                    text("select set_config('app.store_id', :store, true)"), {"store": store_id or ""}
                )
                unit = Unit(session, store_id)
                yield unit
            for action in unit._after:  # noqa: SLF001 - the unit is this module's own
                action()

    def close(self) -> None:
        self.engine.dispose()


def app_url(owner_url: str, given: str, secret_key: str) -> str:
    """The restricted role's address: as given, or the owner's with our role and a password of its own."""
    if given:
        return given
    url = make_url(owner_url).set(username=APP_ROLE, password=app_password(secret_key))
    return url.render_as_string(hide_password=False)


def app_password(secret_key: str) -> str:
    return derive(secret_key, "database app role").hex()
