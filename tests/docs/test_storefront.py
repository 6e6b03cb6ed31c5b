"""The examples of docs/storefront.md against a server that answers with the contract's examples."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import stage as stages
from tests.browser.stage import ROOT, Stage
from tests.docs.blocks import blocks

PAGE = "storefront.md"
WIDGETS = ROOT / "widgets"


@pytest.fixture
def stage() -> Iterator[Stage]:
    with stages.running() as stage:
        yield stage


def run(command: list[str], stage: Stage) -> str:
    environ = {"PATH": os.environ["PATH"], "ALONGSIDE_URL": stage.url}
    done = subprocess.run(
        command, env=environ, cwd=WIDGETS, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def package() -> Path:
    """The client as it is built."""
    done = subprocess.run(
        ["npm", "--prefix", "client", "run", "--silent", "build"],
        cwd=WIDGETS, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return WIDGETS / "client" / "dist"


@pytest.fixture
def example(tmp_path: Path, package: Path) -> Path:
    """The TypeScript example beside a configuration that finds the client."""
    file = tmp_path / "example.ts"
    file.write_text("export {};\n" + blocks(PAGE, "ts")[0])
    config = {
        "extends": str(WIDGETS / "client" / "tsconfig.json"),
        "compilerOptions": {
            "noEmit": True,
            "emitDeclarationOnly": False,
            "declaration": False,
            "rootDir": "/",
            "target": "ES2022",
            "typeRoots": [str(WIDGETS / "node_modules" / "@types")],
            "paths": {"@alongside/storefront": [str(package / "types" / "client" / "src" / "index.d.ts")]},
        },
        "include": [str(file)],
    }
    (tmp_path / "tsconfig.json").write_text(json.dumps(config))
    return file


def test_the_client_is_typed_as_it_is_used(example: Path, stage: Stage) -> None:
    assert run(["node_modules/.bin/tsc", "-p", str(example.with_name("tsconfig.json"))], stage) == ""


def test_the_client_shows_and_counts(example: Path, package: Path, stage: Stage) -> None:
    built = example.with_suffix(".mjs")
    run(
        ["node_modules/.bin/esbuild", str(example), "--bundle", "--platform=node", "--format=esm",
         f"--alias:@alongside/storefront={package / 'index.js'}", f"--outfile={built}", "--log-level=error"],
        stage,
    )  # fmt: skip
    said = run(["node", str(built)], stage).splitlines()
    assert said == [
        "Goes well with this",
        "1 ROSES REGENCY TEACUP AND SAUCER £2.95 https://shop.example/shop/product/22699",
        "true",
    ]
    assert [(event["kind"], event["id"][-4:]) for event in stage.events] == [("impression", ":1:i")]


def test_a_server_writes_the_slate_into_the_page(tmp_path: Path, stage: Stage) -> None:
    file = tmp_path / "example.py"
    file.write_text(blocks(PAGE, "python")[0])
    written = run([sys.executable, str(file)], stage)
    inside = re.fullmatch(
        r'<alongside-placement placement="product" product="22423">'
        r'<script type="application/json" data-alongside-slate>([^<]*)</script></alongside-placement>\n',
        written,
    )
    assert inside is not None
    assert json.loads(inside[1])["items"][0]["product_id"] == "22699"


def test_the_address_answers_as_told(stage: Stage) -> None:
    told = json.loads(run(["bash", "-c", blocks(PAGE, "sh")[0]], stage))
    assert [slate["placement"] for slate in told["slates"]] == ["product", "cart"]


def test_the_element_names_the_files_that_are_served() -> None:
    (written,) = blocks(PAGE, "html")
    assert 'src="https://app.example/widget/alongside.js"' in written
    assert (stages.WIDGET / "alongside.js").is_file()
