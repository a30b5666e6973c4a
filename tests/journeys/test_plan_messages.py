from datetime import datetime, timedelta

from booking.aftercare.models import CheckIn, CheckInStatus
from booking.bookings.models import Booking
from booking.demo.world import World
from booking.journeys.cancel import cancel
from booking.journeys.plan_messages import plan_booking_messages
from booking.journeys.plan_travel import save_leg
from booking.kit.db import transaction
from booking.messages.models import Message, MessageStatus
from booking.payments.terms import RefundCause
from booking.services import Services
from booking.slots.windows import Window
from tests.journeys.travel import flight_there, ride
from tests.journeys.trips import a_case, a_confirmed, a_hold, patient_of, tokens

SCHEDULE = [
    "documents-due",
    "balance-due",
    "flight-check",
    "what-to-bring",
    "pick-up-tomorrow",
    "day-one-after",
    "check-in-1",
    "check-in-3",
    "check-in-7",
    "check-in-30",
    "check-in-90",
    "check-in-180",
    "check-in-365",
]


async def planned(booking: Booking) -> list[Message]:
    timed = Message.filter(booking_id=booking.id, status=MessageStatus.PLANNED, occasion__in=SCHEDULE)
    return await timed.order_by("due_at", "id")


async def test_a_confirmed_trip_has_every_mail_and_each_check_in_leads_to_its_own_questions(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)

    mails = await planned(booking)

    assert sorted(mail.occasion for mail in mails) == sorted(SCHEDULE)
    links = {mail.occasion: mail.facts["link"] for mail in mails if mail.occasion.startswith("check-in")}
    check_ins = await CheckIn.filter(booking_id=booking.id)
    assert links == {f"check-in-{one.day}": f"/portal/check-ins/{one.code}" for one in check_ins}


async def test_a_hold_plans_nothing(world: World, services: Services, now: datetime) -> None:
    booking = await a_hold(await a_case(world, now=now), services)

    async with transaction():
        await plan_booking_messages(booking, now=now)

    assert await planned(booking) == []
    assert await CheckIn.filter(booking_id=booking.id).count() == 0


async def test_a_flight_moves_what_counts_from_the_arrival_and_a_ride_says_who_waits_where(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    before = {mail.occasion: mail.due_at for mail in await planned(booking)}
    patient = await patient_of(case)

    await save_leg(patient, booking.code, flight_there(booking, days=-3), now=now)
    await save_leg(patient, booking.code, ride(booking, None, days=-3), now=now)

    after = {mail.occasion: mail for mail in await planned(booking)}
    moved = {occasion: after[occasion].due_at - before[occasion] for occasion in SCHEDULE}
    by_arrival = {"documents-due", "flight-check", "what-to-bring", "pick-up-tomorrow"}
    assert moved == {one: timedelta(days=-2 if one in by_arrival else 0) for one in SCHEDULE}
    assert after["pick-up-tomorrow"].facts["place"] == "Airport, arrivals"


async def test_a_flight_for_other_dates_moves_nothing(world: World, services: Services, now: datetime) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)
    before = [(mail.occasion, mail.due_at) for mail in await planned(booking)]

    await save_leg(await patient_of(case), booking.code, flight_there(booking, days=-60), now=now)

    assert [(mail.occasion, mail.due_at) for mail in await planned(booking)] == before


async def test_a_late_booking_is_asked_for_its_papers_at_once_and_has_time_to_send_them(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    soon = await tokens(case, services, (now + timedelta(days=10)).date(), (now + timedelta(days=20)).date())
    booking = await a_confirmed(case, services, soon[0])

    mails = {mail.occasion: mail for mail in await planned(booking)}

    assert Window.from_json(booking.window).start < (now + timedelta(days=21)).date()
    assert (mails["documents-due"].due_at, mails["documents-due"].facts["documents_due"]) == (now, "2027-01-15")


async def test_planning_again_changes_nothing_and_what_was_sent_is_not_said_again(
    world: World, services: Services, now: datetime
) -> None:
    case = await a_case(world, now=now)
    soon = await tokens(case, services, (now + timedelta(days=10)).date(), (now + timedelta(days=20)).date())
    booking = await a_confirmed(case, services, soon[0])
    once = [(mail.id, mail.due_at) for mail in await planned(booking)]
    async with transaction():
        await plan_booking_messages(booking, now=now)
    again = [(mail.id, mail.due_at) for mail in await planned(booking)]

    await Message.filter(booking_id=booking.id, occasion="documents-due").update(
        status=MessageStatus.SENT, sent_at=now, transmitting_at=now
    )
    await save_leg(await patient_of(case), booking.code, flight_there(booking, days=-3), now=now)

    assert once == again
    assert "documents-due" not in [mail.occasion for mail in await planned(booking)]


async def test_the_confirmation_carries_the_calendar_of_the_visit(
    world: World, services: Services, now: datetime
) -> None:
    booking = await a_confirmed(await a_case(world, now=now), services)

    mail = await Message.get(booking_id=booking.id, occasion="confirmed")

    calendar = mail.calendar or ""
    assert f"UID:{booking.code}-visit@leeward.test".lower() in calendar.replace("UID", "uid").lower()
    assert ("METHOD:REQUEST" in calendar, "SEQUENCE:1" in calendar) == (True, True)


async def test_a_cancelled_trip_asks_and_reminds_of_nothing(world: World, services: Services, now: datetime) -> None:
    case = await a_case(world, now=now)
    booking = await a_confirmed(case, services)

    await cancel(await patient_of(case), booking.code, RefundCause.CHANGE_OF_MIND, services=services, now=now)
    async with transaction():
        await plan_booking_messages(await Booking.get(id=booking.id), now=now)

    assert await planned(booking) == []
    assert {one.status for one in await CheckIn.filter(booking_id=booking.id)} == {CheckInStatus.CANCELLED}
