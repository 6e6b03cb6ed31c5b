"""Colours of a tile: a palette for each colour a title may name, and a few for titles that name none."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """``ground`` and ``shape`` lie behind, ``main deep pale accent`` paint the thing, ``ink`` its caption."""

    ground: str
    shape: str
    main: str
    deep: str
    pale: str
    accent: str
    ink: str


_PALETTES = {
    "rose": Palette("#F8E7E4", "#F0D0CC", "#DB7F90", "#8E3448", "#FCEFEC", "#E5B055", "#6E2B3A"),
    "red": Palette("#F7EADF", "#ECCFBC", "#C8443C", "#7A1F22", "#FCF1E8", "#E9B44C", "#6A211F"),
    "blue": Palette("#E4EDF3", "#C7D9E5", "#4F80AA", "#23405E", "#F3F7F9", "#E9A15B", "#23405E"),
    "turquoise": Palette("#E2F0EE", "#BFDFDA", "#4CA39D", "#1F5A5A", "#F0F8F6", "#EC9873", "#1D5252"),
    "green": Palette("#EAF0E1", "#CFDDBE", "#6E9658", "#35512F", "#F5F8EE", "#E3A857", "#35512F"),
    "cream": Palette("#F4EEE1", "#E4D7BE", "#BDA578", "#5F4B2C", "#FCF8EE", "#A9573F", "#5F4B2C"),
    "purple": Palette("#EFE7F2", "#DAC9E1", "#8C6AA7", "#46305C", "#F8F2F9", "#E6B65C", "#46305C"),
    "yellow": Palette("#FBF1D8", "#F2DDA6", "#E2A93B", "#80561A", "#FEF9EA", "#4F8983", "#6F4A15"),
    "orange": Palette("#FBE9DB", "#F3CDB0", "#DD7E48", "#7E3B1B", "#FEF4EB", "#4E8588", "#6F3316"),
    "black": Palette("#EBE8E3", "#D5D0C8", "#50545A", "#222428", "#F8F6F2", "#C9A45A", "#2B2D31"),
    "silver": Palette("#E8ECEE", "#CDD6DB", "#94A3AE", "#414D57", "#F7F9FA", "#C98A78", "#414D57"),
    "white": Palette("#D8DFD5", "#BDC9BB", "#FAF6EC", "#5C6E60", "#EADFC9", "#C98567", "#3E4D42"),
    "brown": Palette("#F2E8DC", "#E0CCB4", "#93663F", "#4A2E1B", "#FBF4EA", "#D9A24E", "#4A2E1B"),
    "night": Palette("#24344D", "#31486A", "#D9B25F", "#8A6724", "#F6EBCF", "#CF6056", "#F3E6C6"),
    "forest": Palette("#25463C", "#31604F", "#C94C45", "#7D2226", "#F4EAD8", "#E5BA62", "#F2E6D0"),
    "plum": Palette("#4B2B40", "#633A55", "#E49CA6", "#A2506A", "#FAE9E6", "#E3B968", "#F6E0DE"),
    "ink": Palette("#1F4650", "#2A5B67", "#E8A579", "#A65B3A", "#FBEEDF", "#EBC46C", "#F7E7D2"),
}
_WORDS = {
    "rose": "PINK ROSE FUSCHIA RUBY ROSEBUD BLUSH CHERRY STRAWBERRY RASPBERRY CANDY SWEETHEART BLOSSOM",
    "red": "RED RETROSPOT SCANDISPOT POPPY POPPIES APPLE APPLES ENGLAND",
    "blue": "BLUE NAVY DENIM SAILOR NAUTICAL DELPHINIUM UNION SPACEBOY SKY",
    "turquoise": "TURQUOISE AQUA TEAL MINT JADE NIL MERMAID OCEAN SEASIDE",
    "green": "GREEN GARDEN LEAF BOTANICAL HERB PISTACHIO OLIVE WOODLAND FERN GRASS EMERALD FROG DINOSAUR",
    "cream": "CREAM BEIGE NATURAL WICKER IVY LINEN VANILLA PARCHMENT DOILY LACE HESSIAN",
    "purple": "PURPLE LILAC LAVENDER AMETHYST VIOLET MAUVE PLUM",
    "yellow": "YELLOW LEMON SUNFLOWER GOLD GOLDEN HONEY MUSTARD BANANA SUNSET CHICK DAISY",
    "orange": "ORANGE AMBER COPPER PEACH TERRACOTTA CORAL CITRUS PUMPKIN",
    "black": "BLACK JET SKULL SKULLS GREY CHARCOAL SLATE EBONY CHALKBOARD BLACKBOARD",
    "silver": "SILVER ZINC METAL CHROME STEEL CRYSTAL GLASS DIAMANTE PEWTER MIRROR MIRRORED ICICLE",
    "white": "WHITE IVORY PEARL PORCELAIN FROSTED SNOW ALABASTER",
    "brown": "BROWN CHOCOLATE WOOD WOODEN COFFEE BRONZE WALNUT BABUSHKA",
    "night": "STAR STARS MOON NIGHT ADVENT ANGEL",
    "forest": "HOLLY MISTLETOE SANTA XMAS",
    "plum": "BAROQUE FLOCK VELVET BOUDOIR PAISLEY",
    "ink": "PEACOCK REGENCY EDWARDIAN MOROCCAN",
}
# Tints yield to a plainer colour word: "pink glass" is pink, "red heart, zinc" is red.
_WEAK = frozenset({"silver", "night", "forest", "plum", "ink", "cream", "brown", "green", "yellow"})
_STRONG_OF_WEAK = frozenset("SILVER CREAM BROWN GREEN YELLOW GOLD".split())
_BY_CATEGORY = {
    "christmas": ("forest", "night", "red", "white", "green"),
    "garden": ("green", "turquoise", "yellow", "cream"),
    "jewellery": ("plum", "rose", "ink", "purple", "silver"),
    "lighting": ("night", "cream", "orange", "yellow", "plum"),
    "children": ("yellow", "blue", "turquoise", "orange", "red"),
    "stationery": ("rose", "turquoise", "blue", "orange", "cream"),
    "kitchen": ("blue", "red", "turquoise", "cream", "ink"),
    "party": ("rose", "yellow", "turquoise", "orange", "purple"),
}
_ANY = ("cream", "blue", "rose", "turquoise", "green", "orange", "ink", "purple", "brown")
_WORD = re.compile(r"[A-Z]+")


class Palettes:
    """Chooses the palette of a title; made once."""

    def __init__(self) -> None:
        self._of_word = {word: name for name, words in _WORDS.items() for word in words.split()}

    def choose(self, title: str, category: str, seed: int) -> Palette:
        """By the title's first plain colour word, else its first tint, else by category and ``seed``."""
        words = [word for word in _WORD.findall(title.upper()) if word in self._of_word]
        plain = [w for w in words if self._of_word[w] not in _WEAK or w in _STRONG_OF_WEAK]
        named = plain or words
        if named:
            return _PALETTES[self._of_word[named[0]]]
        names = _BY_CATEGORY.get(category, _ANY)
        return _PALETTES[names[seed % len(names)]]
