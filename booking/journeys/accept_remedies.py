"""A coordinator accepts what bookings may have instead, one or many: each in its own transaction, each looked at again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.accounts.viewers import Viewer
from booking.journeys.exchange_doses import exchange_doses
from booking.journeys.find_remedies import Change, Touch, find_remedies
from booking.journeys.links import Links
from booking.journeys.reschedule import reschedule
from booking.kit.errors import Refusal, WrongMoment
from booking.kit.words import _


class NotInTheWay(WrongMoment):
    say = _("Nothing stands in the way of this booking any more, so it was left as it is.")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a booking is to have: the window of a token, or without one other doses at the dates that it has.

    `tell` says that its family is told at once if its dates or hours change.
    """

    booking: str
    token: str = ""
    tell: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a choice: `refused` is None if it was accepted."""

    choice: Choice
    refused: Refusal | None


async def accept_remedies(
    viewer: Viewer, change: Change, choices: Iterable[Choice], *, key: bytes, links: Links, now: datetime
) -> Sequence[Answer]:
    """Do what was chosen, the earliest stay first. One that is refused keeps what it has and stops no other.

    Raises NotFound for a change that is not the viewer's clinic's; a booking that it no longer touches is refused.
    """
    found = await find_remedies(viewer, change, key=key, now=now)
    touched = {one.code: one for one in found.touches}
    place = {one.code: number for number, one in enumerate(found.touches)}
    return [
        Answer(one, await _refused(viewer, one, touched.get(one.booking), key=key, links=links, now=now))
        for one in sorted(choices, key=lambda choice: place.get(choice.booking, -1))
    ]


async def _refused(
    viewer: Viewer, choice: Choice, touch: Touch | None, *, key: bytes, links: Links, now: datetime
) -> Refusal | None:
    if touch is None:
        return NotInTheWay()
    try:
        if choice.token:
            await reschedule(
                viewer,
                choice.booking,
                choice.token,
                interpreter=touch.interpreter or None,
                tell=choice.tell,
                key=key,
                links=links,
                now=now,
            )
        else:
            await exchange_doses(viewer, choice.booking, now=now)
    except Refusal as refusal:
        return refusal
    return None
