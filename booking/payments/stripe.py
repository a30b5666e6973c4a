"""Stripe, through its official SDK: the only file that imports it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import stripe
from stripe.params.checkout import SessionCreateParams

from booking.kit.db import outside_only
from booking.kit.money import Money
from booking.payments.amounts import AmountNotPayable, from_stripe, to_stripe
from booking.payments.gateway import (
    BadSignature,
    Checkout,
    CheckoutOrder,
    CheckoutStatus,
    EventKind,
    GatewayDown,
    GatewayRefused,
    PaymentEvent,
    RefundResult,
    RefundState,
)

LIVE_KEYS: Final = ("sk_live_", "rk_live_")
# As Stripe's own libraries: an event signed longer ago than this is not believed.
SIGNATURE_LASTS: Final = 300
LATER: Final = frozenset([409, 429])

REFUND_STATES: Final = {"succeeded": RefundState.DONE, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}

MEANINGS: Final = {
    "checkout.session.completed": EventKind.CAPTURED,
    "checkout.session.async_payment_succeeded": EventKind.CAPTURED,
    "payment_intent.succeeded": EventKind.CAPTURED,
    "checkout.session.expired": EventKind.CHECKOUT_EXPIRED,
    "payment_intent.payment_failed": EventKind.PAYMENT_FAILED,
    "refund.created": EventKind.REFUND_CHANGED,
    "refund.updated": EventKind.REFUND_CHANGED,
    "refund.failed": EventKind.REFUND_CHANGED,
}


class LiveKeyBesideSimulator(ValueError):
    """A live key was given together with another address than Stripe's own."""


class StripeGateway:
    """A PaymentGateway on Stripe. `api_base` points it at a simulator, and then it refuses a live key."""

    def __init__(
        self, secret_key: str, webhook_secret: str, api_base: str | None = None, *, timeout_seconds: float = 20
    ) -> None:
        if api_base and secret_key.startswith(LIVE_KEYS):
            raise LiveKeyBesideSimulator("STRIPE_API_BASE is set beside a live STRIPE_SECRET_KEY")
        self._webhook_secret = webhook_secret
        self._http = stripe.HTTPXClient(timeout=timeout_seconds)
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base.rstrip("/")} if api_base else None,
            max_network_retries=2,
            http_client=self._http,
        )

    async def start_checkout(self, order: CheckoutOrder) -> Checkout:
        async with _our_errors("start_checkout"):
            session = await self._client.v1.checkout.sessions.create_async(
                _session_params(order), {"idempotency_key": order.idempotency_key}
            )
            return _checkout(session)

    async def expire_checkout(self, session_id: str) -> Checkout:
        try:
            async with _our_errors("expire_checkout"):
                return _checkout(await self._client.v1.checkout.sessions.expire_async(session_id))
        except GatewayRefused:
            # Only an open one can be expired: whoever was faster, its state says what happened.
            return await self.find_checkout(session_id)

    async def find_checkout(self, session_id: str) -> Checkout:
        async with _our_errors("find_checkout"):
            return _checkout(await self._client.v1.checkout.sessions.retrieve_async(session_id))

    async def refund(self, payment_intent: str, money: Money, idempotency_key: str, reason: str) -> RefundResult:
        async with _our_errors("refund"):
            refund = await self._client.v1.refunds.create_async(
                {
                    "payment_intent": payment_intent,
                    "amount": to_stripe(money),
                    "reason": "requested_by_customer",
                    "metadata": {"cause": reason, "key": idempotency_key},
                },
                {"idempotency_key": idempotency_key},
            )
            return _refund_result(refund)

    async def find_refund(self, refund_id: str) -> RefundResult:
        async with _our_errors("find_refund"):
            return _refund_result(await self._client.v1.refunds.retrieve_async(refund_id))

    async def events_since(self, moment: datetime) -> list[PaymentEvent]:
        async with _our_errors("events_since"):
            page = await self._client.v1.events.list_async(
                {"created": {"gte": int(moment.timestamp())}, "types": list(MEANINGS), "limit": 100}
            )
            newest_first = [event async for event in page.auto_paging_iter()]
            return [_event(event) for event in reversed(newest_first)]

    def read_event(self, raw: bytes, signature: str, now: datetime) -> PaymentEvent:
        try:
            # The SDK would measure age by its own clock, so it is told not to (0) and ours is used below.
            event = self._client.construct_event(raw, signature, self._webhook_secret, tolerance=0)
        except (stripe.SignatureVerificationError, ValueError) as fault:
            raise BadSignature("not signed with our webhook secret") from fault
        if now.timestamp() - _signed_at(signature) > SIGNATURE_LASTS:
            raise BadSignature("signed too long ago")
        return _event(event)

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]  # the SDK's own gap


def _session_params(order: CheckoutOrder) -> SessionCreateParams:
    marks = {"charge": order.charge_code, "key": order.idempotency_key}
    return {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.money.currency.lower(),
                    "unit_amount": to_stripe(order.money),
                    "product_data": {"name": order.what_for},
                },
            }
        ],
        "client_reference_id": order.charge_code,
        "customer_email": order.email,
        "locale": order.language,
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "expires_at": int(order.expires_at.timestamp()),
        "metadata": marks,
        # On the payment itself too: its events may arrive first, or alone.
        "payment_intent_data": {"metadata": marks},
    }


def _checkout(session: stripe.checkout.Session) -> Checkout:
    return Checkout(
        session_id=session.id,
        status=CheckoutStatus(session.status or "open"),
        paid=session.payment_status == "paid",
        money=from_stripe(session.amount_total or 0, session.currency or ""),
        payment_intent=_id(session.payment_intent),
        url=session.url,
        idempotency_key=(session.metadata.to_dict() if session.metadata else {}).get("key"),
    )


def _refund_result(refund: stripe.Refund) -> RefundResult:
    return RefundResult(
        refund_id=refund.id,
        payment_intent=_id(refund.payment_intent) or "",
        money=from_stripe(refund.amount, refund.currency),
        state=REFUND_STATES.get(refund.status or "", RefundState.PENDING),
    )


def _event(event: stripe.Event) -> PaymentEvent:
    """An event in our words; what we do not act on is OTHER and keeps only its id and moment."""
    seen: Mapping[str, Any] = event.data.object.to_dict()
    kind = MEANINGS.get(event.type, EventKind.OTHER)
    # A completed checkout whose money is still on its way is no capture; the async event is.
    if kind is EventKind.CAPTURED and seen.get("payment_status", "paid") != "paid":
        kind = EventKind.OTHER
    facts = FACTS[kind](seen) if kind in FACTS else {}
    return PaymentEvent(event.id, kind, datetime.fromtimestamp(event.created, UTC), **facts)


def _payment_facts(seen: Mapping[str, Any]) -> dict[str, Any]:
    of_session = seen["object"] == "checkout.session"
    amount = seen.get("amount_total") if of_session else seen.get("amount_received")
    return {
        "session_id": seen["id"] if of_session else None,
        "payment_intent": _id(seen.get("payment_intent")) if of_session else seen["id"],
        "money": from_stripe(amount, seen["currency"]) if amount else None,
        "idempotency_key": (seen.get("metadata") or {}).get("key"),
    }


def _refund_facts(seen: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "refund_id": seen["id"],
        "refund_state": REFUND_STATES.get(seen.get("status") or "", RefundState.PENDING),
        "payment_intent": _id(seen.get("payment_intent")),
        "money": from_stripe(seen["amount"], seen["currency"]),
        "idempotency_key": (seen.get("metadata") or {}).get("key"),
    }


FACTS: Final[Mapping[EventKind, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    EventKind.CAPTURED: _payment_facts,
    EventKind.CHECKOUT_EXPIRED: _payment_facts,
    EventKind.PAYMENT_FAILED: _payment_facts,
    EventKind.REFUND_CHANGED: _refund_facts,
}


def _id(reference: Any) -> str | None:
    """Stripe gives a reference as an id, or as the whole thing where it was asked to expand it."""
    return reference if reference is None or isinstance(reference, str) else str(reference["id"])


def _signed_at(signature: str) -> int:
    return next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))


@asynccontextmanager
async def _our_errors(call: str) -> AsyncIterator[None]:
    """Stripe's errors in our words: worth asking again, or final. Refuses to run inside a transaction (G14)."""
    outside_only(f"stripe.{call}")
    try:
        yield
    except stripe.APIConnectionError as fault:
        raise GatewayDown("Stripe did not answer") from fault
    except stripe.StripeError as fault:
        message, status, code = fault.user_message or "Stripe said no", fault.http_status or 500, fault.code or ""
        later = status in LATER or status >= 500  # noqa: PLR2004
        raise (GatewayDown if later else GatewayRefused)(message, code=code) from fault
    except AmountNotPayable as fault:
        raise GatewayRefused(str(fault), code="amount_not_payable") from fault
