"""What goes with what in a store: found at training, kept as rows, asked by the API and the console."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from sqlalchemy import delete, text

from app.domain.tables.learning import AffinityRule, Season
from app.engine import calibration, seasonality
from app.engine.affinity_groups import group_rules, peaks, price_bands
from app.engine.affinity_measures import Counts, score
from app.engine.affinity_rules import Rules, pair_rules
from app.engine.affinity_sequences import sequential_rules
from app.engine.affinity_sets import set_rules
from app.engine.lists import promising

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from app.engine.calibration import Promises
    from app.engine.dataset import Dataset
    from app.engine.seasonality import Seasonality
    from app.engine.types import Published
    from app.kernel.ids import StoreId

PRODUCT, SET, CATEGORY, BRAND, PRICE = "product", "set", "category", "brand", "price"

MOST_RULES = 80_000
"""So many rules are kept of each level, those with the highest score."""

_BATCH = 10_000

_WRITE = text(
    """
    insert into affinity_rules (
        store_id, rule_id, level, kind, antecedents, consequent, "both", first, second, total, support,
        confidence, lift, leverage, conviction, p_value, score, probability, gap_days, peak_month,
        peak_factor, computed_at)
    select :store_id, x.rule_id, :level, :kind, x.antecedents, x.consequent, x."both", x.first, x.second,
           :total, x.support, x.confidence, x.lift, x.leverage, x.conviction, x.p_value, x.score,
           x.probability, x.gap_days, x.peak_month, x.peak_factor, :at
    from json_to_recordset(cast(:rows as json)) as x(
        rule_id text, antecedents text[], consequent text, "both" int, first int, second int,
        support float8, confidence float8, lift float8, leverage float8, conviction float8, p_value float8,
        score float8, probability float8, gap_days float8, peak_month int, peak_factor float8)
    """
)


@dataclass(frozen=True, slots=True)
class Found:
    """Rules of one level; their numbers index ``names``. Arrays have an entry per rule, NaN = not known."""

    level: str
    names: Sequence[str]
    rules: Rules
    probability: NDArray[np.float64]
    peak_month: NDArray[np.float64]
    peak_factor: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Learned:
    """All that a training finds out about affinity and seasons."""

    found: Sequence[Found]
    seasons: Seasonality
    promises: Promises | None


def learn(data: Dataset, sets: Rules | None = None) -> Learned:
    """Find the rules and seasons of a store. Takes seconds to minutes and needs no transaction.

    ``sets`` are rules of three and more that were found elsewhere.
    """
    made = calibration.promises(data)
    curve = calibration.calibrate(made)
    pairs = [_of_products(data, each, curve) for each in pair_rules(data)]
    described = data.described
    groups = (
        (CATEGORY, described.categories),
        (BRAND, described.brands),
        (PRICE, price_bands(data.priced())),
    )
    found = [
        *pairs,
        _plain(PRODUCT, data.item_ids, sequential_rules(data)),
        _plain(SET, data.item_ids, set_rules(data) if sets is None else sets),
    ]
    for level, labels in groups:
        grouped = group_rules(data, labels)
        found.append(_plain(level, grouped.names, grouped.rules))
    return Learned(found, seasonality.learn(data), made)


def promised(published: Published, learned: Learned) -> Published:
    """Add the calibrated probabilities of the product rules to the lists that are published."""
    size = len(published.item_ids)
    rules = [
        found for found in learned.found if found.level == PRODUCT and not np.isnan(found.probability).all()
    ]
    if not rules or len(rules[0].names) != size:
        return published
    firsts, seconds, told = (
        np.concatenate(parts)
        for parts in zip(
            *[(each.rules.firsts, each.rules.consequents, each.probability) for each in rules], strict=True
        )
    )
    # A pair that several kinds of rules name is told the same each time: the first is kept.
    _, first = np.unique(firsts * size + seconds, return_index=True)
    chances = csr_matrix((told[first], (firsts[first], seconds[first])), shape=(size, size))
    return replace(
        published, lists={name: promising(each, chances) for name, each in published.lists.items()}
    )


def refresh(session: Session, store_id: StoreId, learned: Learned, *, at: datetime) -> int:
    """Put what was learned in the place of what was known before; gives the number of rules."""
    session.execute(delete(AffinityRule).where(AffinityRule.store_id == store_id))
    written = 0
    for found in learned.found:
        rows = _rows(found)
        for start in range(0, len(rows), _BATCH):
            what = {"store_id": store_id, "level": found.level, "kind": found.rules.kind, "at": at}
            what |= {"total": found.rules.counts.total, "rows": json.dumps(rows[start : start + _BATCH])}
            session.execute(_WRITE, what)
        written += len(rows)
    _keep_seasons(session, store_id, learned.seasons, at)
    return written


def _of_products(data: Dataset, rules: Rules, curve: calibration.Calibration) -> Found:
    """Add the calibrated probability and the peak month."""
    firsts = rules.firsts
    told = curve.apply(calibration.estimate(data, firsts, rules.consequents))
    months = peaks(data, firsts, rules.consequents)
    marked = months.months > 0
    month, factor = np.where(marked, months.months, np.nan), np.where(marked, months.factors, np.nan)
    return Found(PRODUCT, data.item_ids, rules, told, month, factor)


def _plain(level: str, names: Sequence[str], rules: Rules) -> Found:
    unknown = np.full(len(rules), np.nan)
    return Found(level, names, rules, unknown, unknown, unknown)


def _rows(found: Found) -> list[dict[str, object]]:
    """Give the strongest rules as rows of JSON."""
    rules, counts, names = found.rules, found.rules.counts, found.names
    gaps = rules.gaps if len(rules.gaps) else np.full(len(rules), np.nan)
    columns: dict[str, NDArray[np.float64]] = {
        **measures(counts),
        "p_value": rules.p_values,
        "probability": found.probability,
        "gap_days": gaps,
        "peak_month": found.peak_month,
        "peak_factor": found.peak_factor,
    }
    best = np.sort(np.argsort(-columns["score"], kind="stable")[:MOST_RULES]).tolist()
    told = {name: [_known(value) for value in column.tolist()] for name, column in columns.items()}
    return [
        {
            "rule_id": rule_id(found.level, rules.kind, [names[k] for k in rules.antecedents[row]], right),
            "antecedents": [names[k] for k in rules.antecedents[row]],
            "consequent": right,
            **{name: column[row] for name, column in told.items()},
        }
        for row, right in ((row, names[int(rules.consequents[row])]) for row in best)
    ]


def measures(counts: Counts) -> dict[str, NDArray[np.float64]]:
    """Give all measures of rules by their names in the glossary."""
    return {
        "both": counts.both,
        "first": counts.first,
        "second": counts.second,
        "support": counts.support(),
        "confidence": counts.confidence(),
        "lift": counts.lift(),
        "leverage": counts.leverage(),
        "conviction": counts.conviction(),
        "score": score(counts),
    }


def rule_id(level: str, kind: str, antecedents: Sequence[str], consequent: str) -> str:
    """Name a rule; the same rule has the same name after every training."""
    told = json.dumps([level, kind, list(antecedents), consequent])
    return blake2b(told.encode(), digest_size=12).hexdigest()


def _known(value: float) -> float | int | None:
    if not np.isfinite(value):
        return None
    return int(value) if value == int(value) else value


def _keep_seasons(session: Session, store_id: StoreId, seasons: Seasonality, at: datetime) -> None:
    session.execute(delete(Season).where(Season.store_id == store_id))
    rhythms = {"": seasons.store, **seasons.categories}
    session.add_all(
        Season(
            store_id=store_id,
            category=category,
            learned=seasons.learned,
            months=rhythm.months.tolist(),
            weeks=rhythm.weeks.tolist(),
            computed_at=at,
        )
        for category, rhythm in rhythms.items()
    )
    session.flush()
