"""Payment pages that are open for money which is no longer asked for are closed at Stripe."""

from datetime import datetime

from booking.journeys.links import Links
from booking.journeys.settle_payment import see_checkout
from booking.kit.db import transaction
from booking.kit.logs import logger
from booking.payments.attempts import end_attempt, of_no_use
from booking.payments.gateway import GatewayRefused, PaymentGateway
from booking.payments.models import Attempt

log = logger(__name__)


async def close_pages(*, payments: PaymentGateway, links: Links, now: datetime) -> None:
    """Close every page whose charge was paid otherwise or is void. Raises GatewayDown: then the next round does it.

    One that was paid a moment before is seen here, and its money goes back.
    """
    for attempt in await of_no_use():
        await close_page(attempt, payments=payments, links=links, now=now)


async def close_page(attempt: Attempt, *, payments: PaymentGateway, links: Links, now: datetime) -> None:
    """Close one page, and act on how it stood. Raises GatewayDown."""
    if attempt.session_id is None:
        # We never learnt of a page. Had one been paid, its event carries our key and finds the attempt.
        async with transaction():
            await end_attempt(attempt)
        return
    try:
        checkout = await payments.expire_checkout(attempt.session_id)
    except GatewayRefused as fault:
        # Stripe does not know it (another account's key, say): there is nothing to be paid on.
        log.warning("payment.page_unknown", attempt=attempt.id, why=fault.code)
        async with transaction():
            await end_attempt(attempt)
        return
    async with transaction():
        await see_checkout(attempt, checkout, links=links, now=now)
