"""The cloth a thing is made of: the print that its title names."""

from __future__ import annotations

import re

PLAIN = "plain"
_NAMED = (
    ("dots", re.compile(r"SPOT|POLKADOT|DOTT?Y|BUBBLE")),
    ("gingham", re.compile(r"GINGHAM|CHECK|TARTAN|PICNIC|PATCHWORK")),
    ("stripes", re.compile(r"STRIPE|UNION|NAUTICAL|CIRCUS|DINER|CANDY")),
    ("stars", re.compile(r"\bSTARS?\b|SPACE|DISCO|GALAXY")),
    ("hearts", re.compile(r"HEART|LOVE|VALENTINE")),
    ("snow", re.compile(r"CHRISTMAS|SNOW|XMAS|SANTA|NOEL")),
    ("petals", re.compile(r"ROSE|FLOWER|FLORAL|FLORA|DAISY|DAISIES|BLOSSOM|POSY|POPP|GARDEN")),
    ("leaves", re.compile(r"LEAF|WOODLAND|BOTANICAL|HOLLY|HERB|FOREST|APPLE|PEAR")),
    ("scallops", re.compile(r"PAISLEY|BAROQUE|LACE|DOILY|DAMASK|LATTICE|FILIGREE|MOROCCAN|REGENCY|VINTAGE")),
    (PLAIN, re.compile(r"GLASS|METAL|ZINC|ENAMEL|CRYSTAL|SILVER|GOLD|PORCELAIN|SLATE|WICKER|STEEL")),
)
_OTHERWISE = (PLAIN, "lines", PLAIN, "dots", PLAIN, "stripes", "lines")


def choose(title: str, seed: int) -> str:
    """The print a title names, else one by ``seed``, mostly plain."""
    upper = title.upper()
    for name, pattern in _NAMED:
        if pattern.search(upper):
            return name
    return _OTHERWISE[seed % len(_OTHERWISE)]
