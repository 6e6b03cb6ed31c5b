"""A letter to each member when 80, and when 100 percent of a plan are used. Nothing is switched off."""

from __future__ import annotations

from html import escape
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.email import Letter, Post
from app.domain.accounts import members, stores
from app.domain.insight import usage
from app.domain.insight.usage import Usage
from app.domain.tables.accounts import Member, Store
from app.domain.tables.shops import UsageMark
from app.kernel.errors import Invalid
from app.kernel.ids import StoreId
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime

_FULL: Final = 100


def watch(runtime: Runtime, store_id: StoreId) -> None:
    """The job: note which marks were reached, and write to who was not written to. Safe to run twice.

    Of marks that were reached since it last looked only the highest is written about. Raises Upstream.
    """
    with runtime.unit(store_id) as unit:
        usage.watch(unit.session, store_id, now=runtime.clock.now())
    if runtime.post is not None:
        while _write_to_next(runtime, store_id, runtime.post):
            pass


def letter(member: Member, store: Store, told: Usage, mark: int, *, console: str) -> Letter:
    """What a member is told at a mark."""
    monthly = f"{told.plan.monthly or 0:,}"
    full = mark >= _FULL
    subject = (
        f"{store.name}: this month's {monthly} recommendations are used, and go on"
        if full
        else f"{store.name}: {mark} % of this month's recommendations are used"
    )
    paragraphs = [
        f"Hello {member.name},",
        f"In {told.month} {told.used:,} of the {told.plan.name} plan's {monthly} recommendations were used.",
        "Nothing is switched off at the limit: recommendations go on.",
        *([f"{told.advised.name} has enough for a month like this."] if full else []),
    ]
    text = "\n\n".join([*paragraphs, f"See what was used: {console}"]) + "\n"
    body = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    link = f'<p><a href="{escape(console)}">See what was used</a></p>'
    html = f'<!doctype html><html lang="en"><body>{body}{link}</body></html>'
    return Letter(member.email, subject, text, html)


def _write_to_next(runtime: Runtime, store_id: StoreId, post: Post) -> bool:
    """One letter in one transaction: where it is not handed over, nobody is noted as written to."""
    with runtime.unit(store_id) as unit:
        told = usage.this_month(unit.session, store_id, now=runtime.clock.now())
        row = _hold(unit.session, store_id, told)
        if row is None:
            return False
        everybody = members.every(unit.session, store_id)
        member = next((each for each in everybody if each.member_id not in row.mailed), None)
        if member is None:
            return False
        store, console = stores.get(unit.session, store_id), f"{runtime.settings.public_url}/console/"
        try:
            post.send(letter(member, store, told, row.percent, console=console))
        except Invalid as refused:
            get_logger(__name__).warning("letter refused", member_id=member.member_id, reason=str(refused))
        row.mailed = [*row.mailed, member.member_id]
    return True


def _hold(session: Session, store_id: StoreId, told: Usage) -> UsageMark | None:
    """The highest mark of the month, held against another who writes."""
    if not told.reached:
        return None
    return session.scalar(
        select(UsageMark)
        .where(
            UsageMark.store_id == store_id,
            UsageMark.month == told.month,
            UsageMark.percent == told.reached[-1],
        )
        .with_for_update()
    )
