"""When each mail of a trip is due. Pure: from dates, the recipient's zone and the clock to a list."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from booking.kit.times import in_zone, settle, settle_on
from booking.messages.occasions import OCCASIONS, Anchor, Occasion, OnDay

# Nobody is woken by a mail that could wait: it comes between these hours of the recipient's own clock.
DAY_BEGINS: Final = time(8, 0)
DAY_ENDS: Final = time(20, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """A trip's days in the clinic's calendar. What hangs on a day that is not known is not planned."""

    arrival: date | None = None
    first_treatment: date | None = None
    last_treatment: date | None = None
    departure: date | None = None
    balance_due: date | None = None

    def day_of(self, anchor: Anchor) -> date | None:
        day: date | None = getattr(self, anchor.value)
        return day


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom: a Person's id, zone and language."""

    person_id: int
    zone: str
    language: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One mail to be sent. `due_local` is the recipient's clock at sending, or None for what is said at once."""

    occasion: str
    about: str
    due_at: datetime
    due_local: datetime | None
    useful_until: datetime


def plan(
    occasions: Iterable[Occasion],
    anchors: Anchors,
    recipient: Recipient,
    *,
    now: datetime,
    about: str = "",
    said: Container[str] = frozenset(),
) -> list[Planned]:
    """The scheduled mails that are still to come, in the order of their sending.

    What would have been due before `now` is said at once if it is still useful and not among those `said` before;
    the rest is left out, so that a late booking brings no burst of old reminders.
    """
    planned = [
        message
        for occasion in occasions
        if occasion.when is not None
        and (day := anchors.day_of(occasion.when.anchor)) is not None
        and (message := _in_time(_planned(occasion, occasion.when, day, recipient.zone, about), recipient, said, now))
    ]
    return sorted(planned, key=lambda message: (message.due_at, message.occasion))


def _in_time(message: Planned, recipient: Recipient, said: Container[str], now: datetime) -> Planned | None:
    """The mail itself if it is still to come, or as one that is said at once; None if it is too late for it."""
    if message.due_at > now:
        return message
    due_at = awake(now, recipient.zone)
    if message.occasion in said or message.useful_until <= due_at:
        return None
    return replace(message, due_at=due_at, due_local=None)


def at_once(key: str, recipient: Recipient, *, now: datetime, about: str = "") -> Planned:
    """What is said as it happens: now, or in the morning if it is night for the recipient and it can wait."""
    occasion = OCCASIONS[key]
    due_at = now if occasion.urgent else awake(now, recipient.zone)
    return Planned(key, about, due_at, None, due_at + occasion.useful)


def awake(instant: datetime, zone: str) -> datetime:
    """The instant itself if it is day for clocks in `zone`, else when the next day begins there."""
    local = in_zone(instant, zone)
    if DAY_BEGINS <= local.time() <= DAY_ENDS:
        return instant
    day = local.date() if local.time() < DAY_BEGINS else local.date() + timedelta(days=1)
    return settle_on(day, DAY_BEGINS, zone)


def awake_for_all(instant: datetime, zones: Sequence[str]) -> datetime:
    """The instant itself if it is day in all of these zones, else the next hour at which it is.

    Where there is no such hour on the day that follows, it is day in the first of them.
    """
    hours = (instant + timedelta(hours=number) for number in range(24))
    return next((at for at in hours if all(awake(at, zone) == at for zone in zones)), awake(instant, zones[0]))


def not_before(key: str, due_local: datetime | None, zone: str, now: datetime) -> datetime:
    """When the mail may go, by the recipient's clock at this moment: `now`, or later.

    A recipient who travelled, or whose country changed its clocks, is written to at the local time that was meant.
    """
    due_at = max(now, settle(due_local, zone)) if due_local is not None else now
    return due_at if OCCASIONS[key].urgent else awake(due_at, zone)


def _planned(occasion: Occasion, when: OnDay, anchor_day: date, zone: str, about: str) -> Planned:
    local = datetime.combine(anchor_day + timedelta(days=when.days), _by_day(when.at, occasion))
    due_at = settle(local, zone)
    moved_apart = f"{about}/{anchor_day.isoformat()}" if occasion.again_if_moved else about
    return Planned(occasion.key, moved_apart, due_at, local, due_at + occasion.useful)


def _by_day(at: time, occasion: Occasion) -> time:
    return at if occasion.urgent else min(max(at, DAY_BEGINS), DAY_ENDS)
