"""Paying: off to Stripe's page, back from it, and the receipt."""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from booking.journeys.open_booking import come_back, open_receipts
from booking.journeys.start_deposit import start_payment
from booking.kit.money import Money
from booking.payments.models import ChargeKind
from booking.web.policy import Who, route
from booking.web.portal.bookings import show
from booking.web.request import links_of, now_of, services_of, viewer_of

# The page looks again every few seconds, and after a minute leaves it to the mail.
LOOKS: Final = 12


async def deposit(request: Request) -> Response:
    return await _off_to_stripe(request, ChargeKind.DEPOSIT)


async def balance(request: Request) -> Response:
    return await _off_to_stripe(request, ChargeKind.BALANCE)


async def paid(request: Request) -> Response:
    """Back from Stripe, perhaps before Stripe has told us."""
    session = request.query_params.get("session", "")
    file, came = await come_back(
        viewer_of(request),
        request.path_params["code"],
        session,
        payments=services_of(request).payments,
        links=links_of(request),
        now=now_of(request),
    )
    looked = request.query_params.get("looked", "")
    looks = int(looked) + 1 if looked.isascii() and looked.isdigit() and len(looked) < len("100") else 1
    again = request.url.include_query_params(session=session, looked=looks)
    return show(
        request, "portal/paid.html", file, came=came, again=f"{again.path}?{again.query}" if looks <= LOOKS else None
    )


async def receipt(request: Request) -> Response:
    file, receipts = await open_receipts(viewer_of(request), request.path_params["code"], now=now_of(request))
    kept = sum((one.kept for one in receipts), Money.zero(file.total.currency))
    return show(request, "portal/receipt.html", file, receipts=receipts, kept=kept)


async def _off_to_stripe(request: Request, kind: ChargeKind) -> Response:
    url = await start_payment(
        viewer_of(request),
        request.path_params["code"],
        kind,
        payments=services_of(request).payments,
        links=links_of(request),
        now=now_of(request),
    )
    return RedirectResponse(url, status_code=303)


ROUTES = [
    route("/portal/bookings/{code}/deposit", deposit, name="portal:deposit", who=Who.FAMILY, methods=["POST"]),
    route("/portal/bookings/{code}/balance", balance, name="portal:balance", who=Who.FAMILY, methods=["POST"]),
    route("/portal/bookings/{code}/paid", paid, name="portal:paid", who=Who.FAMILY),
    route("/portal/bookings/{code}/receipt", receipt, name="portal:receipt", who=Who.FAMILY),
]
