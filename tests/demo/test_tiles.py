from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from app.demo import dataset
from app.demo.tiles.tile import Tiles, short
from app.demo.titles import humane


@pytest.fixture(scope="module")
def tiles() -> Tiles:
    return Tiles()


def test_the_same_title_is_always_drawn_alike(tiles: Tiles) -> None:
    assert tiles.draw("Blue Polkadot Bowl") == Tiles().draw("Blue Polkadot Bowl")
    assert tiles.draw("Blue Polkadot Bowl") != tiles.draw("Pink Polkadot Bowl")


def test_a_title_is_text_and_never_markup(tiles: Tiles) -> None:
    drawing = tiles.draw('"><script>alert(1)</script> Bowl & Co')
    assert "<script" not in drawing
    title = ET.fromstring(drawing).find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == '"><script>alert(1)</script> Bowl & Co'


def test_every_product_has_a_well_formed_picture_without_outside_references(tiles: Tiles) -> None:
    for product in dataset.products():
        drawing = tiles.draw(humane(product.title))
        ET.fromstring(drawing)
        assert "class=" not in drawing, product.title
        assert "href" not in drawing


def test_a_set_shows_how_many(tiles: Tiles) -> None:
    assert ">6</tspan>" in tiles.draw("Set of 6 Spice Tins Pantry Design")
    assert "tspan" not in tiles.draw("Spice Tin Pantry Design")


def test_a_number_tile_shows_its_number(tiles: Tiles) -> None:
    assert ">7</text>" in tiles.draw("Number Tile Vintage Font 7")


@pytest.mark.parametrize(
    ("title", "caption"),
    [
        ("Regency Cakestand 3 Tier", "Regency Cakestand"),
        ("Set of 6 Spice Tins Pantry Design", "Spice Tins Pantry Design"),
        ("Vintage Blue Tinsel Reel with Very Long Words Behind", "Vintage Blue Tinsel Reel"),
        ("12", "12"),
    ],
)
def test_captions_are_the_words_that_name_the_thing(title: str, caption: str) -> None:
    assert short(title) == caption
