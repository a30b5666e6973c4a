"""What there is to ask for, and when it could be."""

from datetime import date, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from booking.journeys.find_dates import free_dates, wishes_of
from booking.journeys.first_day import notice
from booking.journeys.offer import offer_of
from booking.kit.errors import Invalid
from booking.kit.times import in_zone
from booking.kit.words import Text, _
from booking.programmes.reading import Published, published_programme, published_programmes
from booking.slots.explain import NoDates
from booking.web.api import telling
from booking.web.api.bodies import answer
from booking.web.api.shapes import InTheWay, NoneFree, Programmes, ProgrammeSummary, Windows
from booking.web.asked import day_in
from booking.web.policy import Who, route
from booking.web.request import now_of, services_of

USUAL_LOOK: Final = timedelta(days=90)
NOT_A_DATE: Final = _("This is not a date. Example: 2027-03-09")


async def programmes(_request: Request) -> Response:
    """Every published programme, with its price."""
    return answer(Programmes(programmes=[_summary(found) for found in await published_programmes()]))


async def windows(request: Request) -> Response:
    """Every start from `from` to `to` on which the whole treatment can run; 90 days from today if not said."""
    found = await published_programme(request.path_params["slug"])
    today = in_zone(now_of(request), found.clinic.zone).date()
    first, last = _asked_days(request, today)
    offer = await offer_of(found.version.id)
    not_before = notice(found.clinic, offer, now_of(request)).day
    dates = await free_dates(
        found.clinic,
        offer,
        wishes_of(request.query_params.get("interpreter"), not_before=not_before),
        first,
        last,
        key=services_of(request).window_key,
        now=now_of(request),
    )
    none = _none(dates.none) if dates.none else None
    return answer(Windows(windows=telling.windows((one, dates.token(one)) for one in dates.windows), none=none))


def _none(none: NoDates) -> NoneFree:
    in_the_way = [InTheWay(why=one.why.value, what=one.what, first=one.first, last=one.last) for one in none.obstacles]
    return NoneFree(in_the_way=in_the_way, missing=list(none.missing), first_free=none.first_free)


def _asked_days(request: Request, today: date) -> tuple[date, date]:
    errors: dict[str, Text] = {}
    first = _day(request, "from", today, errors)
    last = _day(request, "to", first + USUAL_LOOK, errors)
    if errors:
        raise Invalid(errors)
    return first, last


def _day(request: Request, name: str, usual: date, errors: dict[str, Text]) -> date:
    written = request.query_params.get(name)
    if not written:
        return usual
    if (day := day_in(written)) is None:
        errors[name] = NOT_A_DATE
        return usual
    return day


def _summary(found: Published) -> ProgrammeSummary:
    return ProgrammeSummary(
        slug=found.programme.slug,
        title=dict(found.content.title),
        clinic=found.clinic.name,
        zone=found.clinic.zone,
        price=telling.amount(found.content.prices.total),
        deposit=telling.amount(found.content.deposit),
    )


ROUTES = [
    route("/api/v1/programmes", programmes, name="api:programmes", who=Who.PARTNER),
    route("/api/v1/programmes/{slug}/windows", windows, name="api:windows", who=Who.PARTNER),
]
