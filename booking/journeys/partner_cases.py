"""A partner's system asks for a consultation on a family's behalf, and follows its own cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.bookings import booking as bookings
from booking.bookings.models import Booking
from booking.consultations import cases, drafts
from booking.consultations.models import Case
from booking.consultations.requests import Reading, read_whole
from booking.journeys.request_consultation import ANSWERED_WITHIN
from booking.journeys.say import say_about_case
from booking.kit.db import transaction
from booking.kit.errors import NotFound
from booking.kit.times import in_zone
from booking.programmes.models import Programme
from booking.programmes.reading import Published, published_programme


@dataclass(frozen=True, slots=True)
class Followed:
    """A case as a partner follows it: where it stands, and no health data."""

    case: Case
    programme: str
    booking: Booking | None


async def ask_as_partner(
    viewer: Viewer, slug: str, answers: Mapping[str, Sequence[str]], *, language: str, zone: str, now: datetime
) -> Followed:
    """A whole request at once. Raises NotFound for another clinic's programme, Invalid with every error there is."""
    offered = await _offered(viewer, slug)
    reading = Reading(in_zone(now, offered.clinic.zone).date(), offered.content.terms.minimum_age)
    given = read_whole(answers, reading=reading)
    async with transaction():
        _case, token = await drafts.start(
            clinic_id=offered.clinic.id,
            programme_id=offered.programme.id,
            version_id=offered.version.id,
            language=language,
            zone=zone,
            now=now,
            by=viewer,
        )
        draft = await drafts.save(await drafts.resume(token, now=now, viewer=viewer), given, now=now, viewer=viewer)
        case = await drafts.submit(draft, now=now, viewer=viewer)
        await audit.record(viewer, "request.send", f"case {case.code}", now=now)
        await say_about_case(case, "received", now=now, about=case.code, days=ANSWERED_WITHIN)
    return Followed(case, slug, None)


async def follow_case(viewer: Viewer, code: str, *, now: datetime) -> Followed:
    """Where a case of this partner's stands. Raises NotFound."""
    case = await cases.get(viewer, code)
    programme = await Programme.get(id=case.programme_id)
    async with transaction():
        await audit.record(viewer, "case.follow", f"case {case.code}", now=now)
    return Followed(case, programme.slug, await bookings.latest_of(case.id))


async def _offered(viewer: Viewer, slug: str) -> Published:
    found = await published_programme(slug)
    if viewer.partner is None or found.clinic.id != viewer.partner.clinic_id:
        raise NotFound
    return found
