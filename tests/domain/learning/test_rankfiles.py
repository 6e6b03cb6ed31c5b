"""Ranking from files: only what is in them matters, and nothing of how it is written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from app.domain.learning.rankfiles import rank
from app.kernel.errors import Invalid

PRODUCTS = {f"0{number:03}": f"family{number // 4} thing{number}" for number in range(40)}


def order_lines(orders: int = 200, seed: int = 1) -> pd.DataFrame:
    """Families of four products are bought together, with one product by chance."""
    rng = Random(seed)
    names = list(PRODUCTS)
    rows = []
    for number in range(orders):
        family = rng.randrange(10)
        basket = {*rng.sample(names[family * 4 : family * 4 + 4], 3), rng.choice(names)}
        at = pd.Timestamp("2026-01-01") + pd.Timedelta(hours=7 * number)
        rows += [
            (5000 + number, at, rng.choice([12, 13, None]), name, rng.randrange(1, 4), 1.5)
            for name in sorted(basket)
        ]
    columns = ["order_id", "created_at", "customer_id", "product_id", "quantity", "price"]
    return pd.DataFrame(rows, columns=columns).astype({"customer_id": "Int64"})


def questions(naming: Callable[[str], str] = str) -> list[dict[str, object]]:
    asked: list[dict[str, object]] = []
    for number, name in enumerate(PRODUCTS):
        basket = [naming(each) for each in list(PRODUCTS)[number % 7 : number % 7 + 3]]
        at = "2026-03-01T10:00:00+00:00"
        asked += [
            {
                "id": f"p{number}",
                "placement": "product",
                "product": naming(name),
                "basket": [],
                "customer": None,
            },
            {
                "id": f"c{number}",
                "placement": "cart",
                "product": None,
                "basket": basket,
                "customer": 12,
                "at": at,
            },
        ]
    asked.append({"id": "h", "placement": "home", "customer": "13", "exclude_purchased": True})
    return asked


def answer(
    folder: Path,
    lines: pd.DataFrame,
    asked: list[dict[str, object]],
    names: dict[str, str],
    suffix: str = "parquet",
) -> dict[str, list[str]]:
    folder.mkdir(exist_ok=True)
    products = pd.DataFrame({"product_id": list(names), "title": list(names.values())})
    for name, frame in (("o", lines), ("p", products)):
        path = folder / f"{name}.{suffix}"
        if suffix == "csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_parquet(path)
    (folder / "q.jsonl").write_text("\n".join(json.dumps(each) for each in asked), encoding="utf-8")
    rank(folder / f"o.{suffix}", folder / f"p.{suffix}", folder / "q.jsonl", folder / "r.jsonl")
    told = [json.loads(line) for line in (folder / "r.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [each["id"] for each in told] == [each["id"] for each in asked]
    return {each["id"]: each["items"] for each in told}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return answer(tmp_path_factory.mktemp("plain"), order_lines(), questions(), PRODUCTS)


def test_every_answer_is_full_and_learned_from_the_orders(expected: dict[str, list[str]]) -> None:
    assert {len(items) for name, items in expected.items() if name != "h"} == {12}
    assert set(expected["p0"][:3]) == {"0001", "0002", "0003"}  # the rest of its family


def test_nothing_of_the_page_or_the_basket_is_answered(expected: dict[str, list[str]]) -> None:
    for asked in questions():
        assert not {asked.get("product"), *(asked.get("basket") or [])} & set(expected[str(asked["id"])])  # type: ignore[misc]


def test_what_the_customer_bought_is_hidden_on_demand(tmp_path: Path) -> None:
    lines = order_lines(60)
    bought = set(lines[lines["customer_id"] == 13]["product_id"])
    home: dict[str, object] = {"id": "h", "placement": "home", "customer": "13"}
    shown = answer(tmp_path, lines, [home, {**home, "id": "n", "exclude_purchased": True}], PRODUCTS)
    assert set(shown["h"]) & bought
    assert not set(shown["n"]) & bought


def test_shuffled_rows_change_no_answer(expected: dict[str, list[str]], tmp_path: Path) -> None:
    lines = order_lines().sample(frac=1, random_state=7)
    names = dict(sorted(PRODUCTS.items(), key=lambda pair: pair[1][::-1]))
    assert answer(tmp_path, lines, questions(), names) == expected


def test_renamed_products_change_no_answer(expected: dict[str, list[str]], tmp_path: Path) -> None:
    fresh = [f"sku-{number}" for number in range(40)]
    Random(5).shuffle(fresh)
    renamed = dict(zip(PRODUCTS, fresh, strict=True))
    lines = order_lines().assign(product_id=lambda frame: frame["product_id"].map(renamed))
    names = {renamed[name]: title for name, title in PRODUCTS.items()}
    told = answer(tmp_path, lines, questions(renamed.__getitem__), names)
    assert told == {key: [renamed[name] for name in items] for key, items in expected.items()}


def test_csv_answers_as_parquet_does_leading_zeros_and_all(
    expected: dict[str, list[str]], tmp_path: Path
) -> None:
    assert answer(tmp_path, order_lines(), questions(), PRODUCTS, "csv") == expected


def test_an_unknown_product_is_answered_with_the_popular_ones(tmp_path: Path) -> None:
    asked: list[dict[str, object]] = [
        {"id": "7", "placement": "product", "product": "ghost", "basket": ["spirit"], "customer": "nobody"}
    ]
    told = answer(tmp_path, order_lines(60), asked, PRODUCTS)
    assert len(told["7"]) == 12


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "line 2: Expecting property name"),
        ("[]", "line 2: a query is an object"),
        ('{"placement": "cart"}', "line 2: id is missing"),
        ('{"id": 1, "placement": "shelf"}', "line 2: placement 'shelf' is none of product, cart"),
        ('{"id": 1, "placement": "cart", "basket": "tea"}', "line 2: basket is not a list"),
        ('{"id": 1, "placement": "cart", "basket": [["tea"]]}', "line 2: basket"),
        ('{"id": 1, "placement": "cart", "product": 1.5}', "line 2: product 1.5 is no id"),
        ('{"id": 1, "placement": "cart", "at": "noon"}', "line 2: Invalid isoformat string"),
    ],
)
def test_a_query_that_cannot_be_read_is_named_by_its_line(tmp_path: Path, line: str, fault: str) -> None:
    queries = tmp_path / "q.jsonl"
    queries.write_text('{"id": 1, "placement": "home"}\n' + line, encoding="utf-8")
    with pytest.raises(Invalid, match=r"q\.jsonl, ") as raised:
        rank(tmp_path / "o.parquet", tmp_path / "p.parquet", queries, tmp_path / "r.jsonl")
    assert fault in raised.value.detail
    assert not (tmp_path / "r.jsonl").exists()


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text("", encoding="utf-8")
    order_lines(5).drop(columns="price").to_parquet(tmp_path / "o.parquet")
    with pytest.raises(Invalid, match=r"o\.parquet has no column price"):
        rank(tmp_path / "o.parquet", tmp_path / "p.parquet", tmp_path / "q.jsonl", tmp_path / "r.jsonl")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "o.parquet").write_bytes(b"not parquet")
    with pytest.raises(Invalid, match=r"o\.parquet cannot be read"):
        rank(tmp_path / "o.parquet", tmp_path / "p.parquet", tmp_path / "q.jsonl", tmp_path / "r.jsonl")
