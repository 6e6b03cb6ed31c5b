"""What a product is, read from its title: one table of words gives its category and its picture's motif."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Category:
    key: str
    name: str
    motif: str


@dataclass(frozen=True, slots=True)
class Thing:
    """What a title speaks of: its shelf in the shop and the motif that stands for it."""

    category: str
    motif: str


CATEGORIES = (
    Category("kitchen", "Kitchen & dining", "teacup"),
    Category("home", "Home decor", "clock"),
    Category("lighting", "Candles & lighting", "lantern"),
    Category("bags", "Bags & travel", "bag"),
    Category("stationery", "Cards & stationery", "card"),
    Category("party", "Party & celebrations", "bunting"),
    Category("christmas", "Christmas", "bauble"),
    Category("garden", "Garden & outdoors", "watering-can"),
    Category("storage", "Storage & tidying", "basket"),
    Category("children", "Toys & children", "doll"),
    Category("craft", "Craft & sewing", "spool"),
    Category("jewellery", "Jewellery & accessories", "necklace"),
    Category("bath", "Bath & comfort", "soap"),
)

# These decide the shelf wherever they stand in a title; the noun still decides the picture.
_SEASONS = {
    "christmas": re.compile(
        r"\b(CHRISTMAS|XMAS|NOEL|SANTA|REINDEER|SNOWM[AE]N|BAUBLES?|ADVENT|JINGLE|STOCKINGS?)\b"
    ),
    "party": re.compile(r"\b(EASTER|PARTY|BIRTHDAY)\b"),
    "children": re.compile(
        r"\b(CHILDREN'?S|CHILD'?S|KIDS|SPACEBOY|DOLLY GIRL|CIRCUS PARADE|CHARLIE ?[+&] ?LOLA)\b"
    ),
}
_ASIDE = re.compile(r"\s(?:WITH|IN|FOR|FROM|DESIGN)\b|,")
_WORD = re.compile(r"[A-Z'][A-Z'\-]*")
_UNKNOWN = Thing("home", "parcel")


class Reader:
    """Reads titles by the table of words; made once."""

    def __init__(self) -> None:
        self._things: dict[tuple[str, ...], Thing] = {}
        self._themes: dict[tuple[str, ...], Thing] = {}
        table = files("app.demo").joinpath("data/nouns.txt").read_text(encoding="utf-8")
        for line in table.splitlines():
            if line.startswith("#"):
                continue
            head, _, words = line.partition(":")
            thing = Thing(*head.split(" "))
            things, _, themes = words.partition("~")
            self._things |= {tuple(word.split("_")): thing for word in things.split()}
            self._themes |= {tuple(word.split("_")): thing for word in themes.split()}

    def read(self, title: str) -> Thing:
        """The thing a title names: its last known noun, longer phrases first, "with ..." left aside."""
        upper = title.upper()
        main = _ASIDE.split(upper)[0]
        found = _last(self._things, main) or _last(self._things, upper) or _last(self._themes, upper)
        for category, season in _SEASONS.items():
            if season.search(upper):
                return Thing(category, found.motif if found else _of(category).motif)
        return found or _UNKNOWN


def _last(things: dict[tuple[str, ...], Thing], text: str) -> Thing | None:
    words = _WORD.findall(text)
    for length in (3, 2, 1):
        for start in range(len(words) - length, -1, -1):
            thing = things.get(tuple(words[start : start + length]))
            if thing is not None:
                return thing
    return None


def _of(key: str) -> Category:
    return next(category for category in CATEGORIES if category.key == key)
