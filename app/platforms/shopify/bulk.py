"""Fetching a shop by bulk operations: asked for, awaited, streamed line by line, resumable at any parent.

The cursor is JSON: ``since`` (changes after that; "" = everything), ``operation`` and when it was ``asked``,
``at``, the byte of its result that comes next, and ``full``, when everything was last asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

import httpx
import msgspec
from msgspec import Struct

from app.kernel.errors import Upstream
from app.platforms.base import Kind, Page
from app.platforms.records import Record
from app.platforms.shopify.client import Client, UserError, operation, refused
from app.platforms.shopify.families import Family, deletions, records
from app.platforms.shopify.shapes import Child

_EVER: Final = "1970-01-01T00:00:00Z"
_PER_PAGE: Final = 250
_WAIT: Final = timedelta(seconds=10)
_OVERLAP: Final = timedelta(minutes=10)  # what changed while the shop was looking is told twice
_GATHERING: Final = {"CREATED", "RUNNING", "CANCELING"}
_PARALLEL: Final = "already in progress"
_CHUNK: Final = 256 * 1024

# How much there is of an item at a place, what a product costs and what it is in change without their own
# date: everything is asked for again after so long.
_IN_FULL_AFTER: Final = {Kind.STOCK: timedelta(0), Kind.PRODUCTS: timedelta(days=1)}
_DELETED_SINCE: Final = timedelta(days=30)  # where we were away: a shop that left for longer is erased


class Cursor(Struct, frozen=True):
    since: str = ""
    operation: str = ""
    asked: str = ""
    at: int = 0
    full: str = ""

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


class _Operation(Struct, rename="camel"):
    id: str
    status: str
    created_at: datetime
    error_code: str | None = None
    url: str | None = None


class _Outcome(Struct, rename="camel"):
    user_errors: list[UserError]
    bulk_operation: _Operation | None = None


class _Run(Struct, rename="camel"):
    bulk_operation_run_query: _Outcome


class _Poll(Struct, rename="camel"):
    bulk_operation: _Operation | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the byte at which it starts."""

    at: int
    body: bytes


class Lost(Exception):
    """The result cannot be had any more: ask anew."""


def pull(client: Client, http: httpx.Client, kind: Kind, since: str, *, now: datetime) -> Iterator[Page]:
    """Raises as ``Platform.pull``."""
    cursor = msgspec.json.decode(since, type=Cursor) if since else Cursor()
    again = msgspec.structs.replace(cursor, operation="", asked="", at=0, full="")
    if not cursor.operation:
        yield _ask(client, kind, cursor, now)
        return
    told = client.ask("bulk_poll", _Poll, id=cursor.operation).bulk_operation
    if told is not None and told.status in _GATHERING:
        yield Page((), cursor.text(), wait=_WAIT)
        return
    if told is not None and told.status == "FAILED":
        yield Page((), again.text())
        raise Upstream(f"Shopify could not gather the {kind}: {told.error_code}", retry=True)
    if told is None or told.status != "COMPLETED":
        yield Page((), again.text(), wait=_WAIT)
        return
    asked = datetime.fromisoformat(cursor.asked)
    try:
        if told.url:
            for family, after in _families(http, told.url, cursor.at):
                moved = msgspec.structs.replace(cursor, at=after)
                yield from _pages(records(client, kind, family, asked), cursor, moved)
                cursor = moved
    except Lost:
        yield Page((), again.text(), wait=_WAIT)
        return
    if kind is Kind.PRODUCTS:
        for gone in deletions(client, cursor.since or _stamp(now - _DELETED_SINCE)):
            yield Page(gone, cursor.text())
    yield Page((), Cursor(since=_stamp(asked - _OVERLAP), full=cursor.full).text())


def _pages(batches: Iterable[tuple[Record, ...]], before: Cursor, after: Cursor) -> Iterator[Page]:
    """The cursor moves on with the last batch: whoever begins again in between writes some twice."""
    held: tuple[Record, ...] | None = None
    for batch in batches:
        if held is not None:
            yield Page(held, before.text())
        held = batch
    yield Page(held or (), after.text())


def _ask(client: Client, kind: Kind, cursor: Cursor, now: datetime) -> Page:
    again_after = _IN_FULL_AFTER.get(kind)
    last = datetime.fromisoformat(cursor.full or _EVER)
    is_full = not cursor.since or (again_after is not None and now - last >= again_after)
    since = "" if is_full else cursor.since
    query = operation(f"bulk_{kind}").replace(_EVER, since or _EVER)
    outcome = client.ask("bulk_run", _Run, query=query).bulk_operation_run_query
    if any(_PARALLEL in each.message for each in outcome.user_errors):
        return Page((), cursor.text(), wait=_WAIT)
    refused("bulkOperationRunQuery", outcome.user_errors)
    if outcome.bulk_operation is None:
        raise Upstream("no bulk operation came of it", retry=True)
    made = outcome.bulk_operation
    asked = _stamp(made.created_at)
    running = Cursor(cursor.since, made.id, asked, full=asked if is_full else cursor.full)
    return Page((), running.text(), wait=_WAIT)


def _families(http: httpx.Client, url: str, start: int) -> Iterator[tuple[list[Family], int]]:
    """Some parents with their children, and the byte after them. Raises Lost or Upstream."""
    ready: list[Family] = []
    with _download(http, url, start) as lines:
        for line in lines:
            head = msgspec.json.decode(line.body, type=Child)
            if head.parent is None:
                if len(ready) >= _PER_PAGE:
                    yield ready, line.at
                    ready = []
                ready.append(Family(head.id, line.body, []))
            elif ready and ready[-1].id == head.parent:
                ready[-1].children.append(line.body)
            else:
                raise Upstream("a bulk result is not grouped by parent", retry=False)
            start = line.at + len(line.body) + 1
    if ready:
        yield ready, start


@contextmanager
def _download(http: httpx.Client, url: str, start: int) -> Iterator[Iterator[Line]]:
    """The lines from byte ``start`` on, which is where one begins."""
    headers = {"Range": f"bytes={start}-"} if start else {}
    try:
        with http.stream("GET", url, headers=headers) as answer:
            if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                yield iter(())
                return
            if answer.status_code in {403, 404, 410}:
                raise Lost
            if answer.is_error:
                raise Upstream(f"the result was answered {answer.status_code}", retry=True)
            skip = start if answer.status_code != HTTPStatus.PARTIAL_CONTENT else 0
            yield _lines(answer, start, skip)
    except httpx.HTTPError as error:
        raise Upstream(f"the download broke off: {type(error).__name__}", retry=True) from None


def _lines(answer: httpx.Response, start: int, skip: int) -> Iterator[Line]:
    """``skip`` bytes come that nobody asked for: a server that does not know ranges."""
    at, rest = start, b""
    for chunk in answer.iter_bytes(_CHUNK):
        if skip:
            chunk, skip = chunk[skip:], max(0, skip - len(chunk))  # noqa: PLW2901 - what is left of it
        *whole, rest = (rest + chunk).split(b"\n")
        for body in whole:
            if body:
                yield Line(at, body)
            at += len(body) + 1
    if rest:
        yield Line(at, rest)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
