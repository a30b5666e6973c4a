"""Someone changes what we know of themselves, and what is planned for them follows: its language, and its hour."""

from datetime import datetime

from booking.accounts import audit, people
from booking.accounts.models import Person
from booking.accounts.viewers import Viewer
from booking.journeys.say import recipient_of
from booking.kit.db import transaction
from booking.kit.errors import NotFound
from booking.messages import outbox


async def open_profile(viewer: Viewer) -> Person:
    """What we know of the viewer. Raises NotFound for whoever is nobody by name."""
    person = await Person.get_or_none(id=viewer.person_id or 0)
    if person is None:
        raise NotFound
    return person


async def change_profile(
    viewer: Viewer, *, name: str, language: str, zone: str, phone: str | None, now: datetime
) -> None:
    """Keep it, and let the mails that are planned for them follow, in one transaction. Raises NotFound, Invalid by field."""
    async with transaction():
        person = await open_profile(viewer)
        await people.change(person.id, name=name, language=language, zone=zone, phone=phone)
        await person.refresh_from_db()
        await outbox.follow_recipient(recipient_of(person))
        await audit.record(viewer, "person.change", f"person {person.code}", now=now)
