"""Signatures, passwords and seals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from app.kernel.crypto import (
    Sealer,
    check_password,
    hash_password,
    new_webhook_secret,
    sign_webhook,
    verify_webhook,
)
from app.kernel.errors import Forbidden, Unauthorized

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SECRET = new_webhook_secret()
BODY = b'{"type":"order.created"}'


def test_the_reference_library_accepts_what_we_sign() -> None:
    now = datetime.now(UTC)
    headers = sign_webhook(SECRET, "msg_1", now, BODY)
    assert Webhook(SECRET).verify(BODY, headers) == {"type": "order.created"}


def test_we_accept_what_the_reference_library_signs() -> None:
    signature = Webhook(SECRET).sign("msg_1", NOW, BODY.decode())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": f"v1,old= {signature}",
    }
    assert verify_webhook(SECRET, headers, BODY, NOW) == "msg_1"


@pytest.mark.parametrize("off", [timedelta(minutes=5, seconds=1), timedelta(minutes=-5, seconds=-1)])
def test_a_webhook_of_another_time_is_refused(off: timedelta) -> None:
    with pytest.raises(Unauthorized):
        verify_webhook(SECRET, sign_webhook(SECRET, "msg_1", NOW, BODY), BODY, NOW + off)


@given(st.integers(0, len(BODY) * 8 - 1))
def test_one_flipped_bit_of_the_body_is_noticed(bit: int) -> None:
    flipped = bytearray(BODY)
    flipped[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(Unauthorized):
        verify_webhook(SECRET, sign_webhook(SECRET, "msg_1", NOW, BODY), bytes(flipped), NOW)


def test_another_secret_is_refused() -> None:
    with pytest.raises(Unauthorized):
        verify_webhook(new_webhook_secret(), sign_webhook(SECRET, "msg_1", NOW, BODY), BODY, NOW)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_an_unsigned_webhook_is_refused(missing: str) -> None:
    headers = sign_webhook(SECRET, "msg_1", NOW, BODY)
    del headers[missing]
    with pytest.raises(Unauthorized):
        verify_webhook(SECRET, headers, BODY, NOW)


def test_passwords_are_checked_without_being_kept() -> None:
    hashed = hash_password("correct horse")
    assert "correct" not in hashed
    assert check_password("correct horse", hashed)
    assert not check_password("correct house", hashed)


def test_a_rotated_key_still_opens_what_the_old_one_sealed() -> None:
    sealed = Sealer("old key").seal("whsec_abc")
    assert Sealer("new key", "old key").unseal(sealed) == "whsec_abc"
    with pytest.raises(Forbidden):
        Sealer("new key").unseal(sealed)
