"""What docs/shopify-review.md says is covered is covered by something that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
REVIEW = (ROOT / "docs/shopify-review.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+)`", REVIEW)))
FILES = sorted(set(re.findall(r"`((?:tests|docs|extensions|widgets)/[^`\s]+)`", REVIEW)))
REQUIREMENTS = [
    "1.1.1", "1.1.4", "1.1.9", "1.2.x", "2.2.3", "2.2.4", "2.3.1", "2.3.2", "3.1.1", "3.2.x", "5.1.1",
    "5.1.3", "5.1.5", "5.3.1", "5.5", "5.6.x", "5.8.x", "5.10",
]  # fmt: skip


@pytest.fixture(scope="module")
def defined() -> set[str]:
    sources = (
        path.read_text("utf-8")
        for path in (ROOT / "tests").rglob("test_*.py")
        if "node_modules" not in path.parts
    )
    return {name for source in sources for name in re.findall(r"^def (test_\w+)", source, re.MULTILINE)}


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_is_there(defined: set[str], name: str) -> None:
    assert name in defined


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_named_is_there(name: str) -> None:
    assert (ROOT / name).exists()


@pytest.mark.parametrize("number", REQUIREMENTS)
def test_every_requirement_has_a_row(number: str) -> None:
    assert re.search(rf"^\| (?:[\d.x]+[,–] ?)*{re.escape(number)}\b", REVIEW, re.MULTILINE)
