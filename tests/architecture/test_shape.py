"""The house keeps its shape: small files, short functions, empty package files, a store in every query."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("app", "workers")
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
MOST_PARAMETERS = 5

# Public functions of the domain that find a store, and so cannot be told which.
FINDS_A_STORE = {"keys.authenticate", "members.store_of", "stores.every_id", "stores.of_shop"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=name_of)
def test_no_file_is_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_function_is_long(path: Path) -> None:
    long = [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno + 1 > LONGEST_FUNCTION]
    assert long == []


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name != "cli.py"], ids=name_of)
def test_positional_parameters_are_few(path: Path) -> None:
    many = [
        f.name
        for f in functions(path)
        if len([a for a in f.args.posonlyargs + f.args.args if a.arg not in {"self", "cls"}])
        > MOST_PARAMETERS
    ]
    assert many == []


@pytest.mark.parametrize("path", [p for p in SOURCES + TESTS if p.name == "__init__.py"], ids=name_of)
def test_package_files_are_empty(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == ""


def domain_functions() -> Iterator[tuple[str, list[str]]]:
    for path in (ROOT / "app" / "domain").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{path.stem}.{node.name}", [argument.arg for argument in node.args.args]


def test_what_takes_a_session_takes_the_store_next() -> None:
    without = {
        name
        for name, arguments in domain_functions()
        if arguments[:1] == ["session"] and arguments[1:2] != ["store_id"]
    }
    assert without == FINDS_A_STORE


def test_only_the_edge_commits() -> None:
    commits = {
        name_of(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"commit", "rollback"}
        and isinstance(node.value, ast.Attribute | ast.Name)
        and (node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id) == "session"
    }
    assert commits == set()


def test_nothing_is_unpickled() -> None:
    words = {"pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not words & {alias.name.split(".")[0] for alias in node.names}, name_of(path)
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in words, name_of(path)
