"""Staff look at what their clinic could still take on in a month, and of what one more would open the most dates."""

from asyncio import sleep
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.accounts.viewers import Viewer
from booking.journeys.offer import offer_of
from booking.journeys.who_booked import own_clinic
from booking.kit.errors import NotFound
from booking.programmes.models import Clinic, Programme
from booking.slots.calendar import month_of
from booking.slots.capacity import LONGEST_BUFFER, Gain, bottleneck, starts_free
from booking.slots.free_time import Free, free_time
from booking.slots.load import load_stock
from booking.slots.windows import Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """A month of a programme at the viewer's clinic; no patient is in it.

    `starts` is how many whole treatments could begin on each day, if none began on any other; `free` the time left of
    each kind of resource that the treatment needs. `gain` is None if one more of any kind would open no further date.
    """

    clinic: Clinic
    programmes: Sequence[str]
    programme: str
    first: date
    last: date
    starts: Mapping[date, int]
    free: Mapping[str, Sequence[Free]]
    gain: Gain | None

    @property
    def dates(self) -> int:
        """On how many days a treatment could begin."""
        return sum(starts > 0 for starts in self.starts.values())


async def read_capacity(viewer: Viewer, month: date, programme: str, *, now: datetime) -> Capacity:
    """The month that the day is in, for the clinic's programme of that slug, or its first. Raises NotFound."""
    clinic = await own_clinic(viewer)
    published = await Programme.filter(clinic_id=clinic.id, published_version_id__isnull=False).order_by("slug")
    chosen = next((one for one in published if one.slug == programme), published[0] if published else None)
    if chosen is None or chosen.published_version_id is None:
        raise NotFound
    protocol = (await offer_of(chosen.published_version_id)).protocol
    first, last = month_of(month)
    stock = await load_stock(clinic.id, first - LONGEST_BUFFER, last + timedelta(days=protocol.days), now)
    free = free_time(stock, first, last)
    starts = dict[date, int]()
    for day, room in starts_free(protocol, Wishes(), first, last, stock):
        starts[day] = room
        await sleep(0)  # a large clinic's month takes a while: whoever else asks is answered between two days
    return Capacity(
        clinic=clinic,
        programmes=[one.slug for one in published],
        programme=chosen.slug,
        first=first,
        last=last,
        starts=starts,
        free={kind: free[kind] for kind in protocol.kinds if kind in free},
        gain=bottleneck(protocol, Wishes(), first, last, stock),
    )
