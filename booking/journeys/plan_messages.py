"""The mails of a trip, planned from its dates: made at the confirmation, made anew whenever the trip changes."""

from datetime import datetime, timedelta
from typing import Any, Final

from booking.bookings.models import Booking
from booking.consultations.models import Case
from booking.itineraries.models import Flight, Transfer, Way
from booking.journeys.offer import offer_of
from booking.journeys.say import from_clinic, page, people_of, recipient_of, stay_facts
from booking.kit.times import settle
from booking.messages import facts, outbox
from booking.messages.occasions import with_times_of
from booking.messages.planning import Anchors, plan
from booking.payments.charges import charge_of
from booking.payments.models import Charge, ChargeKind, ChargeStatus
from booking.programmes.models import Clinic
from booking.slots.windows import Window

# Until a flight is known: most families land the day before the first visit.
LANDS_BEFORE: Final = timedelta(days=1)
# How long before the arrival the clinic wants to have seen the papers.
PAPERS_BEFORE: Final = timedelta(days=14)


async def plan_booking_messages(booking: Booking, *, now: datetime) -> None:
    """Make the planned mails of a confirmed booking fit its dates as they are now, for everyone on the case.

    What was sent stays sent; what is planned moves; what no longer has a day is withdrawn. Runs in the
    caller's transaction, as often as one likes.
    """
    case = await Case.get(id=booking.case_id)
    clinic = await Clinic.get(id=case.clinic_id)
    offer = await offer_of(case.version_id)
    balance = await charge_of(booking, ChargeKind.BALANCE)
    anchors = await _anchors(booking, balance)
    told = {**from_clinic(clinic), "link": page("portal:booking", code=booking.code), **stay_facts(booking, clinic)}
    special = {**await _about_the_trip(booking, anchors), **_about_money(booking, balance)}
    occasions = with_times_of(offer.content.messages.get("occasions", []))
    for person in await people_of(case.id):
        recipient = recipient_of(person)
        await outbox.plan_messages(
            plan(occasions, anchors, recipient, now=now, about=booking.code),
            recipient,
            told,
            case_id=case.id,
            booking_id=booking.id,
            now=now,
            special=special,
        )


async def _anchors(booking: Booking, balance: Charge | None) -> Anchors:
    window = Window.from_json(booking.window)
    there = await Flight.filter(booking_id=booking.id, way=Way.THERE).order_by("-arrives_local").first()
    back = await Flight.filter(booking_id=booking.id, way=Way.BACK).order_by("departs_local").first()
    still_due = balance is not None and balance.status is ChargeStatus.DUE
    return Anchors(
        arrival=there.arrives_local.date() if there else window.start - LANDS_BEFORE,
        first_treatment=window.start,
        last_treatment=window.end,
        departure=back.departs_local.date() if back else None,
        balance_due=balance.due_on if balance is not None and still_due else None,
    )


async def _about_the_trip(booking: Booking, anchors: Anchors) -> dict[str, dict[str, Any]]:
    """The links and facts that single occasions tell besides."""
    travel = {"link": page("portal:travel", code=booking.code)}
    itinerary = {"link": page("portal:itinerary", code=booking.code)}
    special: dict[str, dict[str, Any]] = {
        "flight-check": travel,
        "what-to-bring": itinerary,
        "pick-up-tomorrow": itinerary,
    }
    if anchors.arrival is not None:
        special["documents-due"] = {**travel, "documents_due": facts.day(anchors.arrival - PAPERS_BEFORE)}
    pick_up = await Transfer.filter(booking_id=booking.id).order_by("pick_up_local").first()
    if pick_up is not None:
        at = settle(pick_up.pick_up_local, pick_up.pick_up_zone)
        special["pick-up-tomorrow"] = {
            **itinerary,
            "pick_up": facts.moment(at, pick_up.pick_up_zone),
            "place": pick_up.pick_up_place,
        }
    return special


def _about_money(booking: Booking, balance: Charge | None) -> dict[str, dict[str, Any]]:
    if balance is None:
        return {}
    owed = {"balance": facts.money(balance.money), "balance_due": facts.day(balance.due_on)}
    return {"balance-due": {"link": page("portal:booking", code=booking.code), **owed}}
