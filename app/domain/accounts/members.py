"""People who may sign in to the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.tables.accounts import Directory, Member
from app.kernel.crypto import check_password, hash_password, sha256_hex
from app.kernel.errors import Conflict, Invalid, NotFound, Unauthorized
from app.kernel.ids import StoreId, new_id

DEMO_MERCHANT = "merchant@demo.example"
ROLES = ("owner", "editor", "viewer")
_SHORTEST_PASSWORD = 10
# Checked where nobody is known, so that the answer takes as long as for somebody who is.
_NOBODY = hash_password("nobody has this password")


@dataclass(frozen=True, slots=True)
class NewMember:
    email: str
    name: str
    password: str
    role: str = "owner"


def create(session: Session, store_id: StoreId, new: NewMember, *, at: datetime) -> str:
    """The new member's id. Raises Invalid, or Conflict where the address is taken."""
    email = new.email.strip().lower()
    if "@" not in email:
        raise Invalid(f"{new.email!r} is not an e-mail address", "email")
    if len(new.password) < _SHORTEST_PASSWORD:
        raise Invalid(f"a password has at least {_SHORTEST_PASSWORD} characters", "password")
    if new.role not in ROLES:
        raise Invalid(f"a role is one of {', '.join(ROLES)}", "role")
    if store_of(session, email) is not None:
        raise Conflict("this e-mail address is taken")
    member_id = new_id()
    session.add(
        Member(
            store_id=store_id,
            member_id=member_id,
            email=email,
            name=new.name,
            password_hash=hash_password(new.password),
            role=new.role,
            created_at=at,
        )
    )
    session.add(Directory(kind="member", token=sha256_hex(email), store_id=store_id))
    session.flush()
    return member_id


def store_of(session: Session, email: str) -> StoreId | None:
    """The store in which this address may sign in; needs no store of its own."""
    token = sha256_hex(email.strip().lower())
    found = session.scalar(
        select(Directory.store_id).where(Directory.kind == "member", Directory.token == token)
    )
    return None if found is None else StoreId(found)


def sign_in(session: Session, store_id: StoreId | None, email: str, password: str) -> Member:
    """Raises Unauthorized, in the same words and the same time whichever part is wrong."""
    member = None
    if store_id is not None:
        member = session.scalar(
            select(Member).where(Member.store_id == store_id, Member.email == email.strip().lower())
        )
    right = check_password(password, member.password_hash if member else _NOBODY)
    if member is None or not right:
        raise Unauthorized("e-mail address or password is wrong")
    return member


def get(session: Session, store_id: StoreId, member_id: str) -> Member:
    member = session.scalar(select(Member).where(Member.store_id == store_id, Member.member_id == member_id))
    if member is None:
        raise NotFound("member", member_id)
    return member


def every(session: Session, store_id: StoreId) -> Sequence[Member]:
    """All who may sign in, the longest known first."""
    wanted = select(Member).where(Member.store_id == store_id)
    return session.scalars(wanted.order_by(Member.created_at, Member.member_id)).all()


def names(session: Session, store_id: StoreId) -> dict[str, str]:
    """Member id -> name, of all members."""
    rows = session.execute(select(Member.member_id, Member.name).where(Member.store_id == store_id))
    return {row.member_id: row.name for row in rows}
