"""Reading JSON batches: a bad record is reported by its position, the good ones around it are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Raw, Struct

from app.kernel.errors import Invalid
from app.platforms.base import Kind
from app.platforms.custom import shapes
from app.platforms.custom.mapping import SHAPES, record
from app.platforms.records import Parsed, Record, Rejected

MOST_RECORDS: Final = 1_000
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_AT = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)


class _Named(Struct):
    id: str | int = ""
    product_id: str | int = ""


def parse_batch(kind: Kind, body: bytes, received: datetime) -> Parsed:
    """The records under the key named like the kind. Raises Invalid where there is no such list."""
    try:
        batch = msgspec.json.decode(body, type=dict[str, Raw])
        raws = msgspec.json.decode(batch[kind], type=list[Raw])
    except KeyError:
        raise Invalid(f'the body must be {{"{kind}": [...]}}', kind) from None
    except ValueError as error:
        raise Invalid(f'the body must be {{"{kind}": [...]}}: {spoken(error)}', kind) from None
    if len(raws) > MOST_RECORDS:
        raise Invalid(f"at most {MOST_RECORDS:,} records at a time, not {len(raws):,}", kind)
    return parse_records(kind, raws, received)


def parse_records(kind: Kind, raws: Sequence[Raw | bytes], received: datetime) -> Parsed:
    """Each by itself, so that one bad record spoils no other."""
    decoder: msgspec.json.Decoder[shapes.Shape] = msgspec.json.Decoder(SHAPES[kind])
    records: list[Record] = []
    rejected: list[Rejected] = []
    for line, raw in enumerate(raws, 1):
        try:
            records.append(record(decoder.decode(_clean(raw)), received))
        except (Invalid, ValueError) as error:
            rejected.append(Rejected(line, _id_of(raw), spoken(error)))
    return Parsed(tuple(records), tuple(rejected))


def _clean(raw: Raw | bytes) -> Raw | bytes:
    """Only what PostgreSQL can hold as text."""
    if b"\\u0000" in bytes(raw) and _NUL.search(raw):
        raise Invalid("there is a NUL character in a text")
    return raw


def spoken(error: Invalid | ValueError) -> str:
    """A reason that a person can act upon: the place first, then what is wrong there."""
    if isinstance(error, Invalid):
        return error.detail
    if isinstance(error, UnicodeDecodeError):
        return "a text is not UTF-8"
    found = _AT.fullmatch(str(error))
    return f"{found[2]}: {found[1]}" if found and found[2] else str(error)


def _id_of(raw: Raw | bytes) -> str:
    try:
        named = msgspec.json.decode(raw, type=_Named)
    except ValueError:
        return ""
    return str(named.id or named.product_id).replace("\0", "")
