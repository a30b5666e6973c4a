"""How a family travels: what is known, what is missing, what does not fit; adding, changing and removing each leg."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from booking.itineraries.findings import Finding
from booking.itineraries.models import Way
from booking.itineraries.progress import Part, State, part_of
from booking.itineraries.trip import WHOLE_TRIP, Flight, Itinerary
from booking.journeys.open_itinerary import OpenItinerary
from booking.journeys.plan_travel import LegIs, remove_leg, save_leg
from booking.kit.errors import Invalid, NotFound
from booking.kit.times import show_day
from booking.kit.words import Text, _
from booking.web.forms import Form
from booking.web.pages import page, redirect
from booking.web.policy import Who, route
from booking.web.portal import travel_forms
from booking.web.portal.itineraries import opened_itinerary
from booking.web.portal.trip_shown import Shown
from booking.web.request import language_of, now_of, viewer_of

PARTS: Final[dict[Part, Text]] = {
    Part.TRAVELLERS: _("Who travels"),
    Part.THERE: _("The way there"),
    Part.BACK: _("The way home"),
    Part.STAYS: _("Where you sleep"),
    Part.RIDES: _("Rides to and from the airport"),
}
STATES: Final[dict[State, tuple[Text, str]]] = {
    State.MISSING: (_("To do"), "next"),
    State.TO_FIX: (_("Does not fit"), "stop"),
    State.TO_CHECK: (_("Please check"), "warning"),
    State.DONE: (_("Done"), "done"),
}
MEETS: Final = _("%(number)s, lands %(day)s at %(time)s")
TAKES_TO: Final = _("%(number)s, leaves %(day)s at %(time)s")


async def travel(request: Request) -> Response:
    opened = await opened_itinerary(request)
    shown, trip = Shown(request, opened), opened.trip
    progress = opened.progress
    tasks = [(PARTS[part], f"#{part}", *STATES[state]) for part, state in progress.items()]
    return page(
        request,
        "portal/travel.html",
        opened=opened,
        clinic=opened.clinic,
        trip=trip,
        shown=shown,
        tasks=tasks,
        whole=State.MISSING not in progress.values() and State.TO_FIX not in progress.values(),
        about={part: _about(shown, opened, part, progress[part]) for part in Part},
    )


def _about(shown: Shown, opened: OpenItinerary, part: Part, state: State) -> list[dict[str, Any]]:
    """What is about the whole trip, where it is put right. What nobody has begun with yet is no alarm."""
    told = shown.told(_apart(opened.findings, opened.trip, part))
    return [{**one, "severity": "warning"} for one in told] if state is State.MISSING else told


def _apart(found: list[Finding], trip: Itinerary, part: Part) -> list[Finding]:
    return [one for one in found if one.leg == WHOLE_TRIP and part_of(one, trip) is part]


async def leg(request: Request) -> Response:
    """The form of a leg that is there, or of a new one."""
    opened, which, key = await opened_itinerary(request), _which(request), _key(request)
    form = travel_forms.form_for(opened, which, key, dict(request.query_params))
    return _form(request, opened, which, key, form=form)


async def keep(request: Request) -> Response:
    which, key, form = _which(request), _key(request), await Form.read(request)
    code = request.path_params["code"]
    details = travel_forms.read(form, which)
    if details is not None:
        try:
            await save_leg(viewer_of(request), code, details, now=now_of(request), key=key)
        except Invalid as invalid:
            travel_forms.refuse(form, invalid)
        else:
            return redirect(request, "portal:travel", code=code)
    return _form(request, await opened_itinerary(request), which, key, form=form, status=422)


async def remove(request: Request) -> Response:
    """What taking the leg off would mean, before it is done."""
    opened, which, key = await opened_itinerary(request), _which(request), _key(request)
    travel_forms.form_for(opened, which, key, {})  # a leg that is there
    return page(request, "portal/travel-remove.html", opened=opened, clinic=opened.clinic, leg=which, key=key)


async def drop(request: Request) -> Response:
    code, key = request.path_params["code"], _key(request)
    if key is None:
        raise NotFound
    await remove_leg(viewer_of(request), code, _which(request), key, now=now_of(request))
    return redirect(request, "portal:travel", code=code)


def _form(
    request: Request, opened: OpenItinerary, which: LegIs, key: int | None, *, form: Form, status: int = 200
) -> Response:
    shown = Shown(request, opened)
    more: dict[str, Any] = {}
    if which is LegIs.RIDE:
        more = {
            "flights": [(str(one.key), _told(one, language_of(request))) for one in opened.trip.flights],
            "zones": [(zone, shown.clock(zone)) for zone in _zones(opened.trip)],
        }
    return page(
        request,
        f"portal/travel-{which}.html",
        status,
        opened=opened,
        clinic=opened.clinic,
        trip=opened.trip,
        form=form,
        leg=which,
        key=key,
        **more,
    )


def _told(flight: Flight, language: str) -> str:
    lands = flight.way is Way.THERE
    at = flight.arrives if lands else flight.departs
    facts = {"number": flight.number, "day": show_day(at.day, language), "time": at.local.strftime("%H:%M")}
    return (MEETS if lands else TAKES_TO).into(language, **facts)


def _zones(trip: Itinerary) -> list[str]:
    """Every clock that a ride may go by, the clinic's first."""
    ends = (end.zone for flight in trip.flights for end in (flight.departs, flight.arrives))
    return list(dict.fromkeys([trip.clinic_zone, *ends]))


def _which(request: Request) -> LegIs:
    try:
        return LegIs(request.path_params["leg"])
    except ValueError:
        raise NotFound from None


def _key(request: Request) -> int | None:
    """The leg's key; None for a new one."""
    key: int | None = request.path_params.get("key")
    return key


TRAVEL: Final = "/portal/bookings/{code}/travel"
ROUTES = [
    route(TRAVEL, travel, name="portal:travel", who=Who.SIGNED_IN),
    route(TRAVEL + "/{leg}", leg, name="portal:travel-add", who=Who.SIGNED_IN),
    route(TRAVEL + "/{leg}", keep, name="portal:travel-add", who=Who.SIGNED_IN, methods=["POST"]),
    route(TRAVEL + "/{leg}/{key:int}", leg, name="portal:travel-change", who=Who.SIGNED_IN),
    route(TRAVEL + "/{leg}/{key:int}", keep, name="portal:travel-change", who=Who.SIGNED_IN, methods=["POST"]),
    route(TRAVEL + "/{leg}/{key:int}/remove", remove, name="portal:travel-remove", who=Who.SIGNED_IN),
    route(TRAVEL + "/{leg}/{key:int}/remove", drop, name="portal:travel-remove", who=Who.SIGNED_IN, methods=["POST"]),
]
