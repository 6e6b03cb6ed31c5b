"""`alongside evaluate` on files: the table on stdout or JSON, steps on stderr, nothing else needed."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.engine.registry import STRATEGIES
from app.kernel.errors import Invalid
from tests.engine.shops import drawn_shop


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Four hundred orders of a drawn shop, a hundred days."""
    data = drawn_shop(400)
    orders = data.bought.tocoo()
    lines = {
        "order_id": orders.row,
        "created_at": pd.to_datetime(data.times[orders.row], unit="s", utc=True),
        "customer_id": [data.shopper_ids[k] if k >= 0 else None for k in data.buyers[orders.row]],
        "product_id": [data.item_ids[item] for item in orders.col],
        "quantity": 1,
        "price": 2.5,
    }
    folder = tmp_path_factory.mktemp("evaluate")
    pd.DataFrame(lines).to_parquet(folder / "orders.parquet")
    pd.DataFrame({"product_id": data.item_ids, "title": data.described.titles}).to_csv(
        folder / "products.csv", index=False
    )
    return ["--orders", str(folder / "orders.parquet"), "--products", str(folder / "products.csv")]


def test_the_table_and_the_file_hold_every_strategy(files: list[str], tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    ran = CliRunner().invoke(cli, ["evaluate", *files, "--no-curve", "--json", str(kept)])
    assert ran.exit_code == 0, ran.stderr
    assert "T1 product page, shopper unknown" in ran.stdout
    assert "Smaller histories" not in ran.stdout
    assert ran.stderr.splitlines()[-1].endswith("s  done")
    told = json.loads(kept.read_text(encoding="utf-8"))
    assert {row["name"] for row in told["standings"]} == set(STRATEGIES)
    assert told["curve"] == []
    assert told["learned_from"] + told["asked_about"] == 400


def test_json_on_stdout_is_all_that_is_there(files: list[str]) -> None:
    ran = CliRunner().invoke(cli, ["evaluate", *files, "--no-curve", "--json", "-", "--seed", "3"])
    assert json.loads(ran.stdout)["seed"] == 3


def test_files_come_in_twos(files: list[str]) -> None:
    ran = CliRunner().invoke(cli, ["evaluate", *files[:2]])
    assert isinstance(ran.exception, Invalid)
    assert ran.exception.detail == "--orders and --products go together"
