"""What the neural strategies share: PyTorch where it is installed, repeatable, and bounded before it starts.

Nothing is kept but the lists: weights are gone when ``fit`` returns.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

    from app.engine.dataset import Dataset
    from app.engine.types import LongArray

CORE = 10_000
"""So many items, those with most orders, have vectors."""

MOST_SHOPPERS = 50_000
"""So many shoppers are learned from and have lists: those who came last."""


def installed() -> bool:
    """Tell whether PyTorch is there; it is not imported."""
    return find_spec("torch") is not None


@contextmanager
def repeatable(seed: int) -> Iterator[torch.device]:
    """Give where to compute: the GPU if there is one.

    On a CPU the same seed gives the same bytes: one thread, since the number of threads changes sums. The
    process's own random numbers and settings are as before afterwards.
    """
    import torch  # noqa: PLC0415  a web process never learns

    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True, warn_only=device.type == "cuda")
        try:
            yield device
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(strict)


def epochs(lessons: int, budget: int, most: int) -> int:
    """Give how often all lessons are read: what the budget of lessons allows, 1 to ``most`` times."""
    return int(np.clip(budget // max(lessons, 1), 1, most))


def newest(data: Dataset) -> LongArray:
    """Give the shoppers who came last, by number."""
    known = data.buyers[data.buyers >= 0]
    who, last = np.unique(known[::-1], return_index=True)
    return np.sort(who[np.argsort(last, kind="stable")[:MOST_SHOPPERS]])
