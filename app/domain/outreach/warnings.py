"""A letter to each member when 80, and when 100 percent of a plan are used. Nothing is switched off.

A shop whose people come in by its platform alone has no members: then its own address is written to.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.channels.email import Letter, Post
from app.domain.accounts import members, stores
from app.domain.insight import usage
from app.domain.insight.usage import Usage
from app.domain.outreach import words
from app.domain.tables.accounts import Store
from app.domain.tables.shops import UsageMark
from app.kernel.errors import Invalid
from app.kernel.ids import StoreId
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime

_FULL: Final = 100
_THE_SHOP: Final = "shop"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom to write to, and where he finds us; ``key`` is kept with those who were written to."""

    key: str
    email: str
    name: str
    console: str


def watch(runtime: Runtime, store_id: StoreId) -> None:
    """The job: note which marks were reached, and write to who was not written to. Safe to run twice.

    Of marks that were reached since it last looked only the highest is written about. Raises Upstream.
    """
    with runtime.unit(store_id) as unit:
        usage.watch(unit.session, store_id, now=runtime.clock.now())
    if runtime.post is not None:
        while _write_to_next(runtime, store_id, runtime.post):
            pass


def letter(reader: Reader, store: Store, told: Usage, mark: int) -> Letter:
    """What is told at a mark, in the store's language."""
    say, full = words.of(store.language), mark >= _FULL
    filled = {
        "store": store.name, "name": reader.name, "mark": mark, "month": told.month, "plan": told.plan.name,
        "used": say.count(told.used), "monthly": say.count(told.plan.monthly or 0),
    }  # fmt: skip
    subject = (say.subject_full if full else say.subject).format(**filled)
    paragraphs = [each.format(**filled) for each in (say.hello, say.used, say.goes_on)]
    if full:
        paragraphs.append(say.enough.format(plan=told.advised.name))
    text = "\n\n".join([*paragraphs, f"{say.see}: {reader.console}"]) + "\n"
    body = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    link = f'<p><a href="{escape(reader.console)}">{say.see}</a></p>'
    html = f'<!doctype html><html lang="{say.language}"><body>{body}{link}</body></html>'
    return Letter(reader.email, subject, text, html)


def _write_to_next(runtime: Runtime, store_id: StoreId, post: Post) -> bool:
    """One letter in one transaction: where it is not handed over, nobody is noted as written to."""
    with runtime.unit(store_id) as unit:
        told = usage.this_month(unit.session, store_id, now=runtime.clock.now())
        row = _hold(unit.session, store_id, told)
        if row is None:
            return False
        store = stores.get(unit.session, store_id)
        everybody = _readers(unit.session, store_id, store, console=f"{runtime.settings.public_url}/console/")
        reader = next((each for each in everybody if each.key not in row.mailed), None)
        if reader is None:
            return False
        try:
            post.send(letter(reader, store, told, row.percent))
        except Invalid as refused:
            get_logger(__name__).warning("letter refused", reader=reader.key, reason=str(refused))
        row.mailed = [*row.mailed, reader.key]
    return True


def _readers(session: Session, store_id: StoreId, store: Store, *, console: str) -> list[Reader]:
    """The members; where there are none, the shop itself, if it told an address."""
    everybody = members.every(session, store_id)
    if not everybody and store.email:
        return [Reader(_THE_SHOP, store.email, store.name, store.home or console)]
    return [Reader(each.member_id, each.email, each.name, console) for each in everybody]


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
