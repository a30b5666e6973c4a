"""Taking and giving back money by card, in our own words. `stripe.py` is the one that does it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from booking.kit.money import Money


class GatewayError(Exception):
    """The payment company did not do what was asked. `code` is its own word for why."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class GatewayDown(GatewayError):
    """No answer, or one that says "later". Ask again with the same idempotency key: it may have been done."""


class GatewayRefused(GatewayError):
    """A final no: the same request will never succeed."""


class BadSignature(GatewayError):
    """The event was not signed by the payment company, or too long ago to be believed."""


class CheckoutStatus(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


class RefundState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class EventKind(StrEnum):
    """What an event means to us. Every other kind of event is OTHER, and changes nothing."""

    CAPTURED = "captured"
    CHECKOUT_EXPIRED = "checkout_expired"
    PAYMENT_FAILED = "payment_failed"
    REFUND_CHANGED = "refund_changed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CheckoutOrder:
    """A page to be paid on. `what_for` is shown there and on statements: it never holds health data.

    `success_url` may hold `{CHECKOUT_SESSION_ID}`, which becomes the session's id. Checkouts live between 30 minutes
    and 24 hours. The idempotency key is the attempt's: the same order under it gives the same checkout.
    """

    charge_code: str
    money: Money
    what_for: str
    email: str
    language: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout as it stands. `url` is there only while it is open; `money` is what was asked for."""

    session_id: str
    status: CheckoutStatus
    paid: bool
    money: Money
    payment_intent: str | None
    url: str | None
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class RefundResult:
    refund_id: str
    payment_intent: str
    money: Money
    state: RefundState


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """Something that happened at the payment company; `money` is what was captured or refunded.

    `idempotency_key` is the attempt's or the refund's own, so that an event finds its row even if we crashed before
    storing the id that the company gave.
    """

    event_id: str
    kind: EventKind
    happened_at: datetime
    session_id: str | None = None
    payment_intent: str | None = None
    refund_id: str | None = None
    refund_state: RefundState | None = None
    money: Money | None = None
    idempotency_key: str | None = None

    def facts(self) -> dict[str, Any]:
        """What is kept of it: ids, amounts and states, nothing about the payer."""
        return {
            "session_id": self.session_id,
            "payment_intent": self.payment_intent,
            "refund_id": self.refund_id,
            "refund_state": self.refund_state,
            "amount": self.money.amount if self.money else None,
            "currency": self.money.currency if self.money else None,
            "idempotency_key": self.idempotency_key,
        }


class PaymentGateway(Protocol):
    """The payment company. Every call may raise GatewayDown or GatewayRefused, and none is made in a transaction."""

    async def start_checkout(self, order: CheckoutOrder) -> Checkout:
        """Open a page to pay on; the same order under the same key gives the same page."""
        ...

    async def expire_checkout(self, session_id: str) -> Checkout:
        """Close the page if it still is open; the checkout as it then stands, which may be paid."""
        ...

    async def find_checkout(self, session_id: str) -> Checkout: ...

    async def refund(self, payment_intent: str, money: Money, idempotency_key: str, reason: str) -> RefundResult:
        """Send money back to the card it came from; under one key, once."""
        ...

    async def find_refund(self, refund_id: str) -> RefundResult: ...

    async def events_since(self, moment: datetime) -> list[PaymentEvent]:
        """Every event since then that means something to us, oldest first: how a lost one is found (G11)."""
        ...

    def read_event(self, raw: bytes, signature: str, now: datetime) -> PaymentEvent:
        """The event in a webhook's untouched body. Raises BadSignature."""
        ...

    async def close(self) -> None: ...
