from __future__ import annotations

import pytest

from app.demo.nouns import Reader, Thing
from app.demo.titles import humane, pieces


@pytest.mark.parametrize(
    ("raw", "spoken"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White Hanging Heart T-Light Holder"),
        ("SET/6 RED SPOTTY PAPER CUPS", "Set of 6 Red Spotty Paper Cups"),
        ("BLUE CHECK BAG W HANDLE 34X20CM", "Blue Check Bag with Handle 34x20cm"),
        ("PAPER CHAIN KIT 50'S CHRISTMAS ", "Paper Chain Kit 50's Christmas"),
        ("AIRLINE LOUNGE,METAL SIGN", "Airline Lounge, Metal Sign"),
        ("CHARLIE+LOLA'S XMAS TLIGHTS", "Charlie+Lola's Christmas T-Lights"),
    ],
)
def test_titles_become_readable(raw: str, spoken: str) -> None:
    assert humane(raw) == spoken


def test_a_set_tells_its_pieces() -> None:
    assert pieces("Set of 6 Red Spotty Paper Cups") == 6
    assert pieces("Pack of 12 London Tissues") == 12
    assert pieces("Regency Cakestand 3 Tier") is None


@pytest.mark.parametrize(
    ("title", "thing"),
    [
        ("Lunch Bag Vintage Leaf", Thing("bags", "bag")),
        ("Red Retrospot Tea Cup and Saucer", Thing("kitchen", "teacup")),
        ("White Hanging Heart T-Light Holder", Thing("lighting", "tlight")),
        ("Vintage Christmas Bunting", Thing("christmas", "bunting")),
        ("Hanging Heart with Bell", Thing("home", "heart")),
        ("Sombrero", Thing("home", "parcel")),
    ],
)
def test_the_last_noun_is_the_thing(title: str, thing: Thing) -> None:
    assert Reader().read(title) == thing
