"""The declarative base, and the columns that nearly every table has."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

# Tables that belong to no single store, each with the reason. Row-level security covers all others.
TENANTLESS = {
    "directory": "finds the store of somebody who only presents a key; holds hashes and store ids only",
    "outbox": "one relay delivers the jobs of all stores; holds job names and ids, no content",
    "alembic_version": "the schema's version",
}

Key = Annotated[str, mapped_column(Text, primary_key=True)]
TextOrNull = Annotated[str | None, mapped_column(Text)]
Minor = Annotated[int, mapped_column(BigInteger)]
MinorOrNull = Annotated[int | None, mapped_column(BigInteger)]
Texts = Annotated[list[str], mapped_column(ARRAY(Text), server_default="{}")]


class Row(DeclarativeBase):
    """Natural keys, ``store_id`` first; money in minor units; times with zone; nothing clever."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }
