"""The door of programs: who asks, what was sent, and how it is answered."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from app.domain.accounts import keys
from app.kernel.db import AWAY
from app.kernel.errors import AppError, Invalid, TooLarge, Unauthorized, problem
from app.kernel.ids import StoreId
from app.kernel.log import get_logger
from app.kernel.runtime import Runtime

PREFIX: Final = "/api/upsell-cross-sell"
LARGEST_JSON: Final = 16 * 1024 * 1024

_PROBLEM: Final = "application/problem+json"
_GZIP: Final = 31  # zlib's word for a gzip header around the largest window
_LONGEST_KEY: Final = 200
_COME_BACK_AFTER: Final = "2"  # seconds


class Handler(Protocol):
    """Answers for one store; the address's own parts come by name."""

    def __call__(self, store_id: StoreId, /, **parts: str) -> Response: ...


@dataclass(frozen=True, slots=True)
class Param:
    """A part of the address. ``where`` is path or query; ``schema`` is JSON Schema."""

    name: str
    about: str
    where: str = "query"
    required: bool = False
    schema: dict[str, object] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One address: what serves it and what the documentation tells of it.

    ``sent`` and ``answered`` are types that msgspec can describe, None = no body; ``media`` lists how a body
    may be sent. ``handler`` None = the fast wing answers.
    """

    method: str
    path: str
    name: str
    summary: str
    group: str
    handler: Handler | None
    sent: object = None
    answered: object = None
    status: int = 200
    params: tuple[Param, ...] = ()
    about: str = ""
    media: tuple[str, ...] = ("application/json",)


def authenticate(runtime: Runtime) -> StoreId:
    """The store whose secret key was presented. Raises Unauthorized."""
    scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(presented) <= _LONGEST_KEY:
        raise Unauthorized("present the store's secret key: Authorization: Bearer sk_…")
    with runtime.unit() as unit:
        return keys.authenticate(unit.session, presented)


def guarded(runtime: Runtime, handler: Handler) -> Callable[..., Response]:
    """The handler behind the store's secret key."""

    def view(**parts: str) -> Response:
        return handler(authenticate(runtime), **parts)

    return view


def body(limit: int = LARGEST_JSON) -> bytes:
    """What was sent, unpacked where it is gzip. Raises TooLarge; never holds more than ``limit`` unpacked."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise Invalid(f"Content-Encoding {encoding!r} is not understood: use gzip, or none")
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    sent = request.stream.read(limit + 1)
    if len(sent) > limit:
        raise _too_large(limit)
    return _gunzip(sent, limit) if encoding.endswith("gzip") else sent


def _gunzip(packed: bytes, limit: int) -> bytes:
    unpacked = bytearray()
    while packed:
        stream = zlib.decompressobj(_GZIP)
        try:
            unpacked += stream.decompress(packed, limit + 1 - len(unpacked))
        except zlib.error:
            raise Invalid("the body is not gzip, as its Content-Encoding says") from None
        if len(unpacked) > limit:
            raise _too_large(limit)
        if not stream.eof:
            raise Invalid("the gzip body is cut off")
        packed = stream.unused_data
    return bytes(unpacked)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"at most {limit // 1024:,} kB, unpacked")


def reply(what: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(what), status, content_type="application/json")


def register_errors(flask: Flask) -> None:
    """Every error leaves as problem details (RFC 9457)."""
    flask.register_error_handler(AppError, refuse)
    flask.register_error_handler(HTTPException, _refuse_http)
    for away in AWAY:
        flask.register_error_handler(away, _ask_to_come_back)
    flask.register_error_handler(Exception, _apologise)


def refuse(error: AppError) -> Response:
    response = Response(msgspec.json.encode(problem(error)), int(error.status), content_type=_PROBLEM)
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = 'Bearer realm="Alongside"'
    return response


def _refuse_http(error: HTTPException) -> Response:
    response = Response(_told(error.name, error.code or 500, error.description or error.name), error.code)
    kept = [each for each in error.get_headers() if each[0].lower() not in {"content-type", "content-length"}]
    response.headers.extend(kept)
    response.content_type = _PROBLEM
    return response


def _ask_to_come_back(error: Exception) -> Response:
    """The database is away: a platform sends its webhook again, a program asks again."""
    reason = str(error).partition("\n")[0]
    get_logger(__name__).warning("the database is away", path=request.path, reason=reason)
    told = _told("Service Unavailable", 503, "nothing was kept; please send it again in a moment")
    return Response(told, 503, {"Retry-After": _COME_BACK_AFTER}, content_type=_PROBLEM)


def _apologise(error: Exception) -> Response:
    get_logger(__name__).error("request failed", path=request.path, exc_info=error)
    told = _told("Internal Server Error", 500, "something went wrong on our side; please try again")
    return Response(told, 500, content_type=_PROBLEM)


def _told(title: str, status: int, detail: str) -> bytes:
    return msgspec.json.encode({"type": "about:blank", "title": title, "status": status, "detail": detail})
