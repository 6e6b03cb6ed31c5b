"""Colours as merchants write them, and whether one can be read on another."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.merchandising import colours
from app.domain.merchandising.colours import BLACK, WHITE, Colour
from app.kernel.errors import Invalid

PART = st.integers(0, 255)
COLOUR = st.builds(Colour, PART, PART, PART)


@pytest.mark.parametrize("text", ["#0b5d4e", "0B5D4E", " #0b5D4e "])
def test_six_digits_are_read_however_they_are_written(text: str) -> None:
    assert colours.parse(text) == Colour(11, 93, 78)


def test_three_digits_stand_for_six() -> None:
    assert colours.parse("#0bd") == Colour(0, 0xBB, 0xDD)


@given(COLOUR)
def test_what_is_written_is_read_again(colour: Colour) -> None:
    assert colours.parse(str(colour)) == colour


@given(st.text(max_size=12))
def test_any_text_is_a_colour_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert all(0 <= part <= 255 for part in colours.parse(text))


@pytest.mark.parametrize("text", ["", "#", "red", "#12345", "#1234567", "#12 456", "url(x)", "#١٢٣"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="a colour is #"):
        colours.parse(text)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # The grey next to #767676 is the lightest that reads on white; figures of WebAIM's checker.
        ("#000000", "#ffffff", 21.0),
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_that_of_the_standard(one: str, other: str, expected: float) -> None:
    assert colours.contrast(colours.parse(one), colours.parse(other)) == pytest.approx(expected, abs=0.005)


@given(COLOUR, COLOUR)
def test_contrast_is_the_same_both_ways_and_within_1_and_21(one: Colour, other: Colour) -> None:
    found = colours.contrast(one, other)
    assert found == colours.contrast(other, one)
    assert 1 <= found <= 21 + 1e-9


@given(COLOUR)
def test_there_is_always_an_ink_that_reads(ground: Colour) -> None:
    ink = colours.readable_on(ground)
    assert ink in {BLACK, WHITE}
    assert colours.contrast(ink, ground) >= colours.READABLE
