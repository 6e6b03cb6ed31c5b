"""Members are written to once for each mark of a month, and nothing else happens at a limit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from app.channels.email import Letter
from app.domain.accounts import members, stores
from app.domain.accounts.members import NewMember
from app.domain.accounts.stores import Credentials
from app.domain.outreach import warnings
from app.kernel.clock import FixedClock
from app.kernel.errors import Invalid, Upstream
from app.kernel.ids import new_id
from app.kernel.runtime import Runtime
from tests.conftest import NOON
from tests.domain.insight.test_usage import show


@dataclass
class Post:
    """Keeps what it is given; ``away`` gives nothing on, ``refuses`` is an address that nobody has."""

    letters: list[Letter] = field(default_factory=list)
    away: bool = False
    refuses: str = ""

    def send(self, letter: Letter) -> None:
        if self.away:
            raise Upstream("away", retry=True)
        if letter.to == self.refuses:
            raise Invalid("nobody has this address", "to")
        self.letters.append(letter)

    @property
    def told(self) -> list[tuple[str, str]]:
        """Who, and the mark."""
        return [
            (each.to.partition(".")[0], "100" if "go on" in each.subject else "80") for each in self.letters
        ]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def here(runtime: Runtime, clock: FixedClock, post: Post) -> Runtime:
    clock.advance(NOON + timedelta(seconds=1) - clock.now())
    return replace(runtime, post=post)


@pytest.fixture
def people(runtime: Runtime, store: Credentials) -> list[str]:
    """Anna and Ben, whose addresses nobody else has."""
    addresses = [f"{name}.{new_id().lower()}@shop.example" for name in ("anna", "ben")]
    with runtime.unit(store.store_id) as unit:
        for place, address in enumerate(addresses):
            new = NewMember(address, address.partition(".")[0].title(), "a password of hers")
            members.create(unit.session, store.store_id, new, at=NOON + timedelta(seconds=place))
    return addresses


@pytest.mark.usefixtures("people")
def test_each_member_is_written_to_once_a_mark(here: Runtime, store: Credentials, post: Post) -> None:
    show(here, store, 799)
    warnings.watch(here, store.store_id)
    assert post.told == []
    show(here, store, 1, at=NOON - timedelta(hours=1))
    for _ in range(3):
        warnings.watch(here, store.store_id)
    assert post.told == [("anna", "80"), ("ben", "80")]
    show(here, store, 200, at=NOON - timedelta(hours=2))
    for _ in range(3):
        warnings.watch(here, store.store_id)
    assert post.told[2:] == [("anna", "100"), ("ben", "100")]


@pytest.mark.usefixtures("people")
def test_of_two_marks_at_once_the_higher_is_written_about(
    here: Runtime, store: Credentials, post: Post
) -> None:
    show(here, store, 1500)
    warnings.watch(here, store.store_id)
    assert post.told == [("anna", "100"), ("ben", "100")]


@pytest.mark.usefixtures("people")
def test_another_month_begins_anew(here: Runtime, store: Credentials, post: Post, clock: FixedClock) -> None:
    show(here, store, 800)
    warnings.watch(here, store.store_id)
    clock.advance(timedelta(days=30))
    warnings.watch(here, store.store_id)
    assert len(post.letters) == 2
    show(here, store, 900, at=clock.now() - timedelta(hours=1))
    warnings.watch(here, store.store_id)
    assert len(post.letters) == 4


@pytest.mark.usefixtures("people")
def test_while_the_mail_server_is_away_nobody_counts_as_written_to(
    here: Runtime, store: Credentials, post: Post
) -> None:
    show(here, store, 800)
    post.away = True
    with pytest.raises(Upstream):
        warnings.watch(here, store.store_id)
    post.away = False
    warnings.watch(here, store.store_id)
    assert post.told == [("anna", "80"), ("ben", "80")]


def test_an_address_that_nobody_has_holds_up_no_other(
    here: Runtime, store: Credentials, post: Post, people: list[str]
) -> None:
    show(here, store, 800)
    post.refuses = people[0]
    for _ in range(2):
        warnings.watch(here, store.store_id)
    assert post.told == [("ben", "80")]


@pytest.mark.usefixtures("people")
def test_a_letter_says_what_was_used_and_that_it_goes_on(
    here: Runtime, store: Credentials, post: Post
) -> None:
    with here.unit(store.store_id) as unit:
        stores.get(unit.session, store.store_id).name = "Tea & <b>Co</b>"
    show(here, store, 1200)
    warnings.watch(here, store.store_id)
    letter = post.letters[0]
    assert letter.subject == "Tea & <b>Co</b>: this month's 1,000 recommendations are used, and go on"
    assert "In 2026-11 1,200 of the Free plan's 1,000 recommendations were used." in letter.text
    assert "Nothing is switched off" in letter.text
    assert "Starter has enough for a month like this." in letter.html
    assert "<b>" not in letter.html
    assert f"{here.settings.public_url}/console/" in letter.text
    assert stores_is_active(here, store)


TOLD = {
    "de-CH": ("1.200 von 1.000 Empfehlungen des Tarifs Free", "Starter reicht", "Verbrauch ansehen"),
    "es": ("1.200 de las 1.000 recomendaciones del plan Free", "Starter es suficiente", "Ver el uso"),
    "fr": (
        "1\u202f200 des 1\u202f000 recommandations de l’offre Free",
        "Starter suffit",
        "Voir l’utilisation",
    ),
    "pt-BR": ("1,200 of the Free plan's 1,000 recommendations", "Starter has enough", "See what was used"),
}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("language", TOLD)
def test_a_letter_is_in_the_stores_language_or_in_english(
    here: Runtime, store: Credentials, post: Post, language: str
) -> None:
    with here.unit(store.store_id) as unit:
        stores.speak(unit.session, store.store_id, language)
    show(here, store, 1200)
    warnings.watch(here, store.store_id)
    letter = post.letters[0]
    for said in TOLD[language]:
        assert said in letter.text
    assert f'<html lang="{"en" if language == "pt-BR" else language[:2]}">' in letter.html


def test_a_shop_without_members_is_written_to_itself_once(
    here: Runtime, store: Credentials, post: Post
) -> None:
    home = "https://tea.myshopify.com/admin/apps/1"
    with here.unit(store.store_id) as unit:
        shop = stores.get(unit.session, store.store_id)
        shop.email, shop.home = "owner@tea.example", home
    show(here, store, 800)
    for _ in range(2):
        warnings.watch(here, store.store_id)
    assert [each.to for each in post.letters] == ["owner@tea.example"]
    assert f"See what was used: {home}" in post.letters[0].text


@pytest.mark.usefixtures("people")
def test_where_there_are_members_the_shop_is_not_written_to_beside_them(
    here: Runtime, store: Credentials, post: Post
) -> None:
    with here.unit(store.store_id) as unit:
        stores.get(unit.session, store.store_id).email = "owner@tea.example"
    show(here, store, 800)
    warnings.watch(here, store.store_id)
    assert post.told == [("anna", "80"), ("ben", "80")]


def stores_is_active(here: Runtime, store: Credentials) -> bool:
    with here.unit(store.store_id) as unit:
        return stores.get(unit.session, store.store_id).is_active


@pytest.mark.usefixtures("people")
def test_without_a_mail_server_the_marks_are_kept_all_the_same(here: Runtime, store: Credentials) -> None:
    show(here, store, 800)
    warnings.watch(replace(here, post=None), store.store_id)
    post = Post()
    warnings.watch(replace(here, post=post), store.store_id)
    assert len(post.letters) == 2
