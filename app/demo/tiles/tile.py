"""The picture of a product, drawn from its title alone: the same title gives the same tile everywhere."""

from __future__ import annotations

import hashlib
import re
from html import escape
from importlib.resources import files

from app.demo.nouns import CATEGORIES, Reader
from app.demo.tiles import prints
from app.demo.tiles.palette import Palette, Palettes
from app.demo.titles import pieces

_DRAWING = re.compile(r'<g id="([\w-]+)">(.*)</g>')
_PART = re.compile(r'class="([lbwt]?)([mfdpaws])"')
_LINES = {"t": "2.2", "l": "6", "b": "13", "w": "34"}
_WHITE = "#FFFDF8"
_SERIF = "font-family=\"'Iowan Old Style',Palatino,Georgia,'Liberation Serif',serif\""
_SANS = "font-family=\"system-ui,'Helvetica Neue','Liberation Sans',sans-serif\""
_BACKDROPS = ("arch", "sun", "table", "window", "awning")
_LONGEST_CAPTION = 24
_SET = re.compile(r"\b(set|pack|box|bundle)\s+(of\s+)?\d+\b|\b\d+ (piece|pc|pcs)\b", re.IGNORECASE)
_COUNTED = re.compile(r"^\W*\d+\s+|[\"*]")
_ASIDE = re.compile(r"\s(?:with|in|for|from|and|of|on)\s|\s\S*\d|,|\(|/", re.IGNORECASE)
_SYMBOL = re.compile(r'"(\w)"|\b(\w)$')
_NAMES = {category.key: category.name for category in CATEGORIES}


class Tiles:
    """Draws tiles; reads the artwork once."""

    def __init__(self) -> None:
        self._motifs = _artwork("motifs.svg")
        self._prints = {
            name.partition("-")[0]: (name.partition("-")[2], drawing)
            for name, drawing in _artwork("prints.svg").items()
        }
        self._backdrops = _artwork("backdrops.svg")
        self._reader = Reader()
        self._palettes = Palettes()

    def draw(self, title: str) -> str:
        """An SVG of 480 by 480 for this title. The title is written into it as text, never as markup."""
        thing = self._reader.read(title)
        seed = int.from_bytes(hashlib.sha256(title.encode()).digest()[:6])
        palette = self._palettes.choose(title, thing.category, seed)
        backdrop = self._backdrops[_BACKDROPS[(seed >> 8) % len(_BACKDROPS)]]
        motif = self._motifs[thing.motif].replace("LETTER", escape(_symbol(title)))
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480" width="480" height="480">'
            f"<title>{escape(title)}</title>"
            f"<defs>{self._print(prints.choose(title, seed >> 16), palette)}</defs>"
            f'<path fill="{palette.ground}" d="M0 0h480v480H0z"/>{_paint(backdrop, palette)}'
            f'<ellipse cx="240" cy="328" rx="112" ry="11" fill="{palette.deep}" opacity=".16"/>'
            f'<g transform="translate(112 76) scale(1.28)">{_paint(motif, palette)}</g>'
            f"{_badge(title, palette)}{_caption(title, _NAMES[thing.category], palette)}</svg>"
        )

    def _print(self, name: str, palette: Palette) -> str:
        size, drawing = self._prints[name]
        return (
            f'<pattern id="print" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
            f'<path fill="{palette.main}" d="M0 0h{size}v{size}H0z"/>{_paint(drawing, palette)}</pattern>'
        )


def _artwork(name: str) -> dict[str, str]:
    text = files("app.demo.tiles").joinpath(name).read_text(encoding="utf-8")
    return dict(_DRAWING.findall(text))


def _paint(drawing: str, palette: Palette) -> str:
    """The artwork names its parts by class; give each its colour.

    Fills: m main print, f flat main, d deep, p pale, a accent, w white, s shape of the backdrop. Before one
    of these letters t draws a thin line instead, l a line, b a broad one, w a wide band.
    """
    colours = {
        "m": "url(#print)",
        "f": palette.main,
        "d": palette.deep,
        "p": palette.pale,
        "a": palette.accent,
        "w": _WHITE,
        "s": palette.shape,
    }

    def coloured(part: re.Match[str]) -> str:
        line, colour = part.group(1), colours[part.group(2)]
        if not line:
            return f'fill="{colour}"'
        joins = 'stroke-linecap="round" stroke-linejoin="round"'
        return f'fill="none" stroke="{colour}" stroke-width="{_LINES[line]}" {joins}'

    return _PART.sub(coloured, drawing)


def _symbol(title: str) -> str:
    """The letter or number a title is about, else its first letter."""
    found = _SYMBOL.search(title)
    return (found.group(1) or found.group(2) if found else title[:1] or "?").upper()


def _badge(title: str, palette: Palette) -> str:
    count = pieces(title)
    if count is None:
        return ""
    return (
        f'<circle cx="408" cy="72" r="35" fill="{palette.accent}"/>'
        f'<text x="408" y="83" text-anchor="middle" {_SERIF} font-size="31" fill="{_WHITE}">'
        f'<tspan font-size="27" dy="-1">×</tspan><tspan dy="1">{count}</tspan></text>'
    )


def _caption(title: str, category: str, palette: Palette) -> str:
    middle = f'text-anchor="middle" fill="{palette.ink}"'
    return (
        f'<text x="240" y="404" {middle} {_SERIF} font-size="35" font-style="italic">'
        f"{escape(short(title))}</text>"
        f'<text x="242" y="440" {middle} {_SANS} font-size="14" letter-spacing="3.5" opacity=".72">'
        f"{escape(category.upper())}</text>"
    )


def short(title: str) -> str:
    """The last words of what a title names, at most 24 characters where they allow it: a caption."""
    bare = _COUNTED.sub(" ", _SET.sub(" ", title)).strip()
    words = _ASIDE.split(f"{bare} ")[0].split() or bare.split() or title.split()
    kept: list[str] = []
    for word in reversed(words):
        if kept and len(" ".join((word, *kept))) > _LONGEST_CAPTION:
            break
        kept.insert(0, word)
    return " ".join(kept)[: _LONGEST_CAPTION + 4]
