"""Who is signed in: a member of one store, known by a signed cookie that ends after half a day unused."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import g, session

from app.domain.accounts import members, stores
from app.domain.tables.accounts import Member
from app.kernel.errors import Forbidden, NotFound
from app.kernel.ids import StoreId
from app.kernel.runtime import Runtime

_IDLE = timedelta(hours=12)
_RENEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Person:
    member_id: str
    name: str
    role: str
    store_id: StoreId
    store_name: str
    currency: str
    timezone: str

    @property
    def may_edit(self) -> bool:
        return self.role in {"owner", "editor"}


def remember(member: Member, now: datetime) -> None:
    """Begin a session of its own: nothing of the one before is kept."""
    session.clear()
    session["member"] = [member.store_id, member.member_id]
    session["seen"] = int(now.timestamp())


def forget() -> None:
    session.clear()


def recall(runtime: Runtime) -> Person | None:
    """The person of this request, if he is signed in and still a member."""
    if "member" not in session:
        return None
    now = runtime.clock.now()
    idle = now.timestamp() - session["seen"]
    if idle > _IDLE.total_seconds():
        return None
    store_id, member_id = session["member"]
    try:
        with runtime.unit(store_id) as unit:
            member = members.get(unit.session, store_id, member_id)
            store = stores.get(unit.session, store_id)
    except NotFound:
        return None
    if idle > _RENEW.total_seconds():
        session["seen"] = int(now.timestamp())
    return Person(
        member_id=member.member_id,
        name=member.name,
        role=member.role,
        store_id=StoreId(store.store_id),
        store_name=store.name,
        currency=store.currency,
        timezone=store.timezone,
    )


def present() -> Person:
    """The person of this request; only for pages that the guard keeps for members."""
    return cast("Person", g.person)


def editor() -> Person:
    """As ``present``, for a change. Raises Forbidden for who may only look."""
    person = present()
    if not person.may_edit:
        raise Forbidden("your role lets you look, not change")
    return person


def csrf_token() -> str:
    """The token that every form of this session carries."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return cast("str", session["csrf"])


def is_csrf_token(presented: str) -> bool:
    return hmac.compare_digest(presented.encode(), session.get("csrf", "").encode()) and bool(presented)
