"""What learning costs: each measurement in a process of its own, ratios of one run side by side.

``python -m tests.speed.bench_cost small|full`` prints a table and writes it to ``var/bench.json`` under
``learning``; what others wrote there stays.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.speed.drawn import baskets, demo, files, store, variants

Figures = dict[str, float]
TARGET = Path("var/bench.json")
TOP = 50
ROUNDS, SHORT_S = 5, 2.0


def counted(orders: int, items: int) -> Figures:
    """Our pair counts, and the 50 strongest of each item."""
    from app.engine.lists import Hanging, cut
    from app.engine.pairs import Pairs
    from app.engine.types import Anchor, ReasonKind

    def work(orders: int = orders) -> None:
        for rows in Pairs.count(bought[:orders] if orders < bought.shape[0] else bought).rows():
            cut(rows, TOP, Hanging(Anchor.ITEM, ReasonKind.BOUGHT_TOGETHER))

    bought = baskets(orders, items)
    work(100)  # what is imported on first use is not counted
    return timed(work)


def library(orders: int, items: int, threads: int = 1) -> Figures:
    """The same by ``implicit``, on one thread as ours: rows are orders, entries are doubles."""
    from implicit.nearest_neighbours import all_pairs_knn

    bought = baskets(orders, items)
    all_pairs_knn(bought[:100], TOP, num_threads=threads, show_progress=False)
    return timed(lambda: all_pairs_knn(bought, TOP, num_threads=threads, show_progress=False))


def library_default(orders: int, items: int) -> Figures:
    """The same on as many threads as ``implicit`` takes by itself."""
    return library(orders, items, threads=0)


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
    """Choice, fits, trees and lists of a drawn shop."""
    from app.engine.build import learn

    data = store(orders, items)
    return timed(lambda: learn(data))


def related(orders: int, items: int) -> Figures:
    """Affinity rules, calibration and seasons of a drawn shop."""
    from app.domain.learning import affinity

    data = store(orders, items)
    return timed(lambda: affinity.learn(data))


def wide(orders: int, items: int) -> Figures:
    """All of both for a catalogue of many variants whose titles share their words."""
    data = variants(orders, items)
    return timed(lambda: trained_on(data))


def trained(_orders: int, _items: int) -> Figures:
    """All that a training of the demo store computes, from its rows to the bytes that are served."""
    return timed(lambda: trained_on(demo()))


def trained_on(data: object) -> None:
    """Learn, relate, promise and encode, as the training job does."""
    from app.bridge.snapshot import Card, Snapshot, encode
    from app.domain.learning import affinity, card
    from app.engine.build import learn
    from app.engine.dataset import Dataset

    assert isinstance(data, Dataset)
    published = learn(data).published
    found = affinity.learn(data)
    card.calibrated(found.promises)
    card.exposure(data, published)
    blank = [Card(item, None, "", "", "", 0, "", "", None, visible=True) for item in data.item_ids]
    encode(Snapshot("bench", "demo", published, blank))


def ranked(_orders: int, _items: int) -> Figures:
    """``alongside rank`` on the demo store's files: a query for each product and each tenth order."""
    from app.domain.learning.rankfiles import rank

    with TemporaryDirectory() as folder:
        orders, products, queries = files(Path(folder))
        return timed(lambda: rank(orders, products, queries, Path(folder) / "answers.jsonl"))


def timed(work: Callable[[], object]) -> Figures:
    """Give wall and CPU seconds of the work, and the peak of this process in MB, its input included.

    What takes less than two seconds is done five times and the quickest round counts: machines are shared.
    """
    rounds = [_round(work)]
    while len(rounds) < ROUNDS and rounds[0][1] < SHORT_S:
        rounds.append(_round(work))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "wall": round(min(wall for wall, _ in rounds), 3),
        "cpu": round(min(cpu for _, cpu in rounds), 3),
        "mb": round(peak),
    }


def _round(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


MEASURES: Mapping[str, Callable[[int, int], Figures]] = {
    each.__name__: each
    for each in (counted, library, library_default, merged, trained, ranked, pipeline, related, wide)
}
RIVALS = ("library", "library_default", "merged")
SIZES: Mapping[str, Sequence[tuple[str, int, int]]] = {
    "small": [(name, 100_000, 10_000) for name in ("counted", *RIVALS)],
    "full": [
        ("counted", 100_000, 10_000),
        *[(name, 1_000_000, 10_000) for name in ("counted", *RIVALS)],
        ("counted", 10_000_000, 100_000),
        ("trained", 0, 0),
        ("ranked", 0, 0),
        ("pipeline", 1_000_000, 10_000),
        ("related", 1_000_000, 10_000),
        ("wide", 45, 200_000),
    ],
}
LIMIT_S = {"small": 60, "full": 420}


def run(size: str) -> list[dict[str, object]]:
    """Measure one after the other; what takes too long or fails says so and has no figures."""
    rows: list[dict[str, object]] = []
    for name, orders, items in SIZES[size]:
        row: dict[str, object] = {"what": name, "orders": orders, "items": items}
        command = [sys.executable, "-m", "tests.speed.bench_cost", name, str(orders), str(items)]
        try:
            told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_S[size])
            row |= json.loads(told.stdout.splitlines()[-1])
        except subprocess.TimeoutExpired:
            row["note"] = f"more than {LIMIT_S[size]} s"
        except subprocess.CalledProcessError as error:
            row["note"] = error.stderr.strip().splitlines()[-1]
        rows.append(row)
        print(" ".join(f"{key}={value}" for key, value in row.items()), flush=True)
    return rows


def ratios(rows: Sequence[Mapping[str, object]]) -> Figures:
    """Compare CPU seconds of one size, and give the exponent of growth from 100,000 orders to the most."""
    cpu = {(row["what"], int(str(row["orders"]))): float(str(row["cpu"])) for row in rows if "cpu" in row}
    found: Figures = {}
    for (what, orders), seconds in cpu.items():
        if what in RIVALS and ("counted", orders) in cpu:
            found[f"counted / {what}"] = round(cpu["counted", orders] / seconds, 3)
    own = sorted(orders for what, orders in cpu if what == "counted")
    if len(own) > 1:
        growth = cpu["counted", own[-1]] / cpu["counted", own[0]]
        found["growth exponent"] = round(float(np.log(growth) / np.log(own[-1] / own[0])), 3)
    return found


def kept(target: Path) -> dict[str, object]:
    """Read what others have written; a file that is no object of names holds nothing worth keeping."""
    try:
        told = json.loads(target.read_text())
    except (OSError, ValueError):
        return {}
    parts = told.items() if isinstance(told, dict) else ()
    return {name: part for name, part in parts if isinstance(part, dict)}


def main(arguments: Sequence[str]) -> None:
    """Run a size, or one measurement where it is named with its numbers."""
    if arguments[0] in MEASURES:
        print(json.dumps(MEASURES[arguments[0]](int(arguments[1]), int(arguments[2]))))
        return
    rows = run(arguments[0])
    found = ratios(rows)
    print(" ".join(f"{key}={value}" for key, value in found.items()))
    TARGET.parent.mkdir(exist_ok=True)
    told = kept(TARGET) | {"learning": {"size": arguments[0], "rows": rows, "ratios": found}}
    TARGET.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
