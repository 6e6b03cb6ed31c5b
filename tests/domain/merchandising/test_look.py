"""How a placement looks: what is kept, what the shop gets, and what would be hard to see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.merchandising import look as looks
from app.domain.merchandising.look import Look
from app.domain.merchandising.placements import DISPLAYS, OFFERED
from app.kernel.errors import Invalid

CONTRACT = Path(__file__).parents[2] / "contract"
HEX = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)
LOOKS = st.builds(
    Look,
    titles=st.dictionaries(st.sampled_from(list(looks.LANGUAGES)), st.just("Titel")),
    accent=st.none() | HEX,
    text=st.none() | HEX,
    background=st.none() | HEX,
    radius=st.none() | st.integers(0, looks.MOST_RADIUS),
    spacing=st.none() | st.integers(0, looks.MOST_SPACING),
    hidden=st.sets(st.sampled_from(sorted(set(looks.FIELDS) - set(looks.ASKED_FOR)))).map(
        lambda chosen: tuple(name for name in looks.FIELDS if name in chosen)
    ),
    asked=st.sampled_from([(), looks.ASKED_FOR]),
)


@given(LOOKS)
def test_what_is_kept_is_read_again(look: Look) -> None:
    assert looks.read(json.loads(json.dumps(looks.keep(look)))) == look


@given(LOOKS)
def test_only_custom_properties_reach_the_shop(look: Look) -> None:
    for name, value in looks.properties(look).items():
        assert name.startswith("--alongside-")
        assert not set(value) & set(";{}<>\"'\\()")


def test_a_look_without_choices_is_the_themes() -> None:
    assert looks.keep(Look()) == {}
    assert looks.properties(Look()) == {}
    assert list(looks.warnings(Look())) == []


def test_the_contracts_example_is_what_these_choices_give() -> None:
    example = json.loads((CONTRACT / "recommendations.look.json").read_text())["response"]["body"]
    look = Look(
        accent="#0b5d4e",
        text="#1d2321",
        background="#f6f5f2",
        radius=4,
        spacing=12,
        hidden=("price", "reason"),
        asked=("brand",),
    )
    assert looks.properties(look) == example["look"]


def test_a_brand_is_shown_where_it_is_asked_for_and_all_else_until_it_is_hidden() -> None:
    assert [field for field in looks.FIELDS if not Look().shows(field)] == ["brand"]
    assert looks.properties(Look(asked=("brand",))) == {"--alongside-brand": "block"}
    hidden = looks.properties(Look(hidden=("was", "unit")))
    assert hidden == {"--alongside-was": "none", "--alongside-unit": "none"}


def test_every_display_of_the_contract_can_be_chosen_or_needs_an_offer() -> None:
    known = json.loads((CONTRACT / "displays.json").read_text())["displays"]
    # What was viewed is the browser's own: no placement of the shop's answers it.
    assert set(DISPLAYS) | set(OFFERED) == set(known) - {"recent"}


def test_a_ground_brings_a_text_that_reads_on_it() -> None:
    assert looks.properties(Look(background="#102030"))["--alongside-text"] == "#ffffff"
    assert looks.properties(Look(background="#ffffe0"))["--alongside-text"] == "#000000"


@pytest.mark.parametrize(
    ("look", "field"),
    [
        (Look(accent="green"), "accent"),
        (Look(text="#12345"), "text"),
        (Look(background="url(//x)"), "background"),
        (Look(radius=41), "radius"),
        (Look(spacing=65), "spacing"),
        (Look(radius=-1), "radius"),
        (Look(titles={"de": "x" * 121}), "title-de"),
        (Look(titles={"xx": "x"}), "title-xx"),
        (Look(hidden=("vendor",)), "fields"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_its_field(look: Look, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        looks.keep(look)
    assert refused.value.field == field


def test_text_that_is_hard_to_read_is_said_with_its_contrast() -> None:
    [warning] = looks.warnings(Look(text="#777777"))
    assert warning == (
        "Text is hard to see on a white page: the contrast is 4.4 to 1, WCAG AA asks for 4.5 to 1"
    )
    assert list(looks.warnings(Look(text="#767676", hidden=("reason",)))) == []


def test_a_reason_is_fainter_than_other_text() -> None:
    [warning] = looks.warnings(Look(text="#767676"))  # three quarters of it on white are #989898, 2.88 to 1
    assert warning.startswith("The reason, fainter than other text, is hard to see on a white page")
    assert "2.8 to 1" in warning
    assert list(looks.warnings(Look(text="#404040"))) == []  # #707070, 4.95 to 1


def test_a_button_needs_less_contrast_than_text_and_none_where_it_is_hidden() -> None:
    assert list(looks.warnings(Look(accent="#949494"))) == []  # 3.03 to 1
    [warning] = looks.warnings(Look(accent="#969696", background="#ffffff"))  # 2.95 to 1
    assert warning.endswith("the contrast is 2.9 to 1, WCAG AA asks for 3 to 1")
    assert list(looks.warnings(Look(accent="#ffffff", hidden=("add",)))) == []
