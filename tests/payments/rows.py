"""A booking and its first payment, as rows."""

from datetime import datetime, timedelta

from booking.bookings.models import Booking, BookingStatus
from booking.consultations.models import Case, CaseStatus
from booking.kit.ids import new_code
from booking.kit.money import Money
from booking.payments.attempts import new_attempt
from booking.payments.charges import mark_paid, open_deposit
from booking.payments.models import Attempt
from booking.payments.terms import Terms
from booking.programmes.models import Clinic, Programme, ProgrammeVersion

PRICE = Money(1_000_000, "USD")
TERMS = Terms.parse(
    {"deposit": {"percent": 20}, "balance_due_days": 30, "refund_steps": [{"days": 30, "percent": 50}]}, "USD"
)


async def held_booking(now: datetime) -> Booking:
    clinic = await Clinic.create(
        slug=new_code(), name="A clinic", address={}, zone="America/Antigua", currency="USD", languages=["en"],
        airport="ANU", phone="+12684600000", email="clinic@example.org",
    )  # fmt: skip
    programme = await Programme.create(clinic=clinic, slug=new_code())
    version = await ProgrammeVersion.create(programme=programme, number=1, content={}, published_at=now)
    case = await Case.create(
        code=new_code(), clinic=clinic, programme=programme, version=version, status=CaseStatus.DRAFT, language="en",
        zone="Europe/London", created_at=now, changed_at=now,
    )  # fmt: skip
    return await Booking.create(
        code=new_code(), case=case, status=BookingStatus.HELD, window={}, starts_at=now + timedelta(days=60),
        ends_at=now + timedelta(days=65), held_at=now, lapses_at=now + timedelta(hours=1),
    )  # fmt: skip


async def begun(booking: Booking, now: datetime) -> Attempt:
    """An attempt at the booking's deposit of USD 2,000."""
    charge = await open_deposit(booking, PRICE, TERMS, today=now.date(), now=now)
    return await new_attempt(charge, now=now, expires_at=now + timedelta(minutes=31))


async def paid(booking: Booking, now: datetime) -> Attempt:
    attempt = await begun(booking, now)
    await mark_paid(attempt, Money(200_000, "USD"), f"pi_{attempt.id}", now=now)
    return attempt
