"""The report of an evaluation, as text for people and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from app.domain.learning.evaluation import BASELINE, BLEND, Verdict
from app.engine.types import Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.domain.learning.evaluation import Point, Report, Standing
    from app.engine.protocol import Row

_HEADS = {
    (Task.PRODUCT, False): "T1 product page, shopper unknown (HR@12, NDCG@12)",
    (Task.PRODUCT, True): "T1 product page, shopper known (HR@12, NDCG@12)",
    (Task.CART, False): "T2 cart, shopper unknown (HR@12, NDCG@12)",
    (Task.CART, True): "T2 cart, shopper known (HR@12, NDCG@12)",
    (Task.HOME, True): "T3 next order (R@10, NDCG@10)",
    (Task.NEW, True): "T3 next order, only what is new to the shopper (R@10, NDCG@10)",
}
WORSE = 2.0
"""A blend is called worse if it loses by more than this many standard errors of the difference."""

_LOSERS = {Verdict.LOSES, Verdict.SILENT}


def table(report: Report) -> str:
    """Give the figures as text, the best first; standard errors stand behind the sign ±."""
    learned = f"Learned from {report.learned_from:,} orders of {report.products:,} products"
    head = f"{learned}, asked about {report.asked_about:,} later orders; seed {report.seed}."
    curve = _curve(report) if report.curve else ()
    return "\n".join([head, *_tables(report), *_standings(report), *curve])


def to_json(report: Report) -> str:
    """Give all of it as JSON."""
    return json.dumps(asdict(report), indent=1, sort_keys=True)


def write(report: Report, path: Path) -> None:
    """Write the JSON."""
    path.write_text(to_json(report) + "\n", encoding="utf-8")


def _tables(report: Report) -> Iterator[str]:
    for (task, known), head in _HEADS.items():
        mine = [row for row in report.rows if row.task is task and row.known_shoppers is known]
        if not mine:
            continue
        yield from ("", f"{head}, {mine[0].cases:,} cases")
        heard = [row for row in mine if row.found > 0.0]
        yield from (_line(row) for row in sorted(heard, key=lambda row: (-row.ndcg, row.name)))
        if silent := sorted(row.name for row in mine if row not in heard):
            yield f"  without an answer: {', '.join(silent)}"


def _line(row: Row) -> str:
    return f"  {row.name:20} {row.found:.4f} ±{row.found_error:.4f}   {row.ndcg:.4f} ±{row.ndcg_error:.4f}"


def _standings(report: Report) -> Iterator[str]:
    yield from ("", f"Each strategy on the task that it names: NDCG above that of {BASELINE}, same cases")
    for each in sorted(report.standings, key=lambda each: (each.task, -each.gain, each.name)):
        yield f"  {each.name:20} {each.task:8} {each.gain:+.4f} ±{each.error:.4f}   {_words(each)}"
    wrong = [each.name for each in report.standings if each.chosen and each.verdict in _LOSERS]
    yield f"Chosen although it does not beat {BASELINE}: {', '.join(wrong) or 'none'}."


def _words(standing: Standing) -> str:
    if standing.verdict is Verdict.BASELINE:
        return standing.verdict
    return f"{standing.verdict}, {'chosen' if standing.chosen else 'stays unchosen'}"


def _curve(report: Report) -> Iterator[str]:
    yield from (
        "",
        "Smaller histories, shopper unknown: found / NDCG, and the blend's NDCG above others'",
    )
    yield (
        f"  {'orders':>7} {'task':8} {BLEND:15} {'content':15} {'best list alone':24}"
        f" {'over content':17} over the best"
    )
    yield from (_point(each) for each in report.curve)


def _point(each: Point) -> str:
    best = f"{each.best.name} {_pair(each.best)}"
    return (
        f"  {each.orders:7,} {each.task:8} {_pair(each.blend):15} {_pair(each.content):15} {best:24}"
        f" {_gain(*each.over_content):17} {_gain(*each.over_best)}"
    )


def _pair(row: Row) -> str:
    return f"{row.found:.3f} / {row.ndcg:.3f}"


def _gain(more: float, error: float) -> str:
    return f"{more:+.4f} ±{error:.4f}" + (" worse" if more < -WORSE * error else "")
