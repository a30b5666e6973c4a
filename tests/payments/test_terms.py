from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from booking.kit.money import Money
from booking.payments.terms import BadTerms, RefundCause, RefundStep, Terms, refund_due

ARRIVAL = date(2027, 3, 9)
WRITTEN: dict[str, Any] = {
    "deposit": {"percent": 20},
    "balance_due_days": 30,
    "refund_steps": [{"days": 60, "percent": 100}, {"days": 30, "percent": 50}, {"days": 0, "percent": 0}],
}
TERMS = Terms.parse(WRITTEN, "USD")


def test_terms_are_read_from_a_programmes_own_words() -> None:
    assert (
        Terms(
            deposit_percent=Decimal(20),
            deposit_amount=None,
            balance_due_days=30,
            steps=(RefundStep(60, Decimal(100)), RefundStep(30, Decimal(50)), RefundStep(0, Decimal(0))),
        )
        == TERMS
    )


@pytest.mark.parametrize(
    ("days_before", "back"),
    [(90, 100_001), (60, 100_001), (59, 50_000), (30, 50_000), (29, 0), (0, 0), (-3, 0)],
)
def test_a_change_of_mind_gives_back_less_the_later_it_comes(days_before: int, back: int) -> None:
    today = ARRIVAL - timedelta(days=days_before)

    due = refund_due(Money(100_001, "USD"), ARRIVAL, today, TERMS, RefundCause.CHANGE_OF_MIND)

    assert due == Money(back, "USD")


@pytest.mark.parametrize("cause", [cause for cause in RefundCause if cause is not RefundCause.CHANGE_OF_MIND])
@pytest.mark.parametrize("days_before", [90, 1, -3])
def test_everything_comes_back_when_it_is_not_a_change_of_mind(cause: RefundCause, days_before: int) -> None:
    today = ARRIVAL - timedelta(days=days_before)

    assert refund_due(Money(777, "JPY"), ARRIVAL, today, TERMS, cause) == Money(777, "JPY")


@pytest.mark.parametrize(
    ("deposit", "total", "owed"),
    [
        ({"percent": 20}, Money(1_000_000, "USD"), Money(200_000, "USD")),
        ({"percent": "12.5"}, Money(1_001, "KWD"), Money(125, "KWD")),
        (250_000, Money(1_000_000, "USD"), Money(250_000, "USD")),
        (250_000, Money(200_000, "USD"), Money(200_000, "USD")),
        (90_000, Money(1_000_000, "JPY"), Money(90_000, "JPY")),
    ],
)
def test_a_deposit_is_a_share_or_a_sum_and_never_more_than_the_price(deposit: Any, total: Money, owed: Money) -> None:
    assert Terms.parse({**WRITTEN, "deposit": deposit}, total.currency).deposit_of(total) == owed


def test_a_balance_is_never_due_on_a_day_that_has_passed() -> None:
    assert [
        TERMS.balance_due_on(ARRIVAL, date(2027, 1, 12)),
        TERMS.balance_due_on(ARRIVAL, date(2027, 3, 1)),
    ] == [date(2027, 2, 7), date(2027, 3, 1)]


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("deposit", None, "deposit"),
        ("deposit", -1, "deposit"),
        ("deposit", {"percent": 101}, "deposit.percent"),
        ("deposit", {"percent": "NaN"}, "deposit.percent"),
        ("balance_due_days", True, "balance_due_days"),
        ("refund_steps", "all", "refund_steps"),
        ("refund_steps", [{"days": 3}], "refund_steps.0.percent"),
        ("refund_steps", [{"days": 3, "percent": 5}, {"days": 3, "percent": 4}], "refund_steps"),
        ("refund_steps", [{"days": 9, "percent": 5}, {"days": 3, "percent": 50}], "refund_steps"),
    ],
)
def test_terms_that_cannot_be_read_are_named(field: str, value: Any, named: str) -> None:
    with pytest.raises(BadTerms, match=f"^{named}: "):
        Terms.parse({**WRITTEN, field: value}, "USD")
