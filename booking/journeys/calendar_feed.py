"""A private calendar feed: staff make and revoke their own; whoever has its address reads it."""

from dataclasses import dataclass
from datetime import datetime

from booking.accounts import audit
from booking.accounts.viewers import Viewer
from booking.journeys.who_booked import own_clinic
from booking.kit.db import transaction
from booking.kit.errors import NotFound
from booking.programmes.models import Clinic
from booking.slots import feeds
from booking.slots.feeds import FeedFile, OpenFeed
from booking.slots.models import Resource


@dataclass(frozen=True, slots=True)
class OwnFeeds:
    """What someone has, and what they may have a feed of."""

    clinic: Clinic
    feeds: list[OpenFeed]
    resources: list[Resource]


async def list_feeds(viewer: Viewer) -> OwnFeeds:
    """The viewer's own feeds. Raises NotFound for who has no post at a clinic."""
    clinic = await own_clinic(viewer)
    return OwnFeeds(
        clinic,
        await feeds.feeds_of(clinic.id, viewer.person_id or 0),
        await Resource.filter(clinic_id=clinic.id, is_active=True).order_by("kind", "name", "id"),
    )


async def make_feed(viewer: Viewer, *, resource_id: int | None, now: datetime) -> str:
    """A new feed of the whole clinic, or of one resource: its token, told this once. Raises NotFound."""
    async with transaction():
        clinic = await own_clinic(viewer)
        if resource_id is not None and not await Resource.exists(id=resource_id, clinic_id=clinic.id):
            raise NotFound
        token = await feeds.open_feed(clinic.id, viewer.person_id or 0, now=now, resource_id=resource_id)
        await audit.record(viewer, "feed.open", f"clinic {clinic.slug}", now=now)
    return token


async def revoke_feed(viewer: Viewer, feed_id: int, *, now: datetime) -> None:
    """Close one of the viewer's own feeds: from now on its address finds nothing. Raises NotFound."""
    async with transaction():
        clinic = await own_clinic(viewer)
        await feeds.revoke_feed(clinic.id, viewer.person_id or 0, feed_id, now=now)
        await audit.record(viewer, "feed.revoke", f"clinic {clinic.slug}", now=now)


async def read_feed(token: str, *, now: datetime) -> FeedFile:
    """The calendar behind an address; no names and no health data. Raises NotFound."""
    return await feeds.read_feed(token, now=now)
