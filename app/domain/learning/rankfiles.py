"""Ranking from files alone: what production would train on these orders answers these queries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from app.bridge.snapshot import Card, Snapshot, decode, encode
from app.engine.build import LOCATIONS, learn
from app.engine.dataset import Catalog, OrderLines, assemble
from app.engine.pipeline import PublishedIndex, Query, recommend
from app.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pandas import DataFrame, Series

    from app.engine.dataset import Dataset
    from app.engine.types import Published

_ORDERS = ("order_id", "created_at", "customer_id", "product_id", "quantity", "price")
_PRODUCTS = ("product_id", "title")


@dataclass(frozen=True, slots=True)
class Asked:
    """One query with the id under which it is answered."""

    query_id: object
    query: Query


def rank(orders: Path, products: Path, queries: Path, out: Path, *, k: int = 12, seed: int = 0) -> int:
    """Train on ``orders`` and ``products``, answer ``queries`` into ``out``; gives the number of answers.

    Nothing but these files has a say: no holdout, no exploration, no rules, no stock. Raises Invalid, which
    names the missing column of a file or the line of a query that cannot be read; then nothing is written.
    """
    asked = list(read_queries(queries, k))
    data = assemble(read_orders(orders), read_products(products))
    index = PublishedIndex(_handed_over(data, learn(data, seed=seed).published))
    with out.open("w", encoding="utf-8") as answers:
        for one in asked:
            picks = recommend(index, one.query, lambda _item: True)
            items = [index.published.item_ids[pick.item] for pick in picks]
            answers.write(json.dumps({"id": one.query_id, "items": items}) + "\n")
    return len(asked)


def dataset(orders: Path, products: Path) -> Dataset:
    """Read files. Raises Invalid, which names the missing column of a file."""
    return assemble(read_orders(orders), read_products(products))


def read_orders(path: Path) -> OrderLines:
    """Read order lines from parquet or CSV; lines without order, time or product are left out."""
    frame = _read(path, _ORDERS)
    times = _times(frame["created_at"])
    orders, products = _texts(frame["order_id"]), _texts(frame["product_id"])
    whole = [k for k, at in enumerate(times) if at is not None and orders[k] and products[k]]
    customers = _texts(frame["customer_id"])
    return OrderLines(
        orders=[orders[k] for k in whole],
        times=np.asarray([times[k] for k in whole], np.int64),
        customers=[customers[k] for k in whole],
        products=[products[k] for k in whole],
        quantities=_numbers(frame["quantity"])[whole],
        prices=_numbers(frame["price"])[whole],
    )


def read_products(path: Path) -> Catalog:
    """Read products from parquet or CSV; ``category``, ``brand`` and ``price`` are used if there."""
    frame = _read(path, _PRODUCTS)
    names = _texts(frame["product_id"])
    whole = [k for k, name in enumerate(names) if name]

    def texts(column: str) -> list[str]:
        found = _texts(frame[column]) if column in frame else [""] * len(names)
        return [found[k] for k in whole]

    prices = _numbers(frame["price"])[whole] if "price" in frame else np.zeros(len(whole))
    return Catalog(
        products=[names[k] for k in whole],
        titles=texts("title"),
        categories=texts("category"),
        brands=texts("brand"),
        prices=prices,
        created=np.zeros(len(whole), np.int64),
    )


def read_queries(path: Path, k: int) -> Iterator[Asked]:
    """Read queries, one JSON object a line; raises Invalid with the number of a line that cannot be read."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield _asked(json.loads(line), k)
                except (ValueError, TypeError) as error:
                    raise Invalid(f"{path.name}, line {number}: {error}") from error


def _asked(told: object, k: int) -> Asked:
    """Check one query; raises ValueError with what is wrong."""
    if not isinstance(told, dict):
        raise ValueError("a query is an object")  # noqa: TRY004  one error for all that is wrong with a line
    missing = {"id", "placement"} - told.keys()
    if missing:
        raise ValueError(f"{', '.join(sorted(missing))} is missing")
    if told["placement"] not in LOCATIONS:
        raise ValueError(f"placement {told['placement']!r} is none of {', '.join(LOCATIONS)}")
    basket = told.get("basket") or []
    if not isinstance(basket, list):
        raise ValueError("basket is not a list")  # noqa: TRY004
    if told.get("at") is not None:
        datetime.fromisoformat(str(told["at"]))
    query = Query(
        location=str(told["placement"]),
        product=_key(told, "product"),
        basket=tuple(_key({"basket": one}, "basket") or "" for one in basket),
        customer=_key(told, "customer"),
        limit=k,
        exclude_purchased=bool(told.get("exclude_purchased", False)),
    )
    return Asked(told["id"], query)


def _key(told: Mapping[str, object], name: str) -> str | None:
    """Give an id as text; numbers are ids too."""
    value = told.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{name} {value!r} is no id")  # noqa: TRY004
    return str(value)


def _read(path: Path, columns: Sequence[str]) -> DataFrame:
    """Read a file; ids in a CSV are text, leading zeros and all."""
    from pandas import read_csv, read_parquet  # noqa: PLC0415  a web process never learns

    try:
        if path.suffix.lower() in {".csv", ".txt"}:
            frame = read_csv(path, dtype=str, keep_default_na=False)
        else:
            frame = read_parquet(path)
    except (OSError, ValueError) as error:
        raise Invalid(f"{path.name} cannot be read: {error}") from error
    missing = [column for column in columns if column not in frame]
    if missing:
        raise Invalid(f"{path.name} has no column {', '.join(missing)}", missing[0])
    return frame


def _texts(column: Series[Any]) -> list[str]:
    """Give a column as text, ``""`` for nothing; whole numbers read as floats lose their ``.0``."""
    told = column.astype(object).where(column.notna(), "")
    known = {value: _text(value) for value in told.unique().tolist()}
    return [known[value] for value in told.tolist()]


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _numbers(column: Series[Any]) -> NDArray[np.float64]:
    """Give a column as numbers, 0 for what is none."""
    from pandas import to_numeric  # noqa: PLC0415  a web process never learns

    found: NDArray[np.float64] = to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=0.0)
    return found


def _times(column: Series[Any]) -> list[int | None]:
    """Give whole seconds UTC, None where there is no time."""
    from pandas import to_datetime  # noqa: PLC0415  a web process never learns

    written = column.dtype.kind != "M"
    parsed = to_datetime(column, utc=True, errors="coerce", format="ISO8601" if written else None)
    seconds = parsed.astype("datetime64[s, UTC]").astype("int64").tolist()
    return [None if missing else at for at, missing in zip(seconds, parsed.isna().tolist(), strict=True)]


def _handed_over(data: Dataset, published: Published) -> Published:
    """Send what was learned through a snapshot's bytes, as on the way to the shop."""
    blank = [Card(item, None, "", "", "", 0, "", "", None, visible=True) for item in data.item_ids]
    return decode(encode(Snapshot("ranked", "files", published, blank))).published
