"""The shop's titles for people: "SET/6 RED SPOTTY PAPER CUPS" -> "Set of 6 Red Spotty Paper Cups"."""

from __future__ import annotations

import re

_SPELLED = (
    (re.compile(r"\b(SET|PACK|S)\s?/\s?(\d+)"), r"SET OF \2"),
    (re.compile(r"\b(SET|PACK) OF\s?(\d+)"), r"\1 OF \2"),
    (re.compile(r"\bASST(D|\.)?(?=\s|$)"), "ASSORTED"),
    (re.compile(r"\bW/\s?|\bW\s"), "WITH "),
    (re.compile(r"\bB'FLY\b"), "BUTTERFLY"),
    (re.compile(r"\bC/COVER\b"), "CUSHION COVER"),
    (re.compile(r"\bNECKL(?:ACE)?\b\.?"), "NECKLACE"),
    (re.compile(r"\bVINT\b"), "VINTAGE"),
    (re.compile(r"\bART DEC\b"), "ART DECO"),
    (re.compile(r"\bXMAS\b"), "CHRISTMAS"),
    (re.compile(r"\bT ?LIGHT(S?)\b"), r"T-LIGHT\1"),
    (re.compile(r"\s*,\s*"), ", "),
    (re.compile(r"\s+"), " "),
)
_SMALL = frozenset("a an and at by de des du en et for in la le les of on or the to with".split())
_CAPITALS = frozenset("DIY USA UK LED NY I II III TV CD DVD M.O.P 3D".split())
_SIZE = re.compile(r"\d[\d.X]*(CM|MM|ML|G|KG|PC|PCS|M|L)?")
_AFTER_NUMBER = re.compile(r"(?<=\d)'S\b")
_PART = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SET = re.compile(
    r"\b(?:set|pack|box|bundle)\s+(?:of\s+)?(\d{1,3})\b|\b(\d{1,2}) (?:piece|pc|pcs)\b", re.IGNORECASE
)


def humane(raw: str) -> str:
    """Title case, common abbreviations spelled out, sizes in lower case. Never empty where letters are."""
    text = raw.strip().upper()
    for pattern, spelled in _SPELLED:
        text = pattern.sub(spelled, text)
    words = text.strip(" ,").split(" ")
    return " ".join(_word(word, first=index == 0) for index, word in enumerate(words))


def pieces(title: str) -> int | None:
    """How many pieces a set has: "Set of 6 ..." -> 6, None where the title does not say so."""
    found = _SET.search(title)
    return int(found.group(1) or found.group(2)) if found else None


def _word(word: str, *, first: bool) -> str:
    if word in _CAPITALS:
        return word
    if _SIZE.fullmatch(word):
        return word.lower()
    if not first and word.lower() in _SMALL:
        return word.lower()
    return _AFTER_NUMBER.sub("'s", _PART.sub(lambda part: part.group().capitalize(), word))
