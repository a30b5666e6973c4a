"""What a case was offered: its programme's version, read once per process, for a published version never changes."""

from dataclasses import dataclass
from datetime import timedelta

from booking.consultations.models import Case
from booking.itineraries.rules import TravelRules
from booking.payments.terms import Terms
from booking.programmes.content import ProgrammeContent
from booking.programmes.models import Clinic
from booking.programmes.reading import version, version_content
from booking.slots.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Offer:
    """A version with its types: what is shown, what is done with the patient, and what it costs to change one's mind."""

    content: ProgrammeContent
    protocol: Protocol
    terms: Terms
    travel: TravelRules

    @property
    def hold_for(self) -> timedelta:
        return timedelta(minutes=self.content.terms.hold_minutes)

    @property
    def offer_for(self) -> timedelta:
        """How long dates that became free are kept for someone on the waiting list."""
        return timedelta(hours=self.content.terms.offer_hours)

    @property
    def cooling_off(self) -> timedelta:
        return timedelta(hours=self.content.terms.cooling_off_hours)


_read: dict[int, Offer] = {}


async def offer_of(version_id: int) -> Offer:
    """The offer of a programme's version. Raises NotFound."""
    if version_id not in _read:
        shown = await version(version_id)
        content = version_content(shown)
        _read[version_id] = Offer(
            content,
            Protocol.parse(content.protocol),
            Terms.parse(shown.content["terms"], content.prices.currency),
            TravelRules.parse(content.travel_rules),
        )
    return _read[version_id]


async def clinic_of(case: Case) -> Clinic:
    return await Clinic.get(id=case.clinic_id)
