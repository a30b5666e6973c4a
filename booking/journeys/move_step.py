"""Staff move one step of a booking: where it could go, what that would break, and the move."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings.elsewhere import Elsewhere, OtherStays
from booking.bookings.models import Booking, BookingStatus
from booking.consultations import cases
from booking.itineraries.assemble import itinerary_of
from booking.journeys.case_story import STEP_MOVED
from booking.journeys.links import Links
from booking.journeys.movable import movable
from booking.journeys.offer import Offer
from booking.journeys.open_itinerary import appointments_of
from booking.journeys.preview_move import Move, changes
from booking.journeys.reschedule import put_on
from booking.journeys.who_booked import Booked, who_booked
from booking.kit.db import run, transaction
from booking.kit.errors import NotFound, Refusal
from booking.kit.words import _
from booking.programmes.models import Clinic
from booking.slots import claims
from booking.slots.claims import WindowTaken
from booking.slots.load import load_stock
from booking.slots.step_moves import Scene, StepMove, StepMoves, Target
from booking.slots.taken import taken_by_others
from booking.slots.tokens import WindowOutdated
from booking.slots.windows import Window, Wishes

RESOURCES: Final = "SELECT id, kind, name FROM resource WHERE clinic_id = $1"

# Buffers may be a week long, and no further off than this is anything looked at.
AROUND: Final = timedelta(days=8)
FARTHEST: Final = timedelta(days=200)


class Entry(NamedTuple):
    """One entry of the calendar: a booking's step with one of the resources that it has, by the booking's code."""

    booking: str
    step: str
    resource: int


class StepDoesNotFit(Refusal):
    """`move` says what is in the way; the booking stays as it was."""

    status = 409
    say = _("The appointment cannot go there, and stays where it was.")

    def __init__(self, move: StepMove) -> None:
        super().__init__()
        self.move = move


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStep:
    """A booking's step that may go elsewhere. `window` is the one claimed now; `names` and `kinds` are all resources'."""

    entry: Entry
    booking: Booking
    booked: Booked
    clinic: Clinic
    offer: Offer
    window: Window
    moves: StepMoves
    names: Mapping[int, str]
    kinds: Mapping[int, str]


class MovedStep(NamedTuple):
    """A move that was made, and the one that would take it back."""

    booking: Booking
    back: Entry
    to: Target


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A step put elsewhere: what it breaks, and, if it works, what else changes with it."""

    opened: OpenStep
    target: Target
    move: StepMove
    change: Move | None


async def open_step(viewer: Viewer, entry: Entry, first: date, last: date, *, now: datetime) -> OpenStep:
    """The step as it can be moved on the days from first to last, and on those that its booking has.

    Raises:
        NotFound: the viewer does not work at the clinic, or the booking has no such step with this resource.
        WrongMoment, NoConsent: the booking can no longer be moved.
        WindowOutdated: its window does not belong to its programme's protocol.
    """
    async with transaction():
        return await _open(viewer, entry, first, last, now=now)


async def look_at_step(viewer: Viewer, entry: Entry, target: Target, *, language: str, now: datetime) -> LookedAt:
    """What `move_step` would do: nothing is done. Raises as `open_step` does."""
    async with transaction():
        opened = await _open(viewer, entry, target.day, target.day, now=now)
        move = opened.moves.look(target)
        if not move.works:
            return LookedAt(opened, target, move, None)
        of = opened.booking, opened.clinic, opened.offer, move.window
        return LookedAt(opened, target, move, await changes(viewer, *of, language=language, now=now))


async def move_step(
    viewer: Viewer,
    entry: Entry,
    target: Target,
    *,
    tell: bool,
    anyway: bool = False,
    links: Links,
    now: datetime,
) -> MovedStep:
    """Put the step on the target, and what has to go with it; the old place is kept until the new one is taken.

    Everything is looked at again. `tell` and `anyway` are what they are to a move of the whole booking.

    Raises:
        StepDoesNotFit: something is in the way, or was taken a moment ago.
        MovedMeanwhile: someone moved or cancelled the booking first.
        BeforeFirstDay: the treatment would start on a day on which it may not yet.
        and what `open_step` raises.
    """
    opened = await open_step(viewer, entry, target.day, target.day, now=now)
    move = opened.moves.look(target)
    if not move.works:
        raise StepDoesNotFit(move)
    dosed = [(one.key, one.day) for one in opened.window.steps if one.doses]
    doses = dosed != [(one.key, one.day) for one in move.window.steps if one.doses]
    take = partial(claims.move_steps, steps=move.steps, doses=doses)
    what = opened.booking, move.window, opened.offer
    note = f"{STEP_MOVED} {entry.step}"
    try:
        booking = await put_on(viewer, *what, take=take, note=note, tell=tell, anyway=anyway, links=links, now=now)
    except (WindowTaken, Elsewhere) as gone:
        again = await open_step(viewer, entry, target.day, target.day, now=now)
        raise StepDoesNotFit(again.moves.look(target)) from gone
    was = opened.moves.now
    return MovedStep(booking, entry._replace(resource=target.resource), Target(entry.resource, was.day, was.starts))


async def _open(viewer: Viewer, entry: Entry, first: date, last: date, *, now: datetime) -> OpenStep:
    booking, clinic, offer = await movable(viewer, entry.booking, underway=True, now=now)
    cases.require_staff(viewer, booking.case)
    window = Window.from_json(booking.claimed)
    if not any(one.key == entry.step and entry.resource in one.resources for one in window.steps):
        raise NotFound
    await audit.record(viewer, "booking.read", f"booking {booking.code}", now=now)
    resources = await run(RESOURCES, clinic.id)
    kinds = {row["id"]: row["kind"] for row in resources}
    first = min(window.start, max(first, window.start - FARTHEST)) - AROUND
    last = max(window.end, min(last, window.end + FARTHEST)) + AROUND
    scene = Scene(
        _wished(window, offer, kinds).applied(offer.protocol),
        window,
        await load_stock(clinic.id, first, last, now, but_for=booking.id),
        await taken_by_others(clinic.id, first, last, now, but_for=booking.id),
        await _there(booking, window, offer, clinic),
        (await OtherStays.of(booking.case, now=now)).periods,
    )
    if [len(one.resources) for one in window.steps] != [sum(n.count for n in s.needs) for s in scene.protocol.steps]:
        raise WindowOutdated
    [booked] = (await who_booked(clinic.id, [booking.code])).values()
    return OpenStep(
        entry=entry,
        booking=booking,
        booked=booked,
        clinic=clinic,
        offer=offer,
        window=window,
        moves=StepMoves(scene, entry.step, entry.resource),
        names={row["id"]: row["name"] for row in resources},
        kinds=kinds,
    )


def _wished(window: Window, offer: Offer, kinds: Mapping[int, str]) -> Wishes:
    """What the window has only because it was wished, such as an interpreter, and what was asked of it."""
    wishable = {need.kind for step in offer.protocol.steps for need in step.needs if need.if_wished}
    asked: dict[str, frozenset[str]] = {}
    for resource, asks in (each for one in window.steps for each in one.asked()):
        if (kind := kinds[resource]) in wishable:
            asked[kind] = asked.get(kind, frozenset()).union(asks.split())
    return Wishes(skills=asked)


async def _there(
    booking: Booking, window: Window, offer: Offer, clinic: Clinic
) -> tuple[datetime | None, datetime | None]:
    """From when until when their flights let them be at the clinic."""
    if booking.status is not BookingStatus.CONFIRMED:
        return None, None
    appointments = appointments_of(window, offer.protocol, place="", language="en")
    trip = await itinerary_of(booking.id, appointments, clinic_airport=clinic.airport, clinic_zone=clinic.zone)
    return (
        trip.landing.arrives.instant if trip.landing else None,
        trip.leaving.departs.instant if trip.leaving else None,
    )
