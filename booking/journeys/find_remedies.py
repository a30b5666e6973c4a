"""The clinic changes: staff see every booking that it touches, and what each may have instead."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings.booking import LIVE
from booking.bookings.elsewhere import OtherStays
from booking.bookings.models import Booking
from booking.journeys.find_dates import wishes_of
from booking.journeys.first_day import longest_until_fit
from booking.journeys.offer import Offer, offer_of
from booking.journeys.who_booked import Booked, own_clinic, who_booked
from booking.journeys.wished_interpreter import interpreters_of, wished_in
from booking.kit.db import Record, run, transaction
from booking.kit.errors import NotFound
from booking.kit.times import days_between, in_zone
from booking.programmes.models import Clinic
from booking.slots import closures, lots, resources
from booking.slots.closures import Kept
from booking.slots.holidays import Shut, holidays_of
from booking.slots.load import load_stock
from booking.slots.lots import OnShelf
from booking.slots.models import LotState
from booking.slots.remedies import Hit, Remedy, remedies
from booking.slots.stock import Given
from booking.slots.tokens import window_token
from booking.slots.unsuited import Unsuited, unsuited
from booking.slots.windows import Window

# How far after the last of the stays other dates are looked for.
AHEAD: Final = timedelta(days=180)

DOSES: Final = """
SELECT d.booking_id, d.step, l.id AS lot_id, l.product, l.state, count(*) AS doses
  FROM dose d JOIN lot l ON l.id = d.lot_id WHERE d.booking_id = ANY($1::bigint[])
 GROUP BY d.booking_id, d.step, l.id"""

NAMES: Final = "SELECT id, name FROM resource WHERE clinic_id = $1"


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed at the clinic: closures, days on which all of it is closed, a resource's hours or skills, or one lot that is not released.

    If nothing is named: all of these that are to come, but for lots.
    """

    closures: frozenset[int] = frozenset()
    days: frozenset[date] = frozenset()
    resource: int | None = None
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Touch:
    """A booking that the change touches. `offers` are what it may have instead, each with its token; the first first."""

    booking: Booking
    booked: Booked
    remedy: Remedy
    offers: tuple[tuple[Window, str], ...]
    interpreter: str

    @property
    def code(self) -> str:
        return self.booking.code


@dataclass(frozen=True, slots=True)
class Touches:
    """All that a change touches, the earliest stay first, and the change itself. `names` are the resources' by their id.

    `unsuited` are the names of the resources whose hours or skills are no longer what bookings need of them.
    `untold` is how many families of the clinic are still to be told of other dates.
    """

    clinic: Clinic
    closures: Sequence[Kept]
    days: Sequence[Shut]
    unsuited: Sequence[str]
    lot: OnShelf | None
    touches: Sequence[Touch]
    names: Mapping[int, str]
    untold: int


async def find_remedies(viewer: Viewer, change: Change, *, key: bytes, now: datetime) -> Touches:
    """What the change touches now, with what each of these bookings may have instead, worked out together.

    It names patients, so it leaves an audit row. Raises NotFound for what is not the viewer's clinic's.
    """
    async with transaction():
        clinic = await own_clinic(viewer)
        kept, days = await _closures(clinic, change, now=now), await _days(clinic, change, now=now)
        changed = await _unsuited(clinic, change, now=now)
        lot = await _lot(clinic, change.lot, now=now) if change.lot else None
        codes = {one.booking for closed in kept for one in closed.touched}
        codes |= {one.booking for day in days for one in day.touched}
        codes |= {one.touched.booking for one in changed}
        if lot is not None:
            codes = {one.booking for one in await lots.promised(clinic.id, now=now, lot_id=lot.id)}
        touches = await _touches(clinic, codes, recalled=lot is not None, key=key, now=now)
        await audit.record(viewer, "remedies.read", f"clinic {clinic.slug}", now=now)
        names = {row["id"]: row["name"] for row in await run(NAMES, clinic.id)}
        untold = await Booking.filter(case__clinic_id=clinic.id, aside_at__isnull=False).count()
        unsuited_to = sorted({one.resource for one in changed})
        return Touches(clinic, kept, days, unsuited_to, lot, touches, names, untold)


async def _closures(clinic: Clinic, change: Change, *, now: datetime) -> list[Kept]:
    kept = await closures.closures_of(clinic.id, in_zone(now, clinic.zone).date(), now=now)
    if not change.closures <= {one.id for one in kept}:
        raise NotFound
    return [one for one in kept if one.id in change.closures or (change == Change() and one.touched)]


async def _days(clinic: Clinic, change: Change, *, now: datetime) -> list[Shut]:
    shut = await holidays_of(clinic.id, in_zone(now, clinic.zone).date(), now=now)
    closed = [one for one in shut if not one.is_open]
    if not change.days <= {one.day for one in closed}:
        raise NotFound
    return [one for one in closed if one.day in change.days or (change == Change() and one.touched)]


async def _unsuited(clinic: Clinic, change: Change, *, now: datetime) -> list[Unsuited]:
    if change == Change():
        return await unsuited(clinic.id, now=now)
    if change.resource is None:
        return []
    return await unsuited(clinic.id, (await resources.of_clinic(clinic.id, change.resource)).id, now=now)


async def _lot(clinic: Clinic, code: str, *, now: datetime) -> OnShelf:
    for lot in await lots.shelf(clinic.id, now):
        if lot.code == code:
            if lot.state is LotState.RELEASED:
                break
            return lot
    raise NotFound


async def _touches(clinic: Clinic, codes: set[str], *, recalled: bool, key: bytes, now: datetime) -> list[Touch]:
    found = await Booking.filter(code__in=sorted(codes), status__in=LIVE).select_related("case")
    bookings = {one.code: one for one in found}
    spoken = await _interpreters(clinic, found)
    hits = await _hits(found, spoken, now=now)
    if recalled:  # what was given stays with its lot, and is seen there
        hits = [hit for hit in hits if hit.lost]
    if not hits:
        return []
    booked = await who_booked(clinic.id, bookings)
    today, last = in_zone(now, clinic.zone).date(), max(hit.window.end for hit in hits)
    stock = await load_stock(clinic.id, today, last + AHEAD, now)
    return [
        Touch(
            bookings[one.hit.booking],
            booked[one.hit.booking],
            one,
            tuple((window, window_token(window, key)) for window in one.offers),
            spoken[one.hit.booking],
        )
        for one in remedies(hits, stock)
    ]


async def _interpreters(clinic: Clinic, bookings: Sequence[Booking]) -> dict[str, str]:
    """The language of the interpreter that each booking is to have, by its code."""
    interpreters = await interpreters_of(clinic.id)
    return {one.code: wished_in(Window.from_json(one.claimed), interpreters, one.case) or "" for one in bookings}


async def _hits(bookings: Sequence[Booking], spoken: Mapping[str, str], *, now: datetime) -> list[Hit]:
    doses: defaultdict[int, list[Record]] = defaultdict(list)
    for row in await run(DOSES, [one.id for one in bookings]):
        doses[row["booking_id"]].append(row)
    return [await _hit(one, spoken[one.code], doses[one.id], now=now) for one in bookings]


async def _hit(booking: Booking, spoken: str, doses: Sequence[Record], *, now: datetime) -> Hit:
    window, offer = Window.from_json(booking.claimed), await offer_of(booking.case.version_id)
    away = (await OtherStays.of(booking.case, now=now)).days(window.zone) - {*days_between(window.start, window.end)}
    wishes = wishes_of(spoken, not_before=_not_before(booking, window, offer, now=now), not_on=away)
    lost = tuple(_lost(window, doses, now=now))
    return Hit(booking.code, window, offer.protocol, wishes, _released(doses), lost)


def _not_before(booking: Booking, window: Window, offer: Offer, *, now: datetime) -> date | None:
    """The case's first day, if it has one; and nobody who only holds dates is to come before they had the time to pay.

    Nor sooner than now while it could be too soon after a stroke to fly: that is known of the dates that they have.
    """
    days = [booking.case.not_before] if booking.case.not_before else []
    if booking.lapses_at:
        days.append(in_zone(booking.lapses_at, window.zone).date())
    fit = booking.case.created_at.date() + longest_until_fit(offer)
    if fit > now.date():
        days.append(min(fit, window.start))
    return max(days, default=None)


def _released(doses: Iterable[Record]) -> dict[int, int]:
    """How many it has of each released lot."""
    counted: Counter[int] = Counter()
    for row in doses:
        if row["state"] == LotState.RELEASED:
            counted[row["lot_id"]] += row["doses"]
    return dict(counted)


def _lost(window: Window, doses: Sequence[Record], *, now: datetime) -> Iterator[Given]:
    """What it has of other lots, for the steps that are still to come."""
    for step in window.steps:
        count = sum(row["doses"] for row in doses if row["step"] == step.key and row["state"] != LotState.RELEASED)
        if step.product and count and window.period(step)[0] > now:
            yield Given(step.product, step.day, count)
