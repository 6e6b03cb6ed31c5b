"""Structured logs: one JSON line an event, UTC, with secrets masked whatever key they come under."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, cast

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

_SECRET_KEY = re.compile(r"secret|password|token|authorization|cookie|api_key", re.IGNORECASE)
_SECRET_TEXT = re.compile(r"\b(?:sk_|whsec_)[A-Za-z0-9+/=_-]+|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")
_MASK = "***"


def mask(_logger: WrappedLogger | None, _method: str, event: EventDict) -> EventDict:
    """Hide secret keys of ours, passwords in addresses, and whatever stands under a telling name."""
    for key, value in event.items():
        if _SECRET_KEY.search(key):
            event[key] = _MASK
        elif isinstance(value, str):
            event[key] = _SECRET_TEXT.sub(_MASK, value)
    return event


def configure(level: str) -> None:
    """Set up logging for this process; called once by an entry point."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(),
    )


def get_logger(name: str) -> FilteringBoundLogger:
    return cast("FilteringBoundLogger", structlog.get_logger(component=name))
