"""The mails of a trip, planned from its dates: made at the confirmation, made anew whenever the trip changes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from booking.accounts.support import Addressee
from booking.aftercare.check_ins import check_ins_of, plan_check_ins
from booking.bookings.booking import TRAVELS
from booking.bookings.models import Booking
from booking.consultations.models import Case, CaseStatus
from booking.itineraries.models import Flight, Transfer, Way
from booking.journeys.offer import offer_of
from booking.journeys.say import from_clinic, page, people_of, recipient_of, stay_facts
from booking.kit.times import in_zone, settle
from booking.messages import facts, outbox
from booking.messages.facts import Facts
from booking.messages.occasions import with_times_of
from booking.messages.planning import Anchors, Planned, plan
from booking.payments.charges import charge_of
from booking.payments.models import ChargeKind, ChargeStatus
from booking.programmes.models import Clinic
from booking.slots.windows import Window

# Until a flight is known: most families land the day before the first visit.
LANDS_BEFORE: Final = timedelta(days=1)
# A flight that lands earlier than this, or after the first visit, belongs to other dates than these.
EARLIEST: Final = timedelta(days=21)
# How long before the arrival the clinic wants to have seen the papers, and how long anyone has to send them.
PAPERS_BEFORE: Final = timedelta(days=14)
PAPERS_TAKE: Final = timedelta(days=3)

ENDED: Final = frozenset({CaseStatus.CLOSED, CaseStatus.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Schedule:
    """The mails that a person is still to get about a trip."""

    person: Addressee
    mails: tuple[Planned, ...]


async def plan_booking_messages(booking: Booking, *, now: datetime) -> None:
    """Make check-ins and planned mails fit a confirmed booking's dates as they are now, for everyone on the case.

    What was sent stays sent; what is planned moves; what no longer has a day is withdrawn. A booking that is not
    confirmed plans nothing, nor does a case that has ended. While other dates are set aside that the family is not
    told of, all of it waits. Runs in the caller's transaction, as often as one likes.
    """
    if booking.status not in TRAVELS:
        return
    case = await Case.get(id=booking.case_id)
    if case.status in ENDED:
        return
    clinic = await Clinic.get(id=case.clinic_id)
    window = Window.from_json(booking.window)
    balance_due = await balance_due_of(booking)
    await plan_check_ins(booking.id, window.end)
    told = {**from_clinic(clinic), "link": page("portal:booking", code=booking.code), **stay_facts(booking, clinic)}
    anchors = await _anchors(booking, window, balance_due)
    special = {
        **await _about_the_trip(booking, anchors, today=in_zone(now, clinic.zone).date()),
        **await _about_money(booking),
        **await _about_aftercare(booking),
    }
    for schedule in await schedules(booking, window, balance_due, now=now):
        await outbox.plan_messages(
            # A mail about the old dates would be wrong, and one about the new ones would tell.
            () if booking.aside else schedule.mails,
            recipient_of(schedule.person),
            told,
            case_id=case.id,
            booking_id=booking.id,
            now=now,
            special=special,
        )


async def schedules(
    booking: Booking, window: Window, balance_due: date | None, *, now: datetime
) -> tuple[Schedule, ...]:
    """What everyone on the case would still get if the booking had this window: nothing is written."""
    case = await Case.get(id=booking.case_id)
    offer = await offer_of(case.version_id)
    occasions = with_times_of(offer.content.messages.get("occasions", []))
    anchors = await _anchors(booking, window, balance_due)
    found = []
    for person in await people_of(case.id):
        said = await outbox.said_to(person.id, booking.id)
        mails = plan(occasions, anchors, recipient_of(person), now=now, about=booking.code, said=said)
        found.append(Schedule(person, tuple(mails)))
    return tuple(found)


async def balance_due_of(booking: Booking) -> date | None:
    """The day of a balance that is still to be paid."""
    balance = await charge_of(booking, ChargeKind.BALANCE)
    return balance.due_on if balance is not None and balance.status is ChargeStatus.DUE else None


async def _anchors(booking: Booking, window: Window, balance_due: date | None) -> Anchors:
    landing = await _landing(booking, window)
    back = await Flight.filter(booking_id=booking.id, way=Way.BACK).order_by("departs_local").first()
    leaves = back.departs_local.date() if back else None
    return Anchors(
        arrival=landing.arrives_local.date() if landing else window.start - LANDS_BEFORE,
        first_treatment=window.start,
        last_treatment=window.end,
        departure=leaves if leaves and leaves >= window.end else None,
        balance_due=balance_due,
    )


async def _landing(booking: Booking, window: Window) -> Flight | None:
    """The flight that brings them, unless it was for other dates: then the mails count from the dates themselves."""
    there = await Flight.filter(booking_id=booking.id, way=Way.THERE).order_by("-arrives_local").first()
    if there and window.start - EARLIEST <= there.arrives_local.date() <= window.start:
        return there
    return None


async def _about_the_trip(booking: Booking, anchors: Anchors, *, today: date) -> dict[str, Facts]:
    """The links and facts that single occasions tell besides."""
    travel = {"link": page("portal:travel", code=booking.code)}
    itinerary = {"link": page("portal:itinerary", code=booking.code)}
    special: dict[str, Facts] = {
        "flight-check": travel,
        "what-to-bring": itinerary,
        "pick-up-tomorrow": {**itinerary, **await _pick_up(booking, anchors)},
    }
    if anchors.arrival is not None:
        papers_due = max(anchors.arrival - PAPERS_BEFORE, today + PAPERS_TAKE)
        special["documents-due"] = {**travel, "documents_due": facts.day(papers_due)}
    return special


async def _pick_up(booking: Booking, anchors: Anchors) -> dict[str, Any]:
    """The ride on the day of the arrival."""
    rides = await Transfer.filter(booking_id=booking.id).order_by("pick_up_local")
    ride = next((ride for ride in rides if ride.pick_up_local.date() == anchors.arrival), None)
    if ride is None:
        return {}
    at = settle(ride.pick_up_local, ride.pick_up_zone)
    return {"pick_up": facts.moment(at, ride.pick_up_zone), "place": ride.pick_up_place}


async def _about_money(booking: Booking) -> dict[str, Facts]:
    balance = await charge_of(booking, ChargeKind.BALANCE)
    if balance is None:
        return {}
    owed = {"balance": facts.money(balance.money), "balance_due": facts.day(balance.due_on)}
    return {"balance-due": {"link": page("portal:booking", code=booking.code), **owed}}


async def _about_aftercare(booking: Booking) -> dict[str, Facts]:
    """Each check-in's mail leads to its own questions."""
    return {
        f"check-in-{one.day}": {"link": page("portal:check-in", code=one.code)}
        for one in await check_ins_of(booking.id)
    }
