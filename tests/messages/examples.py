"""Every fact that any occasion may tell, as an example, and messages made of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from booking.kit.money import Money
from booking.messages import facts
from booking.messages.claiming import Claimed
from booking.messages.occasions import OCCASIONS

FACTS: dict[str, Any] = {
    "clinic": "Example Regenerative Centre",
    "clinic_email": "care@clinic.example",
    "clinic_phone": "+1 268 555 0100",
    "link": "/portal/cases/LW-7K3M-2QXD",
    "secret_link": "/sign-in/a-secret",
    "patient": "Ana Okafor",
    "minutes": 10,
    "days": 3,
    "until": facts.day(date(2027, 2, 12)),
    "given_at": facts.moment(datetime(2027, 1, 20, 14, 5, tzinfo=UTC), "America/Antigua"),
    "start": facts.day(date(2027, 3, 9)),
    "end": facts.day(date(2027, 3, 16)),
    "held_until": facts.moment(datetime(2027, 1, 13, 0, 30, tzinfo=UTC), "America/Antigua"),
    "offered": facts.day(date(2027, 3, 9)),
    "last_day": facts.day(date(2027, 4, 30)),
    "deposit": facts.money(Money(250000, "USD")),
    "first_visit": facts.moment(datetime(2027, 3, 9, 14, 0, tzinfo=UTC), "America/Antigua"),
    "address": "12 Harbour Road, Saint John's, Antigua",
    "paid": facts.money(Money(250000, "USD")),
    "paid_on": facts.day(date(2027, 1, 12)),
    "reference": "LW-9QXD-7K3M",
    "balance": facts.money(Money(1250050, "USD")),
    "balance_due": facts.day(date(2027, 2, 7)),
    "documents_due": facts.day(date(2027, 2, 20)),
    "documents": [{"en": "A copy of your passport", "es": "Una copia de su pasaporte"}, "Form MEDIF"],
    "things": ["A jumper for the plane"],
    "pick_up": facts.moment(datetime(2027, 3, 8, 19, 40, tzinfo=UTC), "America/Antigua"),
    "place": "V. C. Bird airport, arrivals, beside the information desk",
    "driver": "Delroy, +1 268 555 0199",
    "refund": facts.money(Money(250000, "USD")),
}

CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Leeward//EN\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\nUID:x@leeward\r\n"
    "DTSTAMP:20270112T130000Z\r\nDTSTART:20270309T140000Z\r\nSUMMARY:Appointment\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def claimed(occasion: str, **changed: Any) -> Claimed:
    """A message in a worker's hands, with every fact it may tell."""
    known = OCCASIONS[occasion]
    whole: dict[str, Any] = {
        "id": 1,
        "code": "LW-7K3M-2QXD",
        "attempt": 1,
        "occasion": occasion,
        "due_local": None,
        "useful_until": datetime(2027, 1, 12, 13, tzinfo=UTC) + timedelta(days=1),
        "facts": facts.fitting(known.facts, FACTS, occasion),
        "calendar": CALENDAR.format(method="REQUEST") if known.calendar else None,
        "email": "samuel@example.org",
        "name": "Samuel Okafor",
        "language": "en",
        "zone": "Africa/Lagos",
    }
    return Claimed(**{**whole, **changed})
