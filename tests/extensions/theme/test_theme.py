"""The theme app extension, held against what Shopify checks and publishes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from app.console.platform.shopify import BLOCKS, EMBED
from app.platforms.shopify import front, mapping
from app.platforms.shopify.native import NAMESPACE
from tests.simulators.shopify.liquid_blocks import EXTENSION, Blocks

HERE = Path(__file__).parent
SCHEMAS = HERE / "node_modules" / "@shopify" / "theme-check-docs-updater" / "data"
LANGUAGES = {"de", "en.default", "es", "fr"}
LARGEST_ASSET = 10_000
LARGEST_LIQUID = 500_000
LONGEST_NAME = 25
BLOCKS_OF_OURS = Blocks("https://cdn.example")
MADE_FOR = {
    "assets": {".css", ".js", ".json", ".svg"},
    "blocks": {".liquid"},
    "locales": {".json"},
    "snippets": {".liquid"},
}


@pytest.fixture(scope="module")
def schemas() -> Registry[Any]:
    """Shopify's schemas of settings, which come with its theme check."""
    if not SCHEMAS.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("Shopify's theme check is missing")
        pytest.skip("Shopify's theme check is missing: make tests/extensions/theme/node_modules/.installed")
    every = {each.name: json.loads(each.read_text("utf-8")) for each in SCHEMAS.glob("*.json")}
    kept = {name: told for name, told in every.items() if isinstance(told, dict)}
    return Registry().with_resources(
        (f"https://schemas.test/{name}", Resource.from_contents(told, default_specification=DRAFT7))
        for name, told in kept.items()
        if not name.startswith("manifest")
    )


def offenses(folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", str(HERE / "check.mjs"), str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


def faults(schemas: Registry[Any], settings: object) -> list[str]:
    validator = Draft7Validator({"$ref": "https://schemas.test/settings.json"}, registry=schemas)
    return [each.message for each in validator.iter_errors(settings)]


@pytest.mark.usefixtures("schemas")
def test_shopifys_theme_check_has_nothing_against_it() -> None:
    assert offenses(EXTENSION) == []


@pytest.mark.usefixtures("schemas")
def test_the_check_finds_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "theme"
    shutil.copytree(EXTENSION, broken)
    block = broken / "blocks" / "widget.liquid"
    block.write_text(
        "{{ 'nowhere' | t }}<script src='{{ 'a.js' | asset_url }}'></script>" + block.read_text()
    )
    (broken / "assets" / "large.js").write_text("x" * (LARGEST_ASSET + 1))
    found = {each["check"] for each in offenses(broken)}
    assert {"TranslationKeyExists", "ParserBlockingScript", "MissingAsset"} <= found


@pytest.mark.parametrize("name", [*BLOCKS, EMBED])
def test_settings_are_as_shopify_has_them(schemas: Registry[Any], name: str) -> None:
    assert faults(schemas, BLOCKS_OF_OURS.schema(name)["settings"]) == []


def test_a_setting_of_another_type_is_found(schemas: Registry[Any]) -> None:
    assert faults(schemas, [{"type": "bogus", "id": "a", "label": "A"}])


def test_the_console_knows_every_block() -> None:
    assert BLOCKS_OF_OURS.names() == sorted([*BLOCKS, EMBED])
    assert BLOCKS_OF_OURS.schema(EMBED)["target"] == "body"
    assert {BLOCKS_OF_OURS.schema(name)["target"] for name in BLOCKS} == {"section"}


@pytest.mark.parametrize("name", [*BLOCKS, EMBED])
def test_every_word_of_a_block_is_in_every_language(name: str) -> None:
    keys = re.findall(r'"t:([\w.]+)"', (EXTENSION / "blocks" / f"{name}.liquid").read_text("utf-8"))
    assert keys
    for language in LANGUAGES:
        told = json.loads((EXTENSION / "locales" / f"{language}.schema.json").read_text("utf-8"))
        for key in keys:
            word: Any = told
            for part in key.split("."):
                word = word[part]
            assert word
            assert not key.endswith("name") or len(word) <= LONGEST_NAME


def test_it_speaks_four_languages() -> None:
    found = {each.name.removesuffix(".json") for each in (EXTENSION / "locales").iterdir()}
    assert found == LANGUAGES | {f"{each}.schema" for each in LANGUAGES}


def test_it_holds_what_shopify_takes() -> None:
    for folder in (each for each in EXTENSION.iterdir() if each.is_dir()):
        assert {each.suffix for each in folder.iterdir()} <= MADE_FOR[folder.name]
    liquid = sum(each.stat().st_size for each in EXTENSION.rglob("*.liquid"))
    assert liquid <= LARGEST_LIQUID


def test_every_asset_is_small_as_it_lies() -> None:
    sizes = {each.name: each.stat().st_size for each in (EXTENSION / "assets").iterdir()}
    assert {"alongside.js", "alongside.css", "alongside-page.js"} <= set(sizes)
    assert [name for name, size in sizes.items() if size > LARGEST_ASSET] == []


def test_it_speaks_of_the_same_things_as_the_app() -> None:
    page = (EXTENSION / "assets" / "alongside-page.js").read_text("utf-8")
    assert f'"properties[{mapping.SLATE}]"' in page
    assert f'"{mapping.VISITOR}"' in page
    for name in BLOCKS:
        source = (EXTENSION / "blocks" / f"{name}.liquid").read_text("utf-8")
        assert f"app.metafields.{front.NAMESPACE}.{front.KEY}.value" in source
    assert NAMESPACE in (EXTENSION / "blocks" / "recommendations.liquid").read_text("utf-8")


def test_it_points_nowhere_but_to_its_own_assets() -> None:
    for path in [*EXTENSION.rglob("*.liquid"), EXTENSION / "assets" / "alongside-page.js"]:
        assert "http" not in path.read_text("utf-8")
