"""What learning costs: each measurement in a process of its own, ratios of one run side by side.

``python -m tests.speed.bench_cost small|full`` prints a table and writes ``var/bench.json``.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.speed.drawn import baskets, store

Figures = dict[str, float]
TOP = 50


def counted(orders: int, items: int) -> Figures:
    """Our pair counts, and the 50 strongest of each item."""
    from scipy.sparse import csr_matrix

    from app.engine.lists import Hanging, cut
    from app.engine.pairs import Pairs
    from app.engine.types import Anchor, ReasonKind

    bought = baskets(orders, items)

    def work(bought: csr_matrix = bought) -> None:
        pairs = Pairs.count(bought.T.tocsr(), bought)
        starts = np.searchsorted(pairs.keys, np.arange(items + 1, dtype=np.int64) * items)
        table = csr_matrix((pairs.counts, (pairs.keys % items).astype(np.int32), starts), (items, items))
        cut(table, TOP, Hanging(Anchor.ITEM, ReasonKind.BOUGHT_TOGETHER))

    work(baskets(100, items))  # what is imported on first use is not counted
    return timed(work)


def library(orders: int, items: int) -> Figures:
    """The same by ``implicit``: its matrix must hold doubles."""
    from implicit.nearest_neighbours import all_pairs_knn

    bought = baskets(orders, items)
    return timed(lambda: all_pairs_knn(bought.T.tocsr(), TOP, num_threads=2, show_progress=False))


def merged(orders: int, items: int) -> Figures:
    """The pair counts alone by a pandas merge, without the choice of the strongest."""
    import pandas as pd

    bought = baskets(orders, items).tocoo()
    lines = pd.DataFrame({"order": bought.row, "item": bought.col})

    def work() -> None:
        both = lines.merge(lines, on="order")
        both[both["item_x"] != both["item_y"]].groupby(["item_x", "item_y"]).size()

    return timed(work)


def pipeline(orders: int, items: int) -> Figures:
    """The whole default training of a drawn shop."""
    from app.engine.build import learn

    data = store(orders, items)
    return timed(lambda: learn(data))


def trained(_orders: int, _items: int) -> Figures:
    """The default training of the demo store's orders."""
    from app.domain.learning.rankfiles import read_orders, read_products
    from app.engine.build import learn
    from app.engine.dataset import assemble

    folder = Path(os.environ["BENCH_DATA"])
    data = assemble(
        read_orders(folder / "online_retail.parquet"),
        read_products(folder / "online_retail_products.parquet"),
    )
    return timed(lambda: learn(data))


def timed(work: Callable[[], object]) -> Figures:
    """Give wall and CPU seconds of the work, and the peak of this process in MB, its input included."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "wall": round(time.perf_counter() - wall, 3),
        "cpu": round(time.process_time() - cpu, 3),
        "mb": round(peak),
    }


MEASURES: Mapping[str, Callable[[int, int], Figures]] = {
    each.__name__: each for each in (counted, library, merged, pipeline, trained)
}
SIZES: Mapping[str, Sequence[tuple[str, int, int]]] = {
    "small": [(name, 100_000, 10_000) for name in ("counted", "library", "merged")],
    "full": [
        ("counted", 100_000, 10_000),
        ("counted", 1_000_000, 10_000),
        ("library", 1_000_000, 10_000),
        ("merged", 1_000_000, 10_000),
        ("counted", 10_000_000, 100_000),
        ("trained", 0, 0),
        ("pipeline", 1_000_000, 10_000),
    ],
}
LIMIT_S = {"small": 60, "full": 420}


def run(size: str) -> list[dict[str, object]]:
    """Measure one after the other; what takes too long or fails says so and has no figures."""
    rows: list[dict[str, object]] = []
    for name, orders, items in SIZES[size]:
        row: dict[str, object] = {"what": name, "orders": orders, "items": items}
        if name != "trained" or "BENCH_DATA" in os.environ:
            command = [sys.executable, "-m", __spec__.name if __spec__ else "", name, str(orders), str(items)]
            try:
                told = subprocess.run(
                    command, capture_output=True, text=True, check=True, timeout=LIMIT_S[size]
                )
                row |= json.loads(told.stdout.splitlines()[-1])
            except subprocess.TimeoutExpired:
                row["note"] = f"more than {LIMIT_S[size]} s"
            except subprocess.CalledProcessError as error:
                row["note"] = error.stderr.strip().splitlines()[-1]
        else:
            row["note"] = "BENCH_DATA names no folder"
        rows.append(row)
        print(" ".join(f"{key}={value}" for key, value in row.items()), flush=True)
    return rows


def ratios(rows: Sequence[Mapping[str, object]]) -> Figures:
    """Compare CPU seconds of one size, and give the exponent of growth from 100,000 orders to the most."""
    cpu = {(row["what"], int(str(row["orders"]))): float(str(row["cpu"])) for row in rows if "cpu" in row}
    found: Figures = {}
    for (what, orders), seconds in cpu.items():
        if what in {"library", "merged"} and ("counted", orders) in cpu:
            found[f"counted / {what}"] = round(cpu["counted", orders] / seconds, 3)
    own = sorted(orders for what, orders in cpu if what == "counted")
    if len(own) > 1:
        growth = cpu["counted", own[-1]] / cpu["counted", own[0]]
        found["growth exponent"] = round(float(np.log(growth) / np.log(own[-1] / own[0])), 3)
    return found


def main(arguments: Sequence[str]) -> None:
    """Run a size, or one measurement where it is named with its numbers."""
    if arguments[0] in MEASURES:
        print(json.dumps(MEASURES[arguments[0]](int(arguments[1]), int(arguments[2]))))
        return
    rows = run(arguments[0])
    found = ratios(rows)
    print(" ".join(f"{key}={value}" for key, value in found.items()))
    target = Path("var/bench.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"size": arguments[0], "rows": rows, "ratios": found}, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
