from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.domain.accounts.stores import Credentials
from app.kernel.db import Database
from tests.domain.insight.world import Shop


@pytest.fixture
def shop(store: Credentials) -> Shop:
    return Shop(store.store_id)


@pytest.fixture
def session(database: Database, store: Credentials) -> Iterator[Session]:
    with database.unit(store.store_id) as unit:
        yield unit.session
