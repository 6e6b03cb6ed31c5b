"""One set of real servers for all tests of this folder: starting them costs more than most of the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.stage import Stage, stage


@pytest.fixture(scope="package")
def servers() -> Iterator[Stage]:
    with stage() as started:
        yield started
