"""What letters about usage say, in the languages in which there are letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """``thousands`` stands between each three digits; the rest is filled by name."""

    language: str
    thousands: str
    subject: str
    subject_full: str
    hello: str
    used: str
    goes_on: str
    enough: str
    see: str

    def count(self, number: int) -> str:
        return f"{number:,}".replace(",", self.thousands)


_ENGLISH: Final = Words(
    "en",
    ",",
    "{store}: {mark} % of this month's recommendations are used",
    "{store}: this month's {monthly} recommendations are used, and go on",
    "Hello {name},",
    "In {month} {used} of the {plan} plan's {monthly} recommendations were used.",
    "Nothing is switched off at the limit: recommendations go on.",
    "{plan} has enough for a month like this.",
    "See what was used",
)

_ALL: Final = (
    _ENGLISH,
    Words(
        "de",
        ".",
        "{store}: {mark} % der Empfehlungen dieses Monats sind verbraucht",
        "{store}: Die {monthly} Empfehlungen dieses Monats sind verbraucht, es geht trotzdem weiter",
        "Guten Tag, {name},",
        "Im Monat {month} wurden {used} von {monthly} Empfehlungen des Tarifs {plan} verbraucht.",
        "An der Grenze wird nichts abgeschaltet: Empfehlungen werden weiter gezeigt.",
        "{plan} reicht für einen Monat wie diesen.",
        "Verbrauch ansehen",
    ),
    Words(
        "es",
        ".",
        "{store}: se ha usado el {mark} % de las recomendaciones de este mes",
        "{store}: se han usado las {monthly} recomendaciones de este mes, y siguen mostrándose",
        "Hola, {name}:",
        "En {month} se han usado {used} de las {monthly} recomendaciones del plan {plan}.",
        "Nada se desactiva al llegar al límite: las recomendaciones siguen mostrándose.",
        "{plan} es suficiente para un mes como este.",
        "Ver el uso",
    ),
    Words(
        "fr",
        "\u202f",
        "{store}\u00a0: {mark}\u00a0% des recommandations de ce mois sont utilisées",
        "{store}\u00a0: les {monthly} recommandations de ce mois sont utilisées, et continuent de s’afficher",
        "Bonjour {name},",
        "En {month}, {used} des {monthly} recommandations de l’offre {plan} ont été utilisées.",
        "Rien n’est désactivé à la limite\u00a0: les recommandations continuent de s’afficher.",
        "{plan} suffit pour un mois comme celui-ci.",
        "Voir l’utilisation",
    ),
)


def of(language: str) -> Words:
    """The words of a language such as de or fr-CA; English where there are none."""
    return next((each for each in _ALL if language.lower().startswith(each.language)), _ENGLISH)
