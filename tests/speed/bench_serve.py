"""What the fast wing does under load, beside nginx with a static file of the same size, in one run.

``python -m tests.speed.bench_serve small|full`` prints a table and writes it to ``var/bench.json`` under
``serving``. Two server processes as in production, fifty shops, the generator of ``load.mjs``. CPU seconds
are those of the servers alone; wall figures mean little on a busy machine.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.speed import serve_measures as measures
from tests.speed.serve_stage import Size, stage

TARGET = Path("var/bench.json")
SIZES = {
    "small": Size(5, largest=5_000, requests=5_000, seconds=4, colds=5, stale=2_000, events=20_000),
    "full": Size(50, largest=100_000, requests=40_000, seconds=15, colds=20, stale=100_000, events=200_000),
}
STEPS = (
    measures.steady,
    measures.saturated,
    measures.overloaded,
    measures.memory,
    measures.cold,
    measures.sold_out,
    measures.clicked,
    measures.neighbours,
)
FLOORS = (
    ("ratio to nginx", ">=", 0.20),
    ("CPU us a request", "<=", 120),
    ("p50 ms at 1,000/s", "<=", 2),
    ("p95 ms at 1,000/s", "<=", 8),
    ("p99 ms at 1,000/s", "<=", 20),
    ("share of 200 at 5,000/s", ">=", 0.999),
    ("p99 ms at 5,000/s", "<=", 250),
    ("p99 ms of a cold store", "<=", 100),
    ("PSS MB a worker", "<=", 400),
    ("p99 s sold out to not served", "<=", 1),
    ("stale serves", "<=", 0),
    ("p99 ms click to next answer", "<=", 100),
    ("events/s stored", ">=", 5_000),
)


def run(size: Size) -> dict[str, object]:
    """Measure one after the other; what cannot be measured says why."""
    found: dict[str, object] = {}
    with (
        tempfile.TemporaryDirectory(prefix="alongside-bench-") as folder,
        stage(Path(folder), size) as set_up,
    ):
        for step in STEPS:
            found |= _told(step.__name__, partial(step, set_up, size))
    return found | _told("events", partial(measures.events, size))


def _told(name: str, measure: Callable[[], dict[str, object]]) -> dict[str, object]:
    try:
        told = measure()
    except (OSError, RuntimeError, ValueError, KeyError, AssertionError) as error:
        told = {f"{name}: not measured": str(error)[:300]}
    print(" ".join(f"{key}={value}" for key, value in told.items()), flush=True)
    return told


def table(found: dict[str, object]) -> str:
    """Hold the figures against what must be reached."""
    rows = []
    for name, sign, bar in FLOORS:
        value = found.get(name)
        told = "not measured"
        if isinstance(value, int | float):
            told = "yes" if (value >= bar if sign == ">=" else value <= bar) else "NO"
        rows.append(f"{name:32} {value!s:>14}  must be {sign} {bar:<8} {told}")
    return "\n".join(rows)


def keep(size: Size, found: dict[str, object]) -> None:
    """Write the figures; those of other benches stay."""
    try:
        known = json.loads(TARGET.read_text())
    except (OSError, ValueError):
        known = {}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps({**known, "serving": {"size": asdict(size), **found}}, indent=2) + "\n")


def main(arguments: list[str]) -> None:
    """Run a size."""
    size = SIZES[arguments[0]]
    found = run(size)
    print(table(found))
    keep(size, found)


if __name__ == "__main__":
    main(sys.argv[1:] or ["full"])
