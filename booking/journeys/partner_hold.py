"""A partner's system holds dates: the same as anyone's hold, and the same answer to the same Idempotency-Key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts.partners import Reply, recall_reply, remembering, require_key
from booking.accounts.viewers import Viewer
from booking.bookings.models import Booking
from booking.journeys.reserve import Ticket, reserve
from booking.kit.db import Statement, transaction
from booking.kit.errors import NotFound, Refusal

CREATED: Final = 201


@dataclass(frozen=True, slots=True)
class Request:
    """What came under which key. `mark` is the request's fingerprint: another request under the key is refused."""

    partner_id: int
    key: str
    mark: bytes


class _AnsweredBefore(Refusal):
    """This key has an answer, or just got one: that one counts, and nothing of this attempt is kept."""


async def partner_hold(
    viewer: Viewer,
    code: str,
    token: str,
    request: Request,
    *,
    interpreter: str | None,
    told: Callable[[Booking], str],
    refused: Callable[[Refusal], Reply],
    key: bytes,
    now: datetime,
) -> Reply:
    """Hold the dates and say so, or say again what was said under this key. `told` and `refused` put it into words.

    A refusal that stands (the dates are taken) is remembered too; what does not concern the partner's own
    case is raised and not remembered.

    Raises:
        NotFound: no case of this partner's has the code.
        KeyReused, StillAnswering, KeyNotUsable: the Idempotency-Key cannot be used for this.
    """
    require_key(request.key)
    replies: list[Reply] = []

    def remembered(booking: Booking) -> Statement:
        replies.append(Reply(CREATED, told(booking)))
        return remembering(request.partner_id, request.key, request.mark, replies[-1], now=now)

    # The key's row comes last in the transaction of the hold: of two requests at once the second waits, and gets the first's answer.
    ticket = Ticket(remembered, unless=_AnsweredBefore)
    try:
        await reserve(viewer, code, token, interpreter=interpreter, ticket=ticket, key=key, now=now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _remembered(request, refused(refusal), now=now)
    return replies[-1]


async def _remembered(request: Request, reply: Reply, *, now: datetime) -> Reply:
    """The refusal, unless the key got an answer meanwhile: then that one."""
    async with transaction():
        known = await recall_reply(request.partner_id, request.key, request.mark, now=now)
        if known is not None:
            return known
        await remembering(request.partner_id, request.key, request.mark, reply, now=now).write()
    return reply
