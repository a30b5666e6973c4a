"""The demo's first page: everyone whom one may be, one click each, and a clock that can be put forward."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import pyotp
from babel.dates import get_timezone_location
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.accounts.models import Person, Staff
from booking.accounts.sessions import open_session
from booking.demo.clinic.load import example_people
from booking.demo.clock import DemoClock
from booking.demo.world import PASSWORD, POSTS, TOTP_SECRET
from booking.kit.errors import NotFound
from booking.kit.words import Text, _
from booking.web.pages import page, redirect
from booking.web.policy import Ruled, Who, route
from booking.web.request import language_of, now_of, services_of
from booking.web.sessions import forget_session, keep_session, token_of

ROLES: Final[dict[str, Text]] = {
    "patient": _("Patient"),
    "supporter": _("Supporter, for a relative"),
    "coordinator": _("Coordinator at the clinic"),
    "clinician": _("Clinician at the clinic"),
}
FAMILIES: Final = ("patient", "supporter")
# What there is to see and do as each of them, while the demo is new.
HERE: Final[dict[str, Text]] = {
    "samuel": _("May choose his dates and pay the deposit."),
    "folake": _("His daughter. She does all of it for him."),
    "helene": _("Has a plan to read, and asked a question about it."),
    "abdullah": _("Has paid, and travels with his daughter: flights, beds, a calendar."),
    "ruth": _("Comes soon, and has the rest still to pay."),
    "tomoko": _("Holds dates, and has an hour to pay the deposit."),
    "colette": _("Found no dates, and is on the waiting list."),
    "ingrid": _("Was treated two weeks ago. Tells how it goes."),
    "lucia": _("Has asked, in Spanish. A doctor reads it now."),
    "nia": _(
        "Has a question to answer, a mail that failed, a bill that is overdue, and a day off that touches a booking."
    ),
    "tomas": _("Does the same, in Spanish."),
    "baptiste": _("Has a request to decide on, and a red flag to deal with."),
    "thorne": _("Sees the calendar, and the same red flag after a treatment."),
}
LEAPS: Final = {
    "hours": timedelta(hours=6),  # so that no mail of one certain hour is leapt over
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One person to be."""

    key: str
    name: str
    role: Text
    town: str
    here: Text


def routes(clock: DemoClock) -> list[Ruled]:
    """The demo's own routes; production has none of them."""
    return [
        route("/demo", partial(people, clock), name="demo:people", who=Who.ANYONE),
        route("/demo/sign-in/{key}", sign_in, name="demo:sign-in", who=Who.ANYONE, methods=["POST"]),
        route("/demo/sign-out", sign_out, name="demo:sign-out", who=Who.ANYONE, methods=["POST"]),
        route("/demo/clock", partial(put_forward, clock), name="demo:clock", who=Who.ANYONE, methods=["POST"]),
        route("/demo/mailbox", mailbox, name="demo:mailbox", who=Who.ANYONE),
    ]


async def people(clock: DemoClock, request: Request) -> Response:
    return page(
        request,
        "simulated/people.html",
        families=_cards(FAMILIES, request),
        staff=_cards(POSTS, request),
        password=PASSWORD,
        code=pyotp.TOTP(TOTP_SECRET).at(now_of(request)),
        ahead=clock.ahead.days,
    )


async def sign_in(request: Request) -> Response:
    key = request.path_params["key"]
    known = {person.key: person for person in example_people()}
    if key not in known:
        raise NotFound
    person = await Person.get(email=known[key].email)
    post = await Staff.get_or_none(person_id=person.id)
    token = await open_session(
        person.id, now=now_of(request), staff_id=post.id if post else None, replaces=token_of(request)
    )
    response = redirect(request, "desk:board" if post else "portal:home")
    keep_session(request, response, token)
    return response


async def sign_out(request: Request) -> Response:
    response = redirect(request, "demo:people")
    forget_session(request, response)
    return response


async def put_forward(clock: DemoClock, request: Request) -> Response:
    async with request.form() as form:
        leap = LEAPS.get(str(form.get("leap")))
    if leap is None:
        raise NotFound
    clock.put_forward(leap)
    return RedirectResponse("/demo#time", status_code=303)


async def mailbox(request: Request) -> Response:
    return RedirectResponse(f"{services_of(request).settings.public_url}/simulated/mailbox/", status_code=303)


def _cards(roles: Collection[str], request: Request) -> list[Card]:
    return [
        Card(
            each.key,
            each.name,
            ROLES[each.role],
            get_timezone_location(each.zone, locale=language_of(request), return_city=True),
            HERE[each.key],
        )
        for each in example_people()
        if each.role in roles
    ]
