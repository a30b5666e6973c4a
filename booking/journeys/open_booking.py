"""Someone looks at a booking: where it stands, what is owed and paid, and what would come back."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from booking.accounts.viewers import Scope, Viewer
from booking.aftercare.check_ins import waiting_for_an_answer
from booking.aftercare.models import CheckIn
from booking.bookings import booking as bookings
from booking.bookings.models import BookingStatus
from booking.journeys.agreement import agreed, arrival_of, today_at_clinic
from booking.journeys.case_file import BookingShown, CaseFile, ChargeShown
from booking.journeys.links import Links
from booking.journeys.open_case import open_case
from booking.journeys.settle_payment import settle_checkout
from booking.kit.errors import NotFound
from booking.kit.money import Money
from booking.payments.attempts import attempt_on_page
from booking.payments.gateway import GatewayDown, PaymentGateway
from booking.payments.models import Attempt, AttemptStatus, Charge, ChargeStatus
from booking.payments.receipts import Receipt, receipt_of
from booking.payments.terms import ComesBack, Terms, what_comes_back


@dataclass(frozen=True, slots=True)
class BookingFile:
    """A booking with its case. `comes_back` are the days, still to come, until which so much of a payment goes back.

    `thinking_until` is when the time to think ends, while it lasts: no money is taken before. `check_in` is the latest that
    waits for an answer.
    """

    case: CaseFile
    booking: BookingShown
    total: Money
    terms: Terms
    comes_back: tuple[ComesBack, ...]
    thinking_until: datetime | None
    check_in: CheckIn | None

    @property
    def deposit(self) -> Money:
        """What is asked for to keep the dates."""
        return self.terms.deposit_of(self.total)

    @property
    def rest(self) -> Money:
        return self.total - self.deposit

    @property
    def may_pay(self) -> bool:
        return self.case.may(Scope.PAY)

    @property
    def may_act(self) -> bool:
        return self.case.may(Scope.ACT)

    def charge(self, kind: str) -> ChargeShown | None:
        """The booking's deposit or balance, unless it was never asked for or is void."""
        known = (charge for charge in self.booking.charges if charge.kind == kind)
        return next((charge for charge in known if charge.status is not ChargeStatus.VOID), None)

    @property
    def paid(self) -> tuple[ChargeShown, ...]:
        """What was paid, whatever went back since."""
        return tuple(charge for charge in self.booking.charges if charge.paid_at is not None)


async def open_booking(viewer: Viewer, code: str, *, now: datetime) -> BookingFile:
    """The booking as it stands at this moment. Leaves the audit row of its case. Raises NotFound."""
    found = await bookings.get(viewer, code)
    file = await open_case(viewer, found.case.code, now=now)
    booking = next(shown for shown in file.bookings if shown.code == code)
    total, terms = await agreed(found.case)
    today = await today_at_clinic(found.case, now)
    consent = file.consent
    return BookingFile(
        case=file,
        booking=booking,
        total=total,
        terms=terms,
        comes_back=what_comes_back(arrival_of(booking.row), today, terms),
        thinking_until=consent.cooling_off_until if consent and now < consent.cooling_off_until else None,
        check_in=await waiting_for_an_answer(booking.row.id, today)
        if booking.status is BookingStatus.COMPLETED
        else None,
    )


class Came(StrEnum):
    """What is known of a payment when its payer is back."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    PAID_TWICE = "paid_twice"
    GOES_BACK = "goes_back"


async def come_back(
    viewer: Viewer, code: str, session_id: str, *, payments: PaymentGateway, links: Links, now: datetime
) -> tuple[BookingFile, Came]:
    """The browser is back from Stripe, perhaps before the webhook: ask how the page stands, act on it, and look.

    Raises NotFound. If Stripe does not answer, the payment is waited for, and the webhook settles it.
    """
    found = await bookings.get(viewer, code)
    if await attempt_on_page(session_id, found) is not None:
        with suppress(GatewayDown):
            await settle_checkout(session_id, payments=payments, links=links, now=now)
    file = await open_booking(viewer, code, now=now)
    return file, _came(file, await attempt_on_page(session_id, found))


def _came(file: BookingFile, attempt: Attempt | None) -> Came:
    if attempt is None or attempt.captured_at is None:
        return Came.WAITING
    if file.booking.status not in {BookingStatus.CONFIRMED, BookingStatus.COMPLETED}:
        return Came.GOES_BACK
    return Came.CONFIRMED if attempt.status is AttemptStatus.PAID else Came.PAID_TWICE


async def open_receipts(viewer: Viewer, code: str, *, now: datetime) -> tuple[BookingFile, list[Receipt]]:
    """What was paid for the booking, the deposit first. Raises NotFound, also while nothing was."""
    file = await open_booking(viewer, code, now=now)
    paid = await Charge.filter(
        booking_id=file.booking.row.id, status__in=[ChargeStatus.PAID, ChargeStatus.REFUNDED]
    ).order_by("id")
    if not paid:
        raise NotFound
    return file, [await receipt_of(charge) for charge in paid]
