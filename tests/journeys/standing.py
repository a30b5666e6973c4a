"""Where everything about a booking stands, as one value to compare whole."""

from dataclasses import dataclass, replace

from booking.bookings.booking import story
from booking.bookings.models import Booking
from booking.consultations.models import Case
from booking.kit.db import run
from booking.messages.models import Message, MessageStatus
from booking.messages.occasions import SCHEDULED
from booking.payments.checks import INVARIANTS
from booking.payments.models import Attempt, Charge, Refund
from booking.slots.windows import Window

TIMED = {occasion.key for occasion in SCHEDULED}


@dataclass(frozen=True)
class Standing:
    """`claims` are kept (for good), held (until they lapse), part, or none; `mails` are planned, the timed ones as a number."""

    case: str
    story: tuple[str, ...]
    claims: str
    charges: tuple[tuple[str, str, int], ...] = ()
    attempts: tuple[str, ...] = ()
    refunds: tuple[tuple[str, str, int], ...] = ()
    mails: tuple[str, ...] = ()
    timed: int = 0


async def standing(booking: Booking) -> Standing:
    """As the rows say it now."""
    fresh = await Booking.get(id=booking.id)
    events = await story(fresh)
    assert events[-1].status is fresh.status
    planned = await Message.filter(booking_id=booking.id, status=MessageStatus.PLANNED).order_by("id")
    charges = await Charge.filter(booking_id=booking.id).order_by("id")
    attempts = await Attempt.filter(charge__booking_id=booking.id).order_by("id")
    refunds = await Refund.filter(charge__booking_id=booking.id).order_by("id")
    return Standing(
        case=(await Case.get(id=booking.case_id)).status.value,
        story=tuple(event.status.value for event in events),
        claims=await _claims(fresh),
        charges=tuple((each.kind.value, each.status.value, each.amount) for each in charges),
        attempts=tuple(each.status.value for each in attempts),
        refunds=tuple((each.reason, each.status.value, each.amount) for each in refunds),
        mails=tuple(sorted(each.occasion for each in planned if each.occasion not in TIMED)),
        timed=sum(each.occasion in TIMED for each in planned),
    )


async def _claims(booking: Booking) -> str:
    window = Window.from_json(booking.window)
    rows = await run("SELECT lapses_at FROM claim WHERE booking_id = $1", booking.id)
    rows += await run("SELECT lapses_at FROM dose WHERE booking_id = $1", booking.id)
    if not rows:
        return "none"
    if len(rows) < len(window.rows()) + sum(step.doses for step in window.steps):
        return "part"
    return "kept" if all(row["lapses_at"] is None for row in rows) else "held"


DEPOSIT, REST = 340_000, 1_360_000
HELD = Standing(case="consented", story=("held",), claims="held", mails=("dates-held",))
CONFIRMED = Standing(
    case="booked",
    story=("held", "confirmed"),
    claims="kept",
    charges=(("deposit", "paid", DEPOSIT), ("balance", "due", REST)),
    attempts=("paid",),
    mails=("confirmed", "receipt"),
    timed=13,
)
# The deposit came when the dates had gone to someone else, and was promised back.
GONE = Standing(
    case="consented",
    story=("held", "lapsed", "refund_due"),
    claims="none",
    charges=(("deposit", "paid", DEPOSIT),),
    attempts=("paid",),
    refunds=(("dates_gone", "wanted", DEPOSIT),),
    mails=("dates-gone", "dates-held"),
)

__all__ = ["CONFIRMED", "DEPOSIT", "GONE", "HELD", "REST", "Standing", "replace", "standing"]


async def broken_promises() -> list[object]:
    """What breaks a promise about money."""
    return [row for check in INVARIANTS.values() for row in await run(check)]
