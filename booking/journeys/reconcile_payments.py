"""What no webhook told us is found by asking Stripe: events we never got, pages whose time is over (G11)."""

from datetime import datetime, timedelta
from typing import Final

from booking.journeys.close_pages import close_page, close_pages
from booking.journeys.links import Links
from booking.journeys.settle_payment import settle
from booking.kit.errors import Refusal
from booking.kit.logs import logger
from booking.payments.attempts import overdue
from booking.payments.events import last_heard
from booking.payments.gateway import GatewayDown, PaymentGateway

log = logger(__name__)

# Events come out of order: looking back this far finds one that a later one overtook.
LOOK_BACK: Final = timedelta(hours=1)
FIRST_LOOK: Final = timedelta(days=1)
AT_ONCE: Final = 50


async def reconcile_payments(*, payments: PaymentGateway, links: Links, now: datetime) -> None:
    """One round: every recent event that we do not hold, then every page that is over, or of no use any more."""
    try:
        await _hear(payments, links, now)
        for attempt in await overdue(now=now, at_most=AT_ONCE):
            await close_page(attempt, payments=payments, links=links, now=now)
        await close_pages(payments=payments, links=links, now=now)
    except GatewayDown as fault:
        log.warning("payments.down", why=fault.code)


async def _hear(payments: PaymentGateway, links: Links, now: datetime) -> None:
    heard = await last_heard()
    for event in await payments.events_since((heard or now - FIRST_LOOK) - LOOK_BACK):
        try:
            await settle(event, links=links, now=now)
        except Refusal as refusal:
            # Someone moved its booking at the same moment: the next round hears it again, and the others wait for nothing.
            log.warning("payment.not_settled", event_id=event.event_id, why=refusal.code)
