"""How alike products are by what is written about them: words, letter groups, category, brand, meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from app.engine.lists import Hanging, cut, matrix
from app.engine.types import Anchor, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from app.engine.types import FloatArray

LETTERS_UP_TO = 20_000
"""Above this many products letter groups cost minutes and words must do."""

NEAREST = 80
"""So many like ones are kept of each item."""

_WORD = r"(?u)\b\w+\b"
_CATEGORY, _BRAND = 0.25, 0.1
_BLOCK = 1_000
_MOST_MEETINGS = 400_000_000
_MEANING = 0.2
"""Weight of what titles mean beside what they say; measured, see docs/quality.md."""

_LEAST_SPREAD = np.float32(0.01)
_CELLS = 4_000_000
"""So many cosines are held at once where they are dense: about 100 MB with what is made of them."""


@dataclass(frozen=True)
class Descriptions:
    """What is written about each item; ``""`` where nothing is.

    ``vectors`` says what titles mean: items x any width, float32, rows of length 1, zeros = not known yet.
    """

    titles: tuple[str, ...]
    categories: tuple[str, ...]
    brands: tuple[str, ...]
    vectors: FloatArray | None = field(default=None, repr=False, compare=False)
    _squares: dict[int, FloatArray] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def features(self) -> csr_matrix:
        """Items x features, rows of length 1 (0 where nothing is written); their products are cosines."""
        from scipy.sparse import hstack  # noqa: PLC0415  a web process never learns
        from sklearn.preprocessing import normalize  # noqa: PLC0415

        titles = [title.lower() for title in self.titles]
        parts = [_weigh(titles, analyzer="word", token_pattern=_WORD)]
        if len(titles) <= LETTERS_UP_TO:
            parts.append(_weigh(titles, analyzer="char_wb", ngram_range=(3, 5)))
        parts.append(np.sqrt(_CATEGORY) * _weigh(self.categories, analyzer=_whole))
        parts.append(np.sqrt(_BRAND) * _weigh(self.brands, analyzer=_whole))
        stacked = hstack(parts).tocsr()
        if len(titles) > LETTERS_UP_TO:
            stacked = _telling(stacked)
        return normalize(stacked) if min(stacked.shape) else stacked

    def alike(self, first: int, last: int, among: int | None = None) -> csr_matrix:
        """Cosine of the items ``first`` to ``last - 1`` with the first ``among`` items, itself left out."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns

        others = self.features[:among]
        block = csr_matrix(self.features[first:last] @ others.T)
        rows = np.repeat(np.arange(first, last), np.diff(block.indptr))
        block.data[block.indices == rows] = 0.0
        block.eliminate_zeros()
        block.sort_indices()
        return block

    @cached_property
    def near(self) -> csr_matrix:
        """Items x items: the cosine of each with the ``NEAREST`` that are most alike; a row is best first."""
        from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415  a web process never learns

        items, hanging = len(self.titles), Hanging(Anchor.ITEM, ReasonKind.SIMILAR)
        parts = [
            matrix(cut(self.alike(first, last), NEAREST, hanging), items) for first, last in blocks(items)
        ]
        return csr_matrix(vstack(parts, format="csr")) if parts else csr_matrix((0, 0))

    @cached_property
    def meant(self) -> csr_matrix:
        """As ``near``, the cosine blended with that of the meanings where both items have one.

        The same as ``near`` without vectors, and above ``LETTERS_UP_TO`` items.
        """
        from scipy.sparse import csr_matrix, vstack  # noqa: PLC0415  a web process never learns

        items, hanging = len(self.titles), Hanging(Anchor.ITEM, ReasonKind.SIMILAR)
        if self.vectors is None or items > LETTERS_UP_TO or not self.vectors.any():
            return self.near
        known: NDArray[np.bool_] = np.any(self.vectors, axis=1)
        usual = _usual(self.vectors)
        parts = []
        for first, last in blocks(items, max(_CELLS // items, 1)):
            block = self.alike(first, last).toarray().astype(np.float32)
            mine = np.flatnonzero(known[first:last])
            meaning = np.maximum(self.vectors[first + mine] @ self.vectors.T - usual, 0)
            meaning /= max(1 - usual, _LEAST_SPREAD)
            meaning[np.arange(len(mine)), first + mine] = 0.0
            weight = np.where(known, np.float32(_MEANING), np.float32(0))
            block[mine] = (1 - weight) * block[mine] + weight * meaning
            parts.append(matrix(cut(csr_matrix(_strongest(block)), NEAREST, hanging), items))
        return csr_matrix(vstack(parts, format="csr"))

    def squares(self, among: int) -> FloatArray:
        """Squared cosines of the first ``among`` items, dense; computed once for each size."""
        if among not in self._squares:
            found = np.zeros((among, among), np.float32)
            for first, last in blocks(among):
                found[first:last] = self.alike(first, last, among).toarray()
            self._squares[among] = np.square(found, out=found)
        return self._squares[among]


def blocks(items: int, most: int = _BLOCK) -> Sequence[tuple[int, int]]:
    """Cut the items into ranges whose cosines fit into memory."""
    return [(first, min(first + most, items)) for first in range(0, items, most)]


def _usual(vectors: FloatArray) -> np.float32:
    """Give the mean cosine of two items: in a shop of mugs, that both are mugs says nothing."""
    mean = vectors[vectors.any(axis=1)].mean(axis=0)
    return np.float32(mean @ mean)


def _strongest(block: FloatArray) -> FloatArray:
    """Leave the ``NEAREST`` largest of each row (more where they are equal), 0 elsewhere."""
    if block.shape[1] > NEAREST:
        bar = np.partition(block, -NEAREST, axis=1)[:, -NEAREST]
        block[block < bar[:, None]] = 0.0
    return block


def _telling(features: csr_matrix) -> csr_matrix:
    """Leave out the commonest features, so that no more than ``_MOST_MEETINGS`` pairs of items share one.

    What tens of thousands of products have in common says nothing about two of them, and costs most.
    """
    spread = np.bincount(features.indices, minlength=features.shape[1]).astype(np.float64)
    rarest_first = np.argsort(spread, kind="stable")
    affordable = np.cumsum(spread[rarest_first] ** 2) <= _MOST_MEETINGS
    return features[:, np.sort(rarest_first[affordable])]


def _weigh(texts: Sequence[str], **options: object) -> csr_matrix:
    """TF-IDF of texts, damped counts; no columns where nothing is written at all."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415  a web process never learns
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    try:
        return csr_matrix(TfidfVectorizer(sublinear_tf=True, **options).fit_transform(texts))
    except ValueError:  # the vocabulary is empty: no texts, or nothing but punctuation
        return csr_matrix((len(texts), 0))


def _whole(text: str) -> list[str]:
    """Take a category or brand as one word."""
    return [text] if text else []
