import pytest

from booking.consultations.quotes import Quote, QuoteLine
from booking.kit.errors import Invalid
from booking.kit.money import Money
from booking.programmes.prices import PriceLine


def usd(amount: int) -> Money:
    return Money(amount, "USD")


CARE = QuoteLine("Care", usd(900_00))
REDUCTION = QuoteLine("For coming back", usd(-100_00))


def test_a_quote_adds_up_its_lines_and_says_what_is_left_after_the_deposit() -> None:
    quote = Quote((CARE, REDUCTION), usd(200_00))

    assert (quote.total, quote.balance) == (usd(800_00), usd(600_00))


def test_a_quote_is_kept_and_read_back_whole() -> None:
    quote = Quote((CARE, REDUCTION), usd(200_00))

    assert Quote.from_json(quote.as_json(), deposit=quote.deposit) == quote


def test_a_quote_starts_from_the_programmes_prices_in_the_patients_language() -> None:
    lines = [PriceLine(name={"en": "Care", "es": "Atención"}, amount=900_00, currency="USD")]

    assert Quote.from_programme(lines, deposit=usd(0), language="es").lines == (QuoteLine("Atención", usd(900_00)),)
    assert Quote.from_programme(lines, deposit=usd(0), language="fr").lines == (CARE,)


@pytest.mark.parametrize(
    ("lines", "deposit", "field"),
    [
        ((), usd(0), "lines"),
        ((QuoteLine(" ", usd(1)),), usd(0), "lines"),
        ((CARE, QuoteLine("Tax", Money(1, "XCD"))), usd(0), "lines"),
        ((CARE,), Money(0, "JPY"), "lines"),
        ((CARE,), usd(900_01), "deposit"),
        ((CARE,), usd(-1), "deposit"),
    ],
)
def test_a_quote_that_does_not_add_up_is_refused(lines: tuple[QuoteLine, ...], deposit: Money, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        Quote(lines, deposit)

    assert list(refused.value.errors) == [field]
