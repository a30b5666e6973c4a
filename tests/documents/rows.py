"""The rows that a case or a booking needs beneath it, and nothing more."""

from datetime import datetime, timedelta

from booking.accounts.models import Person
from booking.bookings.models import Booking, BookingStatus
from booking.consultations.models import Case, CaseStatus
from booking.kit.ids import new_code
from booking.programmes.models import Clinic, Programme, ProgrammeVersion


async def a_person(now: datetime, name: str = "Ana Muñoz") -> Person:
    code = new_code()
    return await Person.create(
        code=code, email=f"{code}@example.test", name=name, language="en", zone="Europe/London", created_at=now
    )


async def a_case(now: datetime) -> Case:
    slug = new_code().lower()
    clinic = await Clinic.create(
        slug=slug,
        name="A clinic",
        address={"lines": ["1 Bay Road"], "city": "St. John's", "country": "AG", "place": "Antigua"},
        zone="America/Antigua",
        currency="USD",
        languages=["en"],
        airport="ANU",
        phone="+1 268 555 0100",
        email="desk@example.test",
    )
    programme = await Programme.create(clinic=clinic, slug=slug)
    version = await ProgrammeVersion.create(programme=programme, number=1, content={}, published_at=now)
    return await Case.create(
        code=new_code(),
        clinic=clinic,
        programme=programme,
        version=version,
        patient=await a_person(now),
        status=CaseStatus.BOOKED,
        language="en",
        zone="Europe/London",
        created_at=now,
        changed_at=now,
    )


async def a_booking(now: datetime) -> Booking:
    case = await a_case(now)
    return await Booking.create(
        code=new_code(),
        case=case,
        patient_id=case.patient_id,
        status=BookingStatus.CONFIRMED,
        window={},
        starts_at=now + timedelta(days=56),
        ends_at=now + timedelta(days=60),
        held_at=now,
    )
