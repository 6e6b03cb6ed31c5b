"""Secrets at rest, hashes of keys, passwords, and signatures of webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.kernel.errors import Forbidden, Unauthorized

_TOLERANCE = timedelta(minutes=5)
_SCRYPT_COST = 2**14
_SCRYPT_MEMORY = 64 * 1024 * 1024


def sha256_hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def derive(secret_key: str, purpose: str) -> bytes:
    """32 bytes for one purpose (HKDF's expand step, RFC 5869, with SHA-256)."""
    return hmac.digest(secret_key.encode(), purpose.encode() + b"\x01", "sha256")


class Sealer:
    """Seals texts with the first key and opens them with any, so that keys can be rotated."""

    def __init__(self, *secret_keys: str) -> None:
        self._fernet = MultiFernet(
            [Fernet(base64.urlsafe_b64encode(derive(key, "seal"))) for key in secret_keys]
        )

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Raises Forbidden where none of the keys sealed it."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Forbidden("this secret was sealed with another key") from None


def hash_password(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_scrypt(password, salt).hex()}"


def check_password(password: str, hashed: str) -> bool:
    _, salt, expected = hashed.split("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), bytes.fromhex(expected))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=_SCRYPT_COST, r=8, p=1, maxmem=_SCRYPT_MEMORY, dklen=32
    )


def new_webhook_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def sign_webhook(secret: str, delivery_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks for this body."""
    stamp = str(int(at.timestamp()))
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + _signature(secret, delivery_id, stamp, body),
    }


def verify_webhook(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The delivery's id, if the raw body was signed with the secret within five minutes of now.

    Raises Unauthorized otherwise. Header names are looked up as given: pass a case-insensitive mapping.
    """
    delivery_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    if not delivery_id or not stamp.isascii() or not stamp.isdigit():
        raise Unauthorized("the webhook is not signed")
    if abs(now.timestamp() - int(stamp[:12])) > _TOLERANCE.total_seconds():
        raise Unauthorized("the webhook's time is more than five minutes off")
    expected = _signature(secret, delivery_id, stamp, body).encode()
    for candidate in headers.get("webhook-signature", "").split():
        version, _, signature = candidate.partition(",")
        if version == "v1" and hmac.compare_digest(signature.encode(), expected):
            return delivery_id
    raise Unauthorized("the webhook's signature is wrong")


def _signature(secret: str, delivery_id: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{delivery_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
