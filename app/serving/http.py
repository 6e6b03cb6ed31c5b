"""The little of HTTP that the fast wing needs."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import msgspec

from app.kernel.errors import AppError, TooLarge, problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

JSON = "application/json"
PROBLEM = "application/problem+json"
PACK_FROM = 8 * 1024
_STATUS_LINES = {int(status): f"{int(status)} {status.phrase}" for status in HTTPStatus}
_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_BODILESS = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}

Headers = tuple[tuple[str, str], ...]


class Reply(NamedTuple):
    """An answer; an empty ``kind`` sends no content type."""

    status: int
    body: bytes = b""
    kind: str = ""
    headers: Headers = ()

    def with_headers(self, headers: Headers) -> Reply:
        """Give the same answer with further headers."""
        return Reply(self.status, self.body, self.kind, (*self.headers, *headers))


class NotAllowed(AppError):
    status = HTTPStatus.METHOD_NOT_ALLOWED


class Busy(AppError):
    """Nothing could take what was sent; sending it again later may work."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


def refusal(error: AppError, headers: Headers = ()) -> Reply:
    """Render an error as problem details."""
    wait = (("Retry-After", "10"),) if error.status in _LATER else ()
    return Reply(int(error.status), msgspec.json.encode(problem(error)), PROBLEM, (*headers, *wait))


def packed(reply: Reply, environ: WSGIEnvironment) -> Reply:
    """Compress a large answer for who can read it."""
    if len(reply.body) < PACK_FROM or "gzip" not in environ.get("HTTP_ACCEPT_ENCODING", ""):
        return reply
    headers = (*reply.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))
    return reply._replace(body=gzip.compress(reply.body, 1, mtime=0), headers=headers)


def revalidated(tag: str) -> Headers:
    """Let an answer be kept, and asked again each time whether it is still right."""
    return (("ETag", tag), ("Cache-Control", "public, no-cache"))


def send(reply: Reply, method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Write an answer out; HEAD gets the headers alone."""
    headers = [("Content-Type", reply.kind)] if reply.kind else []
    if reply.status not in _BODILESS:
        headers.append(("Content-Length", str(len(reply.body))))
    start_response(_STATUS_LINES[reply.status], [*headers, *reply.headers])
    return [b""] if method == "HEAD" else [reply.body]  # lists are what granian sends in one piece


def parameters(environ: WSGIEnvironment) -> Mapping[str, str]:
    """Read the query; of a repeated parameter the last counts, an empty one counts as not given."""
    told = {}
    for pair in environ.get("QUERY_STRING", "").split("&"):
        name, _, value = pair.partition("=")
        if value:
            told[name] = unquote(value.replace("+", " ")) if "%" in value or "+" in value else value
    return told


def body(environ: WSGIEnvironment, most: int) -> bytes:
    """Read the body, whether or not its length was announced. Raises TooLarge beyond ``most`` bytes."""
    announced = environ.get("CONTENT_LENGTH") or ""
    length = int(announced) if announced.isdigit() else most + 1
    if announced and length > most:
        raise TooLarge(f"the body has more than {most} bytes")
    data = bytearray()
    while len(data) < length and (part := environ["wsgi.input"].read(length - len(data))):
        data += part
    if len(data) > most:
        raise TooLarge(f"the body has more than {most} bytes")
    return bytes(data)
