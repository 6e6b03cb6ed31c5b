"""Secrets do not reach the log."""

from __future__ import annotations

import pytest

from app.kernel.log import mask


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("secret_key", "hunter2hunter2"),
        ("Authorization", "Bearer abc"),
        ("password", "hunter2"),
        ("text", "presented sk_abcdefghijk here"),
        ("error", "connection to postgresql://owner:hunter2@db/alongside failed"),
        ("body", "whsec_aGVsbG8="),
    ],
)
def test_a_secret_is_masked(key: str, value: str) -> None:
    masked = mask(None, "info", {key: value})[key]
    assert "***" in masked
    for secret in ("hunter2", "Bearer", "sk_abc", "aGVsbG8"):
        assert secret not in masked


def test_what_is_no_secret_stays() -> None:
    assert mask(None, "info", {"store_id": "01ABC", "count": 3}) == {"store_id": "01ABC", "count": 3}
