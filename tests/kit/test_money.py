from decimal import Decimal

import pytest

from booking.kit.money import MixedCurrencies, Money, show


@pytest.mark.parametrize(
    ("money", "language", "shown"),
    [
        (Money(125_000, "USD"), "en", "USD\xa01,250.00"),
        (Money(125_000, "USD"), "es", "USD\xa01.250,00"),
        (Money(1_250, "JPY"), "en", "JPY\xa01,250"),
        (Money(1_250, "KWD"), "en", "KWD\xa01.250"),
    ],
)
def test_money_is_told_in_its_own_digits_with_the_currency_named(money: Money, language: str, shown: str) -> None:
    assert show(money, language) == shown


@pytest.mark.parametrize(
    ("written", "currency", "money"),
    [("12.5", "USD", Money(1_250, "USD")), ("12", "JPY", Money(12, "JPY")), ("1.234", "KWD", Money(1_234, "KWD"))],
)
def test_what_is_written_in_major_units_becomes_whole_smallest_units(written: str, currency: str, money: Money) -> None:
    assert Money.of(written, currency) == money


def test_a_yen_has_no_hundredths() -> None:
    with pytest.raises(ValueError, match="more digits"):
        Money.of("12.5", "JPY")


def test_currencies_never_meet_in_one_sum() -> None:
    with pytest.raises(MixedCurrencies):
        _ = Money(1, "USD") + Money(1, "XCD")


@pytest.mark.parametrize(
    ("amount", "percent", "share"),
    [(1_001, 50, 500), (1_003, 50, 502), (999, Decimal("33.3"), 333), (100, 0, 0), (100, 100, 100)],
)
def test_a_share_is_rounded_half_to_even(amount: int, percent: int | Decimal, share: int) -> None:
    assert Money(amount, "USD").share(percent) == Money(share, "USD")
