"""Trips at each stage, made by the product's own functions: `case = await a_case(world, now=now)`, `await a_confirmed(...)`.

`services` gives the moment (`services.now()`), Stripe's simulator and the secret; payments are made on its real page.
"""

from datetime import date, datetime, timedelta
from typing import Any, Final

import httpx

from booking.accounts import support
from booking.accounts.models import Person, Role
from booking.accounts.viewers import Scope, Viewer
from booking.bookings.models import Booking
from booking.consultations.models import Case
from booking.demo.ready import Stage, answers_of, make_case, staff_of, viewer_for
from booking.demo.world import World
from booking.journeys.find_dates import find_dates, window_key
from booking.journeys.links import Links
from booking.journeys.reserve import reserve
from booking.journeys.settle_payment import settle, settle_checkout
from booking.journeys.start_deposit import start_payment
from booking.kit.db import transaction
from booking.payments.gateway import PaymentEvent
from booking.payments.models import Attempt, ChargeKind, Refund
from booking.services import Services
from tests.outside import PLAIN, SECRET

KEY: Final = window_key(SECRET)
LINKS: Final = Links("http://leeward.test")
PAYS, DECLINED, ASKS_THE_BANK = "4242424242424242", "4000000000000002", "4000002500003155"
# Far enough ahead that a change of mind brings everything back, and every mail of the trip is still to come.
FIRST, LAST = date(2027, 4, 1), date(2027, 4, 30)


async def a_case(
    world: World, stage: Stage = Stage.READY, who: str = "samuel", *, now: datetime, **answers: Any
) -> Case:
    """A case of one of the example's people, brought to a stage."""
    async with transaction():
        return await make_case(world, stage, answers_of(world.people[who], **answers), now=now)


def nia(world: World) -> Viewer:
    """The example clinic's coordinator."""
    return staff_of(world, "nia", Role.COORDINATOR)


async def patient_of(case: Case) -> Viewer:
    return viewer_for(await Person.get(id=case.patient_id))


async def helper_of(case: Case, person: Person, *scopes: Scope, now: datetime) -> Viewer:
    """The person, allowed these things by the case's patient (to read, if nothing is named)."""
    async with transaction():
        await support.grant(case.patient_id or 0, case.id, person.id, frozenset(scopes or {Scope.READ}), now=now)
    given = frozenset((case.id, scope) for scope in {*scopes, Scope.READ})
    return Viewer(person.id, person.code, person.name, person.language, person.zone, supports=given)


async def tokens(case: Case, services: Services, first: date = FIRST, last: date = LAST) -> list[str]:
    """The free windows of the case, as the tokens that are sent out."""
    viewer, now = await patient_of(case), services.now()
    _case, dates = await find_dates(viewer, case.code, first, last, interpreter=None, key=KEY, now=now)
    return [dates.token(window) for window in dates.windows]


async def a_hold(case: Case, services: Services, token: str | None = None) -> Booking:
    """The case's first free window in April 2027, or the one of the token, held by the patient."""
    chosen = token or (await tokens(case, services))[0]
    return await reserve(await patient_of(case), case.code, chosen, key=KEY, now=services.now())


async def paid_for(world: World, services: Services, who: str = "samuel", token: str | None = None) -> Booking:
    """A hold that is paid on Stripe's page; nobody has told us."""
    booking = await a_hold(await a_case(world, who=who, now=services.now()), services, token)
    await pay(await patient_of(await booking.case), booking, services)
    return booking


async def a_confirmed(case: Case, services: Services, token: str | None = None) -> Booking:
    """Held, its deposit paid on Stripe's page, and confirmed by the browser's return."""
    booking = await a_hold(case, services, token)
    await pay(await patient_of(case), booking, services)
    await come_back(booking, services)
    return await Booking.get(id=booking.id)


async def pay(
    viewer: Viewer, booking: Booking, services: Services, kind: ChargeKind = ChargeKind.DEPOSIT, card: str = PAYS
) -> str:
    """Pay on Stripe's page; nobody tells us yet. The session's id."""
    url = await start_payment(viewer, booking.code, kind, payments=services.payments, links=LINKS, now=services.now())
    await pay_on(url, card)
    return url.rsplit("/", 1)[1]


async def start_page(booking: Booking, services: Services) -> str:
    """The deposit's page is opened, and not paid; its address."""
    viewer = await patient_of(await booking.case)
    deposit = ChargeKind.DEPOSIT
    return await start_payment(
        viewer, booking.code, deposit, payments=services.payments, links=LINKS, now=services.now()
    )


async def pay_on(url: str, card: str = PAYS) -> httpx.Response:
    """What someone does on Stripe's page."""
    filled = {"number": card, "expiry": "04 / 35", "cvc": "123", "name": "S ADEYEMI"}
    async with httpx.AsyncClient(verify=PLAIN) as browser:
        return await browser.post(url, data=filled)


async def come_back(booking: Booking, services: Services) -> None:
    """The browser's return: we ask Stripe about every page of the booking."""
    for attempt in await Attempt.filter(charge__booking_id=booking.id, session_id__isnull=False).order_by("id"):
        await settle_checkout(attempt.session_id or "", payments=services.payments, links=LINKS, now=services.now())


async def events_of(booking: Booking, services: Services) -> list[PaymentEvent]:
    """Everything that Stripe has to tell about the booking, oldest first."""
    ours = {each.idempotency_key for each in await Attempt.filter(charge__booking_id=booking.id)}
    ours |= {each.idempotency_key for each in await Refund.filter(charge__booking_id=booking.id)}
    heard = await services.payments.events_since(services.now() - timedelta(days=400))
    return [event for event in heard if event.idempotency_key in ours]


async def tell(event: PaymentEvent, services: Services) -> None:
    """A webhook of Stripe's has come in."""
    await settle(event, links=LINKS, now=services.now())
