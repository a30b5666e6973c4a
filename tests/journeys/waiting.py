"""People on the waiting list: `await joins(world, "samuel", now=now)`, and the line as it stands."""

from datetime import date, datetime, timedelta
from typing import Final

from booking.bookings import waitlist
from booking.bookings.booking import live_of
from booking.bookings.models import Booking, WaitStatus
from booking.bookings.wishes import Wish
from booking.consultations.models import Case
from booking.demo.world import World
from booking.journeys.join_waitlist import join_waitlist
from booking.journeys.release_hold import release_hold
from booking.kit.db import execute, run
from booking.messages.models import Message
from booking.services import Services
from booking.slots.windows import Window
from tests.journeys.trips import a_case, patient_of

APRIL: Final = Wish(date(2027, 4, 1), date(2027, 4, 30))
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)


async def close_but(booking: Booking | None, *, until: date = date(2027, 5, 15)) -> None:
    """From April until that day everything is closed, except on the days of this booking."""
    days = {step.day for step in Window.from_json(booking.window).steps} if booking else set()
    every = (APRIL.first_day + timedelta(days=number) for number in range((until - APRIL.first_day).days))
    await execute(
        "INSERT INTO closure (resource_id, first_day, last_day, reason)"
        " SELECT resource.id, day, day, 'away' FROM resource, unnest($1::date[]) AS day",
        [day for day in every if day not in days],
    )


async def joins(world: World, who: str, wish: Wish = APRIL, *, now: datetime) -> Case:
    """The person has a case that is ready for dates, and waits for some."""
    case = await a_case(world, who=who, now=now)
    await join_waitlist(await patient_of(case), case.code, wish, now=now)
    return case


async def line() -> list[tuple[str, str]]:
    """Everyone in line, the first first, by the name before their mail's @."""
    rows = await run(
        "SELECT split_part(email, '@', 1) AS who, wait.status FROM wait JOIN \"case\" AS c ON c.id = case_id"
        " JOIN person ON person.id = c.patient_id WHERE wait.status IN ('waiting', 'offered') ORDER BY since, wait.id"
    )
    return [(row["who"], row["status"]) for row in rows]


async def offer_to(case: Case, now: datetime) -> Booking | None:
    """What is kept for the case by an offer, or None."""
    found = await waitlist.of_case(case.id)
    return await live_of(case.id, now=now) if found and found.status is WaitStatus.OFFERED else None


async def lets_go(booking: Booking, services: Services) -> None:
    await release_hold(await patient_of(await booking.case), booking.code, now=services.now())


async def mails(case: Case) -> list[str]:
    return [mail.occasion for mail in await Message.filter(case_id=case.id).order_by("id")]
