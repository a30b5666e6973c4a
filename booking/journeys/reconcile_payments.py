"""What no webhook told us is found by asking Stripe: events we never got, pages whose time is over (G11)."""

from datetime import datetime, timedelta
from typing import Final

from booking.journeys.links import Links
from booking.journeys.settle_payment import see_checkout, settle
from booking.kit.db import transaction
from booking.kit.logs import logger
from booking.payments.attempts import end_attempt, overdue
from booking.payments.events import last_heard
from booking.payments.gateway import GatewayDown, GatewayRefused, PaymentGateway

log = logger(__name__)

# Events come out of order: looking back this far finds one that a later one overtook.
LOOK_BACK: Final = timedelta(hours=1)
FIRST_LOOK: Final = timedelta(days=1)
AT_ONCE: Final = 50


async def reconcile_payments(*, payments: PaymentGateway, links: Links, now: datetime) -> None:
    """One round: every recent event that we do not hold, then every page that is over and said nothing."""
    try:
        heard = await last_heard()
        for event in await payments.events_since((heard or now - FIRST_LOOK) - LOOK_BACK):
            await settle(event, links=links, now=now)
        await _ask_about_overdue(payments, links, now)
    except GatewayDown as fault:
        log.warning("payments.down", why=fault.code)


async def _ask_about_overdue(payments: PaymentGateway, links: Links, now: datetime) -> None:
    for attempt in await overdue(now=now, at_most=AT_ONCE):
        if attempt.session_id is None:
            # We never learnt of a page. Had one been paid, its event carries our key and finds the attempt.
            async with transaction():
                await end_attempt(attempt)
            continue
        try:
            checkout = await payments.expire_checkout(attempt.session_id)
        except GatewayRefused:
            checkout = await payments.find_checkout(attempt.session_id)
        async with transaction():
            await see_checkout(attempt, checkout, links=links, now=now)
