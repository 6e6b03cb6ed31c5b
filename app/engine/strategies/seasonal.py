"""What sells at this time of year, in this year and in those before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from app.engine.affinity import mass, whole
from app.engine.lists import Hanging, line
from app.engine.strategy import Tabled
from app.engine.types import Anchor, ReasonKind, Task

if TYPE_CHECKING:
    from app.engine.dataset import Dataset

_YEAR = 365.25


@dataclass(frozen=True)
class Seasonal(Tabled):
    """Orders count by how near their day of the year is to the coming ``ahead`` days, less with each year."""

    name: ClassVar[str] = "seasonal"
    anchor: ClassVar[Anchor] = Anchor.NONE
    reason: ClassVar[ReasonKind] = ReasonKind.SEASONAL
    task: ClassVar[Task] = Task.PRODUCT
    ahead: float = 10.0
    spread: float = 15.0
    half_life_years: float = 1.0
    length: int = 300

    def fit(self, data: Dataset) -> Self:
        """Learn what sells now."""
        ages = data.ages()
        off = (ages + self.ahead + _YEAR / 2.0) % _YEAR - _YEAR / 2.0
        near = np.exp(-0.5 * (off / self.spread) ** 2) * 0.5 ** (ages / _YEAR / self.half_life_years)
        return self.keeping(line(mass(data, whole(near)), self.length, Hanging(self.anchor, self.reason)))
