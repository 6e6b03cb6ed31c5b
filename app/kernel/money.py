"""Money: an integer count of minor units and an ISO 4217 currency. Floats never hold money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from app.kernel.errors import Invalid

# ISO 4217 lists these with other than two minor digits.
_EXPONENTS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
_LARGEST = 2**63 - 1


def exponent(currency: str) -> int:
    """Decimal digits of the minor unit: 2 for GBP, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """``amount`` in minor units (may be negative); arithmetic across currencies is refused."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not _is_capitals(self.currency):  # noqa: PLR2004 - ISO 4217
            raise Invalid(f"{self.currency!r} is not an ISO 4217 currency", "currency")
        if abs(self.amount) > _LARGEST:
            raise Invalid("the amount is too large", "amount")

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """From major units, "4.25" GBP -> 425; halves of a minor unit round to even. Raises Invalid."""
        try:
            major = Decimal(text)
        except InvalidOperation:
            raise Invalid(f"{text!r} is not an amount of money", "amount") from None
        if not major.is_finite() or major.adjusted() > 18:  # noqa: PLR2004 - digits of a signed 64-bit integer
            raise Invalid(f"{text!r} is not an amount of money", "amount")
        minor = major.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_EVEN)
        return cls(int(minor), currency)

    def major(self) -> str:
        """In major units: 425 GBP -> "4.25"; the inverse of ``parse``."""
        return f"{Decimal(self.amount).scaleb(-exponent(self.currency)):f}"

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * times, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise Invalid(f"{self.currency} and {other.currency} do not add up", "currency")
        return other


def _is_capitals(text: str) -> bool:
    return text.isascii() and text.isalpha() and text.isupper()
