import pytest

from booking.kit.money import Money
from booking.payments.amounts import AmountNotPayable, from_stripe, to_stripe


@pytest.mark.parametrize(
    ("written", "currency", "at_stripe"),
    [
        ("1250.00", "USD", 125_000),
        ("1250", "JPY", 1_250),
        ("1.250", "KWD", 1_250),
        ("1250", "ISK", 125_000),
        ("1250", "UGX", 125_000),
        ("1250", "KRW", 1_250),
        ("1250", "COP", 125_000),
    ],
)
def test_amounts_are_written_as_stripe_counts_them_and_read_back_the_same(
    written: str, currency: str, at_stripe: int
) -> None:
    money = Money.of(written, currency)

    assert (to_stripe(money), from_stripe(at_stripe, currency.lower())) == (at_stripe, money)


@pytest.mark.parametrize("money", [Money(1_251, "KWD"), Money(7, "BHD")])
def test_nothing_is_rounded_on_the_way_to_a_card(money: Money) -> None:
    with pytest.raises(AmountNotPayable):
        to_stripe(money)
