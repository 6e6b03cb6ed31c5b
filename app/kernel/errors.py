"""What can go wrong, as nouns of the business. One renderer turns each into RFC 9457 problem details."""

from __future__ import annotations

from http import HTTPStatus


class AppError(Exception):
    """Carries the HTTP status that the edge answers with, and a sentence that may be shown to the caller."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field: str | None = None


class Invalid(AppError):
    """What was sent cannot be read; ``field`` names the part at fault."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.field = field


class Unauthorized(AppError):
    status = HTTPStatus.UNAUTHORIZED


class Forbidden(AppError):
    status = HTTPStatus.FORBIDDEN


class NotFound(AppError):
    """Also what another store's row is: never forbidden, which would tell that it exists."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, noun: str, key: str) -> None:
        super().__init__(f"no {noun} {key}")


class Conflict(AppError):
    status = HTTPStatus.CONFLICT


class TooLarge(AppError):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooMany(AppError):
    status = HTTPStatus.TOO_MANY_REQUESTS


class Upstream(AppError):
    """Another system failed us; ``retry`` tells whether trying again may help."""

    status = HTTPStatus.BAD_GATEWAY

    def __init__(self, detail: str, *, retry: bool) -> None:
        super().__init__(detail)
        self.retry = retry


def problem(error: AppError) -> dict[str, str | int]:
    """RFC 9457 problem details: type, title, status, detail and, where one is at fault, field."""
    told: dict[str, str | int] = {
        "type": "about:blank",
        "title": error.status.phrase,
        "status": int(error.status),
        "detail": error.detail,
    }
    if error.field is not None:
        told["field"] = error.field
    return told
