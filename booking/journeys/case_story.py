"""What happened in a case and its bookings, as sentences in one order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts.viewers import Viewer
from booking.bookings import waitlist
from booking.bookings.models import BookingEvent, BookingStatus, WaitEvent
from booking.consultations import story
from booking.consultations.models import Case
from booking.consultations.story import Told
from booking.kit.money import Money
from booking.kit.times import UTC
from booking.kit.words import Text, _
from booking.payments.models import Charge, Refund

# What the note of a booking's event begins with when a single step of it was moved.
STEP_MOVED: Final = "moved step"

# A move that another entry tells better (a review, a plan, a consent) has no sentence of its own.
SENTENCES: Final[dict[str, Text]] = {
    "status.requested": _("The request was sent."),
    "status.treated": _("The treatment took place."),
    "status.closed": _("The case was closed."),
    "status.withdrawn": _("The request was taken back."),
    "review.suitable": _("A clinician decided: the treatment may suit."),
    "review.not_suitable": _("A clinician decided: the treatment does not suit."),
    "review.more_information": _("A clinician asked for more information."),
    "plan.written": _("Plan %(which)s was written."),
    "plan.sent": _("Plan %(which)s was sent to the patient."),
    "plan.accepted": _("Plan %(which)s was accepted."),
    "plan.replaced": _("Plan %(which)s was replaced by a newer one."),
    "question.asked": _("A question was asked."),
    "question.answered": _("A question was answered."),
    "consent.given": _("Consent was given."),
    "consent.withdrawn": _("The consent was taken back."),
    "support.granted": _("Someone was allowed to help."),
    "support.revoked": _("Someone was no longer allowed to help."),
    "booking.held": _("Dates were held."),
    "booking.confirmed": _("The dates were confirmed."),
    "booking.moved": _("The dates were moved."),
    "booking.step_moved": _("One appointment was moved, or is with others now."),
    "booking.lapsed": _("The time to pay ran out, and the dates were given back."),
    "booking.cancelled": _("The booking was cancelled."),
    "booking.refund_due": _("The dates were gone when the payment came: it goes back."),
    "booking.completed": _("The stay is over."),
    "wait.waiting": _("The family waits for dates to become free."),
    "wait.offered": _("Dates that became free were offered."),
    "wait.taken": _("The dates that were offered were taken."),
    "wait.unanswered": _("The dates that were offered were not taken in time."),
    "wait.run_out": _("No dates became free in the days that would have done."),
    "wait.left": _("The family waits for dates no more."),
    "wait.removed": _("The clinic took the case off the waiting list."),
    "wait.ended": _("The case waits for dates no more."),
    "paid.deposit": _("The deposit was paid."),
    "paid.balance": _("The rest of the price was paid."),
    "refund.wanted": _("A refund was begun."),
    "refund.settled": _("A refund was paid out."),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened. `what` is its word (`plan.sent`); `who` is empty if a clock or a machine did it."""

    at: datetime
    what: str
    text: Text
    who: str = ""
    money: Money | None = None
    note: str = ""


async def story_of(
    case: Case, charges: Iterable[Charge], refunds: Iterable[Refund], *, viewer: Viewer
) -> tuple[Happened, ...]:
    """Everything that happened, the first first; what happened at one moment stands in the order of the steps."""
    told = [
        # Whom a name of a supporter belongs to is staff's business: an address that was only typed tells no name.
        Happened(one.at, one.what, SENTENCES[one.what].with_facts(which=one.which), one.who, note=_note(one, viewer))
        for one in await story.story(case, viewer=viewer)
        if one.what in SENTENCES
    ]
    events = await BookingEvent.filter(booking__case_id=case.id).select_related("by").order_by("id")
    told += [_of_booking(event) for event in events]
    told += [_of_wait(event, viewer) for event in await waitlist.story(case.id)]
    told += _money_moved(charges, refunds)
    return tuple(sorted(told, key=lambda one: one.at))


def _note(one: Told, viewer: Viewer) -> str:
    return one.which if viewer.is_staff and one.what.startswith("support.") else ""


def _of_booking(event: BookingEvent) -> Happened:
    what = f"booking.{_become(event)}"
    who = event.by.name if event.by else ""
    return Happened(event.at.astimezone(UTC), what, SENTENCES[what], who, note=event.note)


def _become(event: BookingEvent) -> str:
    if event.note.startswith(STEP_MOVED):
        return "step_moved"
    moved = event.status is BookingStatus.CONFIRMED and event.note.startswith("moved")
    return "moved" if moved else event.status.value


def _of_wait(event: WaitEvent, viewer: Viewer) -> Happened:
    what = f"wait.{event.status.value}"
    who = event.by.name if event.by else ""
    # Why someone was taken off the list was written for the team.
    return Happened(event.at.astimezone(UTC), what, SENTENCES[what], who, note=event.note if viewer.is_staff else "")


def _money_moved(charges: Iterable[Charge], refunds: Iterable[Refund]) -> Iterator[Happened]:
    for charge in charges:
        yield from _moved(charge.paid_at, f"paid.{charge.kind.value}", charge.money)
    for refund in refunds:
        yield from _moved(refund.wanted_at, "refund.wanted", refund.money)
        yield from _moved(refund.settled_at, "refund.settled", refund.money)


def _moved(at: datetime | None, what: str, money: Money) -> Iterator[Happened]:
    if at is not None:
        yield Happened(at.astimezone(UTC), what, SENTENCES[what], money=money)
