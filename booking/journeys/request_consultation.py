"""Someone asks for a consultation: without an account, one question at a time, taken up again by a mailed link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from booking.accounts import audit, people, throttle
from booking.accounts.viewers import ANONYMOUS
from booking.consultations import drafts, requests, sealed_text
from booking.consultations.drafts import Draft
from booking.consultations.models import Case
from booking.consultations.requests import Reading, read_screen
from booking.consultations.screens import Given, Screen, screen_of
from booking.journeys.read_record import Record, listed
from booking.journeys.say import from_clinic, page, recipient_of, say_about_case
from booking.kit.db import transaction
from booking.kit.errors import NotFound
from booking.kit.ids import new_code
from booking.kit.times import in_zone
from booking.messages import facts, outbox
from booking.programmes.models import Clinic, Programme
from booking.programmes.reading import published_programme, version, version_content

STARTS_FROM_ONE_PLACE: Final = throttle.Limit(tries=30, within=timedelta(hours=1))
LINKS_FROM_ONE_PLACE: Final = throttle.Limit(tries=10, within=timedelta(hours=1))
LINKS_TO_ONE_ADDRESS: Final = throttle.Limit(tries=5, within=timedelta(hours=1))
REQUESTS_FROM_ONE_PLACE: Final = throttle.Limit(tries=10, within=timedelta(hours=1))

# What every clinic here promises for its first answer, in working days.
ANSWERED_WITHIN: Final = 3

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Writing:
    """A request as far as it is written."""

    case: Case
    clinic: Clinic
    programme: Programme
    given: Given
    records: tuple[Record, ...]

    @property
    def first_open(self) -> Screen | None:
        """The first question that is still to be answered; None when it can be sent."""
        return requests.first_open(self.given)


async def begin(slug: str, *, language: str, place: str, pepper: bytes, now: datetime) -> str:
    """A new request about this programme as it is published now: the token that takes it up again.

    Raises NotFound, and TooManyTries for one place that begins without end.
    """
    await throttle.count("ask from", place, STARTS_FROM_ONE_PLACE, pepper=pepper, now=now)
    found = await published_programme(slug)
    async with transaction():
        _case, token = await drafts.start(
            clinic_id=found.clinic.id,
            programme_id=found.programme.id,
            version_id=found.version.id,
            language=language,
            zone=found.clinic.zone,
            now=now,
        )
    return token


async def look(token: str, *, now: datetime) -> Writing:
    """What is written so far. Raises DraftNotFound once it was sent, or lay unused for 30 days."""
    async with transaction():
        return await _writing(await drafts.resume(token, now=now))


async def answer(token: str, key: str, typed: Typed, *, now: datetime) -> Writing:
    """Keep the answers of one screen. Raises Invalid with a sentence for each field, and keeps nothing then.

    Also raises NotFound for a screen that is not asked, and DraftNotFound.
    """
    async with transaction():
        draft = await drafts.resume(token, now=now)
        screen = screen_of(key, draft.answers)
        if screen is None:
            raise NotFound
        read = read_screen(screen, typed, given=draft.answers, reading=await _reading(draft.case, now))
        return await _writing(await drafts.save(draft, read, now=now))


async def mail_link(token: str, typed: Typed, *, place: str, pepper: bytes, now: datetime) -> str:
    """Mail the link that takes this request up again, to the address in it: that address.

    `typed` holds `name` and `email`: both are kept as answers. Raises Invalid, DraftNotFound and TooManyTries.
    """
    await throttle.count("resume from", place, LINKS_FROM_ONE_PLACE, pepper=pepper, now=now)
    address = people.normal_email(next(iter(typed.get("email", ())), ""))
    await throttle.count("resume to", address.lower(), LINKS_TO_ONE_ADDRESS, pepper=pepper, now=now)
    async with transaction():
        draft = await drafts.resume(token, now=now)
        reading = await _reading(draft.case, now)
        for key in ("name", "email"):
            screen = screen_of(key, draft.answers)
            if screen is not None:
                read = read_screen(screen, typed, given=draft.answers, reading=reading)
                draft = await drafts.save(draft, read, now=now)
        await _mail(draft, token, now=now)
    return address


async def _mail(draft: Draft, token: str, *, now: datetime) -> None:
    case, given = draft.case, draft.answers
    clinic = await Clinic.get(id=case.clinic_id)
    person = await people.find_or_create(
        given["email"],
        given["name"],
        language=given.get("language") or case.language,
        zone=given.get("zone") or case.zone,
        now=now,
    )
    told = {
        **from_clinic(clinic),
        "secret_link": page("ask:resume", token=token),
        "until": facts.day(in_zone(now + drafts.KEPT_FOR, clinic.zone).date()),
    }
    await outbox.say("resume", recipient_of(person), told, now=now, case_id=case.id, about=new_code())


async def send(token: str, *, place: str, pepper: bytes, now: datetime) -> Case:
    """Send the request to the clinic, and tell everyone on it that it has arrived.

    Raises:
        NotComplete: a question is open; it names the screen.
        DraftNotFound: it was sent already, or lay unused for 30 days.
        TooManyTries: one place sends without end.
    """
    await throttle.count("send from", place, REQUESTS_FROM_ONE_PLACE, pepper=pepper, now=now)
    async with transaction():
        case = await drafts.submit(await drafts.resume(token, now=now), now=now)
        await say_about_case(case, "received", now=now, days=ANSWERED_WITHIN)
        await audit.record(ANONYMOUS, "request.send", sealed_text.subject(case), now=now)
    return case


async def _writing(draft: Draft) -> Writing:
    case = draft.case
    clinic, programme = await Clinic.get(id=case.clinic_id), await Programme.get(id=case.programme_id)
    return Writing(case, clinic, programme, draft.answers, await listed(case.id))


async def _reading(case: Case, now: datetime) -> Reading:
    content = version_content(await version(case.version_id))
    clinic = await Clinic.get(id=case.clinic_id)
    return Reading(in_zone(now, clinic.zone).date(), content.terms.minimum_age)
