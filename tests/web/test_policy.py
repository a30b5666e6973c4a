"""Every route there is, walked as everyone there is: whoever may not, may not, and nobody meets a fault.

Nothing here names a route: one that is added is walked too, and held to what it declares.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from tortoise.transactions import in_transaction

from booking.accounts.models import Person, Role, Staff
from booking.accounts.viewers import Scope
from booking.aftercare.check_ins import plan_check_ins
from booking.app import create_app
from booking.bookings.models import Booking
from booking.consultations.models import Case, Question
from booking.demo.ready import make_ready
from booking.demo.world import World
from booking.documents.models import DocumentState
from booking.journeys.add_record import add_to_case
from booking.kit.ids import new_code
from booking.messages.models import Message
from booking.programmes.models import Clinic
from booking.services import Services
from booking.slots.windows import Window
from booking.web.policy import NoPolicy, Ruled, Who
from tests.documents.samples import pdf, stream
from tests.journeys.full_case import a_full_case
from tests.journeys.trips import a_hold, helper_of, patient_of
from tests.web.conftest import Visit

FAMILY: Final = {"samuel", "folake", "helene"}
STAFF: Final = {"nia", "baptiste", "elsewhere"}
EVERYONE: Final = ("anonymous", *sorted(FAMILY), *sorted(STAFF), "partner")
MAY: Final = {
    Who.ANYONE: set(EVERYONE),
    Who.SIGNED: set(EVERYONE),
    Who.SIGNED_IN: FAMILY | STAFF,
    Who.FAMILY: FAMILY,
    Who.STAFF: STAFF,
    Who.COORDINATOR: {"nia", "elsewhere"},
    Who.CLINICIAN: {"baptiste"},
    Who.PARTNER: {"partner"},
}
# Samuel is the patient, Folake may do everything for him; Helene is a patient too, and `elsewhere` is a coordinator
# of another clinic: to both of them the case does not exist.
THEIRS: Final = {"samuel", "folake", "nia", "baptiste"}
FINE: Final = {200, 303, 307, 409}
PARAMETER: Final = re.compile(r"([^/{]*)/?\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True)
class Things:
    """What stands in an address for a real case and everything of it, by the words before it."""

    of_family: dict[tuple[str, str], str]
    of_partner: dict[tuple[str, str], str]

    def put_into(self, route: Ruled) -> tuple[str, bool, bool]:
        """The address; whether it names the case or something of it; and whether all of its names are real ones."""
        known = self.of_partner if route.path.startswith("/api/") else self.of_family
        path, own, whole = route.path, False, True
        for before, name in PARAMETER.findall(route.path):
            value = known.get((before, name))
            own, whole = own or (value is not None and name != "slug"), whole and value is not None
            number = f"{{{name}:int}}" in path
            path = re.sub(rf"\{{{name}(:\w+)?\}}", value or ("0" if number else "nothing"), path)
        return path, own, whole


@pytest.fixture
async def things(world: World, services: Services) -> Things:
    case = await a_full_case(world, services, 1)
    patient, now = await patient_of(case), services.now()
    await helper_of(case, world.people["folake"], *Scope, now=now)
    record = await add_to_case(patient, case.code, "scan.pdf", stream(pdf()), files=services.files, now=now)
    assert record.state is DocumentState.READY
    booking = await Booking.get(case_id=case.id)
    [check_in, *_later] = await plan_check_ins(booking.id, Window.from_json(booking.window).end)
    [partners] = await make_ready(world, 1, now=now)
    hold = await a_hold(await Case.get(code=partners), services)
    message = await Message.filter(case_id=case.id).order_by("id").first()
    return Things(
        {
            ("programmes", "slug"): world.programme.slug,
            ("cases", "code"): case.code,
            ("bookings", "code"): booking.code,
            ("records", "code"): record.code,
            ("records", "record"): record.code,
            ("check-ins", "code"): check_in.code,
            ("questions", "question"): (await Question.get(case_id=case.id)).code,
            ("supporters", "helper"): world.people["folake"].code,
            ("messages", "message"): message.code if message else "",
        },
        {
            ("programmes", "slug"): world.programme.slug,
            ("cases", "code"): partners,
            ("bookings", "code"): hold.code,
        },
    )


@pytest.fixture
async def elsewhere(world: World, services: Services) -> Person:
    """A coordinator of a clinic that has nothing to do with the case."""
    clinic = await Clinic.create(
        slug="elsewhere",
        name="Elsewhere",
        address=world.clinic.address,
        zone="Europe/London",
        currency="GBP",
        languages=["en"],
        airport="LHR",
        phone="+44 20 7946 0000",
        email="elsewhere@example.com",
    )
    cleo = await Person.create(
        code=new_code(),
        email="cleo@example.com",
        name="Cleo",
        language="en",
        zone="Europe/London",
        created_at=services.now(),
    )
    await Staff.create(
        person_id=cleo.id, clinic_id=clinic.id, role=Role.COORDINATOR, password_hash="-", totp_sealed=b"-"
    )
    return cleo


def ruled(app: Starlette) -> Iterator[tuple[Ruled, str]]:
    """Every route with each of its methods, the ones that only read first."""
    found = [(route, method) for route in app.routes for method in getattr(route, "methods", ())]
    for route, method in sorted(found, key=lambda pair: pair[1] != "GET"):
        assert isinstance(route, Ruled)
        if method != "HEAD":
            yield route, method


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """What happens within it is taken back, so that every visitor finds the same world."""

    class _Undo(Exception):
        pass

    try:
        async with in_transaction():
            yield
            raise _Undo  # noqa: TRY301 - the block's only way out that keeps nothing
    except _Undo:
        pass


def wanted(route: Ruled, method: str, who: str, *, own: bool, whole: bool) -> set[int]:
    """The statuses with which this visitor may be answered."""
    if who not in MAY[route.who]:
        return _refusal(route, method, who)
    theirs = who == "partner" if route.path.startswith("/api/") else who in THEIRS
    if own and not theirs:
        return {404}
    if method == "GET" and own and whole:
        return FINE
    # An empty form or a made-up name: whatever the page says to it, it is no fault of ours.
    return FINE | set(range(400, 500))


def _refusal(route: Ruled, method: str, who: str) -> set[int]:
    if route.who is Who.PARTNER:
        return {401}
    unknown = who in {"anonymous", "partner"} or route.path.startswith("/api/")
    if unknown:
        return {303} if method == "GET" else {404}
    return {403}


async def browser_of(who: str, visit: Visit, elsewhere: Person) -> httpx.AsyncClient:
    if who == "anonymous":
        return visit.anonymous
    if who == "partner":
        return visit.partner()
    return await visit.as_(elsewhere if who == "elsewhere" else who)


async def walk(who: str, browser: httpx.AsyncClient, app: Starlette, things: Things) -> AsyncIterator[str]:
    """Every answer that this visitor should not have had, in words."""
    cookies = dict(browser.cookies)
    for route, method in ruled(app):
        address, own, whole = things.put_into(route)
        async with undone():
            answer = await browser.request(method, address)
        browser.cookies.clear()
        browser.cookies.update(cookies)
        asked = f"{who}: {method} {address} for {route.who.name}"
        may = wanted(route, method, who, own=own, whole=whole)
        if answer.status_code not in may:
            yield f"{asked}: {answer.status_code}, not one of {sorted(may)[:5]}"
        elif who not in MAY[route.who] and may == {303} and "/sign-in?next=" not in answer.headers["location"]:
            yield f"{asked}: leads an unknown visitor to {answer.headers['location']}"


async def test_every_route_answers_everyone_as_it_declares(visit: Visit, things: Things, elsewhere: Person) -> None:
    wrong = []
    for who in EVERYONE:
        browser = await browser_of(who, visit, elsewhere)
        wrong += [answer async for answer in walk(who, browser, visit.app, things)]

    assert wrong == []


def test_everyone_that_a_route_can_be_for_is_walked() -> None:
    assert set(MAY) == set(Who)


def test_the_application_does_not_start_with_a_route_that_says_nobody(services: Services) -> None:
    bare = Route("/bare", lambda _request: PlainTextResponse("?"))

    with pytest.raises(NoPolicy):
        create_app(services, more_routes=[bare])  # type: ignore[list-item]  # the mistake that is meant
