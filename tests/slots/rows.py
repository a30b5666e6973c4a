"""A small clinic for the database's tests: one clinician, two chairs, one lot of three doses, open every day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from booking.accounts.models import Role
from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking, BookingStatus
from booking.consultations.models import Case, CaseStatus
from booking.kit.ids import new_code
from booking.programmes.models import Clinic, Programme, ProgrammeVersion
from booking.slots.hours import Hours
from booking.slots.load import load_stock
from booking.slots.models import Dose, Lot, LotState, OpeningHours, Resource
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.windows import Window, Wishes

NOW = datetime(2027, 1, 12, 13, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = [Hours(day, time(8), time(17)) for day in range(7)]
FIRST = date(2027, 2, 1)
LAST = date(2027, 2, 7)
EVERYTHING: dict[str, Any] = {
    "steps": [
        {
            "key": "visit", "title": {"en": "Visit"}, "day": 0, "earliest": "09:00", "latest": "09:00", "minutes": 60,
            "buffer_after": 30, "needs": [{"kind": "clinician"}],
        },
        {
            "key": "infusion", "title": {"en": "Infusion"}, "day": 1, "earliest": "09:00", "latest": "09:00",
            "minutes": 120, "buffer_before": 15, "needs": [{"kind": "clinician", "same_as": "visit"}, {"kind": "chair"}],
            "dose": {"product": "cells"},
        },
    ]
}  # fmt: skip
PROTOCOL = Protocol.parse(EVERYTHING)


@dataclass(frozen=True, slots=True)
class Small:
    clinic: Clinic
    version: ProgrammeVersion
    clinicians: list[Resource]
    chairs: list[Resource]
    lot: Lot


async def small_clinic(
    *, clinicians: int = 1, chairs: int = 2, doses: int = 3, content: Mapping[str, Any] | None = None
) -> Small:
    """`content` is a programme's other than its protocol, for pages that read all of it."""
    clinic = await Clinic.create(
        slug=new_code(), name="A clinic", address={}, zone="America/Antigua", currency="USD", languages=["en"],
        airport="ANU", phone="+12684600000", email="clinic@example.org",
    )  # fmt: skip
    programme = await Programme.create(clinic=clinic, slug=new_code())
    told = {**(content or {}), "protocol": EVERYTHING}
    version = await ProgrammeVersion.create(programme=programme, number=1, content=told, published_at=NOW)
    lot = await Lot.create(
        clinic=clinic, product="cells", code="A", state=LotState.RELEASED, usable_from=FIRST, usable_until=LAST
    )
    await Dose.bulk_create(Dose(lot_id=lot.id, number=n) for n in range(doses))
    return Small(
        clinic, version, await resources(clinic, "clinician", clinicians), await resources(clinic, "chair", chairs), lot
    )


def coordinator(small: Small) -> Viewer:
    return Viewer(roles=frozenset({(small.clinic.id, Role.COORDINATOR)}))


async def resources(clinic: Clinic, kind: str, count: int) -> list[Resource]:
    made = [await Resource.create(clinic=clinic, kind=kind, name=f"{kind} {n + 1}") for n in range(count)]
    for resource in made:
        await OpeningHours.bulk_create(
            OpeningHours(resource_id=resource.id, weekday=day, opens=opens, closes=closes, from_day=date(2027, 1, 1))
            for day, opens, closes, *_ in WEEK
        )
    return made


async def booking(small: Small, window: Window, status: BookingStatus = BookingStatus.HELD) -> Booking:
    case = await Case.create(
        code=new_code(), clinic=small.clinic, programme_id=small.version.programme_id, version=small.version,
        status=CaseStatus.DRAFT, language="en", zone="Europe/London", created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    return await Booking.create(
        code=new_code(), case=case, status=status, window=window.to_json(), starts_at=window.starts_at,
        ends_at=window.ends_at, held_at=NOW, lapses_at=NOW + HOUR if status is BookingStatus.HELD else None,
    )  # fmt: skip


async def free(
    small: Small, now: datetime = NOW, *, wishes: Wishes | None = None, but_for: int | None = None
) -> list[Window]:
    stock = await load_stock(small.clinic.id, FIRST, LAST, now, but_for=but_for)
    return windows(PROTOCOL, wishes or Wishes(), FIRST, LAST, stock)


def days(found: Iterable[Window]) -> list[int]:
    return [window.start.day for window in found]
