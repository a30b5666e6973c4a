"""A mail as it would go out, for staff to read before it goes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from booking.accounts.support import Addressee
from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.consultations import cases
from booking.journeys.say import from_clinic, page, people_of, stay_facts
from booking.kit.errors import NotFound, WrongMoment
from booking.kit.words import _
from booking.messages.claiming import Claimed
from booking.messages.compose import Composer
from booking.messages.facts import WrongFacts
from booking.messages.models import Message
from booking.programmes.models import Clinic


class NothingToShow(WrongMoment):
    say = _("This message held a private link that is not kept, so it cannot be shown again.")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person, as text and as HTML. `due_at` is when it goes, or went."""

    to: str
    address: str
    language: str
    subject: str
    text: str
    html: str
    due_at: datetime
    has_calendar: bool


async def preview_message(viewer: Viewer, case_code: str, code: str, *, composer: Composer, now: datetime) -> Letter:
    """One message of a case. Raises NotFound for any that is not the viewer's clinic's, and NothingToShow."""
    case = await cases.get(viewer, case_code)
    cases.require_staff(viewer, case)
    message = await Message.filter(case_id=case.id).select_related("recipient").get_or_none(code=code)
    if message is None:
        raise NotFound
    return _letter(
        message.recipient,
        message.occasion,
        message.facts,
        message.sent_at or message.due_at,
        composer=composer,
        now=now,
        code=message.code,
        calendar=message.calendar,
    )


async def preview_about_case(
    viewer: Viewer, case_code: str, occasion: str, *, link: str = "portal:case", composer: Composer, now: datetime
) -> list[Letter]:
    """What everyone on the case would be told on an occasion that needs no facts of its own."""
    case = await cases.get(viewer, case_code)
    cases.require_staff(viewer, case)
    facts = {**from_clinic(await Clinic.get(id=case.clinic_id)), "link": page(link, code=case.code)}
    return [_letter(person, occasion, facts, now, composer=composer, now=now) for person in await people_of(case.id)]


async def preview_about_booking(
    viewer: Viewer, booking: Booking, occasion: str, *, link: str, composer: Composer, now: datetime
) -> list[Letter]:
    """What everyone on the booking's case would be told on an occasion about its dates. The booking comes with its case."""
    cases.require_staff(viewer, booking.case)
    clinic = await Clinic.get(id=booking.case.clinic_id)
    facts = {**from_clinic(clinic), "link": page(link, code=booking.code), **stay_facts(booking, clinic)}
    people = await people_of(booking.case_id)
    return [_letter(person, occasion, facts, now, composer=composer, now=now) for person in people]


def _letter(
    person: Addressee,
    occasion: str,
    facts: dict[str, Any],
    due_at: datetime,
    *,
    composer: Composer,
    now: datetime,
    code: str = "preview",
    calendar: str | None = None,
) -> Letter:
    address = person.email
    claimed = Claimed(
        0, code, 0, occasion, None, now, facts, calendar, address, person.name, person.language, person.zone
    )
    try:
        mail = composer.compose(claimed, now=now)
    except WrongFacts as fault:
        raise NothingToShow from fault
    whole = BytesParser(EmailMessage, policy=default).parsebytes(mail.content)
    return Letter(
        person.name,
        address,
        person.language,
        str(whole["Subject"]),
        _body(whole, "plain"),
        _body(whole, "html"),
        due_at.astimezone(UTC),
        calendar is not None,
    )


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""
