"""The demo's other families: one whose stay is over, one who comes soon and has not paid, one who holds dates, one who waits for some.

Each is made by the journeys as they would have run at their time, so that the desk and every page of a family has something to show.
"""

from datetime import datetime, timedelta
from typing import Final

from booking.accounts.models import Role
from booking.accounts.viewers import Viewer
from booking.aftercare import check_ins
from booking.aftercare.check_ins import Answers
from booking.aftercare.models import CheckIn, RatedBy
from booking.aftercare.red_flags import Sign
from booking.bookings.models import Booking
from booking.bookings.wishes import Wish
from booking.consultations.models import Case
from booking.demo.ready import staff_of
from booking.demo.till import Till
from booking.demo.trip import hold
from booking.demo.world import World
from booking.journeys.answer_check_in import answer_check_in
from booking.journeys.close_resource import close_resource
from booking.journeys.complete_stays import complete_stays
from booking.journeys.join_waitlist import join_waitlist
from booking.kit.db import execute, transaction
from booking.payments.models import ChargeKind
from booking.slots.closures import Closing
from booking.slots.models import Resource
from booking.slots.windows import Window

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
# Held so far ahead that nobody who looks around finds the next months taken.
HELD_FROM: Final = timedelta(days=75)
HELD_WITHIN: Final = timedelta(days=45)
A_WHILE_AGO: Final = timedelta(minutes=40)

# By these names the worker's own statements know what a carrier did; here it was done before the demo began.
SENT: Final = """
    UPDATE message SET status = 'sent', attempt = 1, transmitting_at = due_at, sent_at = due_at
     WHERE booking_id = $1 AND status = 'planned' AND due_at <= $2
"""
NO_SUCH_BOX: Final = """
    UPDATE message SET status = 'failed', attempt = 1, transmitting_at = NULL, sent_at = NULL, last_error = '550 5.1.1 No such mailbox'
     WHERE booking_id = $1 AND occasion = 'balance-due' AND due_at <= $2
"""


async def make_past_stay(case: Case, family: Viewer, till: Till, key: bytes, *, now: datetime) -> None:
    """A stay that ended more than a week ago; the answers since are good at first, and then a red flag."""
    then, today = stay_was_booked(now), now.date()
    booking = await hold(case, family, (today - 3 * WEEK, today - 2 * WEEK), key, now=then)
    for kind in (ChargeKind.DEPOSIT, ChargeKind.BALANCE):
        await till.pay(family, booking, kind, now=then)
    await execute(SENT, booking.id, now)
    await complete_stays(now=Window.from_json(booking.window).ends_at + DAY)
    await _tell_how_it_goes(booking, family, now=now)


def stay_was_booked(now: datetime) -> datetime:
    """When the family of the past stay chose its dates."""
    return now - 7 * WEEK


def trip_was_booked(now: datetime) -> datetime:
    """When the family chose its dates that has not paid the rest."""
    return now - 5 * WEEK


async def _tell_how_it_goes(booking: Booking, family: Viewer, *, now: datetime) -> None:
    first, third, seventh = await CheckIn.filter(booking_id=booking.id).order_by("day").limit(3)
    well = dict.fromkeys(Sign, False)
    for check_in, scores in (
        (first, {"pain": 3, "mood": 2, "mobility": 4, "health_today": 55}),
        (third, {"pain": 2, "mood": 2, "mobility": 3, "health_today": 60}),
    ):
        at = now - (now.date() - check_in.due_on)
        await answer_check_in(family, check_in.code, Answers(scores, well, "Tired, but we managed the stairs."), now=at)
    async with transaction():
        await check_ins.rate(third, {"mrs": 3, "barthel": 70}, rated_by=RatedBy.VIDEO, now=now - A_WHILE_AGO)
    worse = Answers({}, {**well, Sign.FEVER: True}, "She is hot since last night.")
    await answer_check_in(family, seventh.code, worse, now=now - A_WHILE_AGO)


async def make_unpaid_trip(world: World, case: Case, family: Viewer, till: Till, key: bytes, *, now: datetime) -> None:
    """A trip in some days whose balance is overdue: the mail about it did not arrive. A day off is in the way of its therapy."""
    then, today = trip_was_booked(now), now.date()
    booking = await hold(case, family, (today + 2 * DAY, today + 3 * WEEK), key, now=then)
    await till.pay(family, booking, ChargeKind.DEPOSIT, now=then)
    await execute(NO_SUCH_BOX, booking.id, now)
    await execute(SENT, booking.id, now)
    therapy = next(step for step in Window.from_json(booking.window).steps if step.key == "therapy")
    therapist = await Resource.get(id__in=therapy.resources, kind="therapist")
    away = Closing(therapist.id, therapy.day, therapy.day, reason="On a course")
    await close_resource(staff_of(world, "nia", Role.COORDINATOR), away, anyway=True, now=now)


async def make_wait(world: World, case: Case, family: Viewer, *, now: datetime) -> None:
    """Someone on the waiting list, for weeks in which the interpreter of their language is away."""
    first = now.date() + 8 * WEEK
    first -= first.weekday() * DAY
    last = first + 3 * WEEK - 3 * DAY
    interpreter = await Resource.filter(clinic_id=world.clinic.id, kind="interpreter", skills__contains=["fr"]).get()
    leave = Closing(interpreter.id, first, last, reason="On leave")
    await close_resource(staff_of(world, "nia", Role.COORDINATOR), leave, anyway=False, now=now)
    await join_waitlist(family, case.code, Wish(first, last, interpreter="fr"), now=now)
