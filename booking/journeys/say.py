"""Mails about something that has just happened to a case or a booking: one row for each person who is written to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from booking.accounts.models import Person
from booking.accounts.support import Addressee, recipients_of
from booking.bookings.models import Booking
from booking.consultations.models import Case
from booking.itineraries.calendar_file import Method, Party, calendar_file, visit_of
from booking.journeys.links import PATHS, Links
from booking.kit.db import Statement
from booking.messages import facts, outbox
from booking.messages.facts import Facts
from booking.messages.planning import Recipient
from booking.programmes.models import Clinic

METHODS: Final = {"confirmed": Method.REQUEST, "moved": Method.REQUEST, "cancelled": Method.CANCEL}


async def people_of(case_id: int) -> list[Addressee]:
    """Whom a case's mails go to: the patient, if they have an address, and their supporters; in a fixed order."""
    return await recipients_of(case_id)


def recipient_of(person: Addressee | Person) -> Recipient:
    return Recipient(person.id, person.zone, person.language)


def from_clinic(clinic: Clinic) -> Facts:
    """Who writes, in every mail."""
    return {"clinic": clinic.name, "clinic_email": clinic.email, "clinic_phone": clinic.phone}


def page(name: str, **values: str) -> str:
    """A page's path: the mailer puts the site's address before it when the mail is sent."""
    return PATHS[name].format(**values)


async def say_about_case(
    case: Case, occasion: str, *, now: datetime, link: str = "portal:case", about: str = "", **more: Any
) -> None:
    """Tell everyone on the case, each in their language; the same occasion about the same thing once.

    Runs in the caller's transaction. `more` are the occasion's own facts. Raises WrongFacts.
    """
    clinic = await Clinic.get(id=case.clinic_id)
    told = {**from_clinic(clinic), "link": page(link, code=case.code), **more}
    everyone = dict.fromkeys(map(recipient_of, await people_of(case.id)))
    await outbox.saying(occasion, everyone, told, now=now, case_id=case.id, about=about).write()


async def say_about_booking(
    booking: Booking,
    occasion: str,
    *,
    links: Links | None = None,
    now: datetime,
    link: str = "portal:booking",
    about: str = "",
    known: tuple[Case, Clinic] | None = None,
    **more: Any,
) -> None:
    """The same about a booking, with the calendar file where the occasion carries one: then it needs `links`.

    `known` are the booking's case and clinic, of a caller who has read them already.
    """
    case, clinic = known or await _whose(booking)
    people = await people_of(case.id)
    told = saying_about_booking(booking, clinic, people, occasion, links=links, now=now, link=link, about=about, **more)
    await told.write()


def saying_about_booking(
    booking: Booking,
    clinic: Clinic,
    people: Iterable[Addressee],
    occasion: str,
    *,
    links: Links | None = None,
    now: datetime,
    link: str = "portal:booking",
    about: str = "",
    **more: Any,
) -> Statement:
    """What `say_about_booking` writes, for a journey that has read everything and writes more in the same round trip."""
    method = METHODS.get(occasion)
    return outbox.saying(
        occasion,
        {recipient_of(each): _calendar(booking, clinic, each, method, links=links, now=now) for each in people},
        {**from_clinic(clinic), "link": page(link, code=booking.code), **stay_facts(booking, clinic), **more},
        now=now,
        case_id=booking.case_id,
        booking_id=booking.id,
        about=about,
    )


async def _whose(booking: Booking) -> tuple[Case, Clinic]:
    case = await Case.get(id=booking.case_id)
    return case, await Clinic.get(id=case.clinic_id)


def stay_facts(booking: Booking, clinic: Clinic) -> dict[str, Any]:
    """Which days, when the first visit is and where: what a mail about dates tells."""
    stay = booking.ends
    return {
        "start": facts.day(stay.start),
        "end": facts.day(stay.end),
        "first_visit": facts.moment(stay.starts_at, clinic.zone),
        "address": address_of(clinic),
    }


def address_of(clinic: Clinic) -> str:
    """Where to go, on one line."""
    return ", ".join([clinic.name, *clinic.address["lines"]])


def _calendar(
    booking: Booking, clinic: Clinic, person: Addressee, method: Method | None, *, links: Links | None, now: datetime
) -> str | None:
    """The whole stay as one event with one UID for its life; SEQUENCE is the booking's own (RFC 5546 3.2.5)."""
    if method is None:
        return None
    if links is None:
        raise ValueError("a calendar file is known by the site's address: give links")
    event = visit_of(
        booking.starts_at,
        booking.ends_at,
        zone=clinic.zone,
        booking_code=booking.code,
        host=links.host,
        language=person.language,
        place=address_of(clinic),
    )
    return calendar_file(
        [event],
        method=method,
        sequence=booking.calendar_sequence,
        now=now,
        organizer=Party(clinic.name, clinic.email),
        attendee=Party(person.name, person.email),
    ).decode()
