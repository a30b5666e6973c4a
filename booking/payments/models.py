"""What is owed, what was tried, what came in, what goes back; and the books that say so twice."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.fields import ForeignKeyRelation

from booking.kit.models import Row, fk
from booking.kit.money import Money


class ChargeKind(StrEnum):
    DEPOSIT = "deposit"
    BALANCE = "balance"


class ChargeStatus(StrEnum):
    """`due` waits for money; `refunded` means that all of it went back; `void` will never be asked for."""

    DUE = "due"
    PAID = "paid"
    REFUNDED = "refunded"
    VOID = "void"


class AttemptStatus(StrEnum):
    """`wanted` and `open` may still bring money. `surplus` brought money that its charge could not take."""

    WANTED = "wanted"
    OPEN = "open"
    PAID = "paid"
    SURPLUS = "surplus"
    EXPIRED = "expired"


class RefundStatus(StrEnum):
    """`wanted` is promised and not yet asked of Stripe; `sent` is asked and not yet confirmed."""

    WANTED = "wanted"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"


class EntryKind(StrEnum):
    CAPTURE = "capture"
    REFUND_OWED = "refund_owed"
    REFUND_PAID = "refund_paid"
    REFUND_FAILED = "refund_failed"


class Account(StrEnum):
    """The books' accounts. A debit is positive, a credit negative."""

    STRIPE_CLEARING = "stripe_clearing"
    PATIENT_DEPOSITS = "patient_deposits"
    PATIENT_BALANCES = "patient_balances"
    SURPLUS_RECEIPTS = "surplus_receipts"
    REFUNDS_PAYABLE = "refunds_payable"


class Charge(Row):
    """One sum that a booking owes: its deposit or its balance. `due_on` is a date at the clinic."""

    code = fields.CharField(max_length=16, unique=True)
    booking = fk("booking.Booking", related_name="charges")
    booking_id: int
    kind = fields.CharEnumField(ChargeKind, max_length=32)
    amount = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    status = fields.CharEnumField(ChargeStatus, max_length=32)
    due_on = fields.DateField()
    opened_at = fields.DatetimeField()
    paid_at = fields.DatetimeField(null=True)

    class Meta:
        table = "charge"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class Attempt(Row):
    """One try at paying a charge, committed with its key before Stripe hears of it (G14).

    `captured_amount` is what really came in; `refunding_amount` what is promised back out of it.
    """

    charge: ForeignKeyRelation[Charge] = fk("booking.Charge", related_name="attempts")
    charge_id: int
    idempotency_key = fields.CharField(max_length=64, unique=True)
    session_id = fields.CharField(max_length=128, null=True, unique=True)
    url = fields.CharField(max_length=2048, null=True)
    payment_intent = fields.CharField(max_length=128, null=True, unique=True)
    status = fields.CharEnumField(AttemptStatus, max_length=32)
    currency = fields.CharField(max_length=3)
    captured_amount = fields.BigIntField(default=0)
    refunding_amount = fields.BigIntField(default=0)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    captured_at = fields.DatetimeField(null=True)

    class Meta:
        table = "attempt"

    @property
    def captured(self) -> Money:
        return Money(self.captured_amount, self.currency)

    @property
    def refundable(self) -> Money:
        return Money(self.captured_amount - self.refunding_amount, self.currency)


class Refund(Row):
    """Money promised back out of one capture. `reason` is one of our causes, never a person's words.

    `tried_at` is when Stripe was last asked, or when it was promised.
    """

    code = fields.CharField(max_length=16, unique=True)
    charge: ForeignKeyRelation[Charge] = fk("booking.Charge", related_name="refunds")
    charge_id: int
    attempt: ForeignKeyRelation[Attempt] = fk("booking.Attempt", related_name="refunds")
    attempt_id: int
    amount = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    idempotency_key = fields.CharField(max_length=64, unique=True)
    stripe_id = fields.CharField(max_length=128, null=True, unique=True)
    status = fields.CharEnumField(RefundStatus, max_length=32)
    reason = fields.CharField(max_length=32)
    wanted_at = fields.DatetimeField()
    tried_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refund"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class LedgerEntry(Row):
    """One thing that happened to money. Only ever added to; its lines sum to zero in each currency (G12)."""

    booking = fk("booking.Booking", related_name="ledger_entries")
    booking_id: int
    kind = fields.CharEnumField(EntryKind, max_length=32)
    attempt: ForeignKeyRelation[Attempt] = fk("booking.Attempt", related_name="ledger_entries")
    attempt_id: int
    refund = fk("booking.Refund", related_name="ledger_entries", null=True)
    refund_id: int | None
    at = fields.DatetimeField()

    class Meta:
        table = "ledger_entry"


class LedgerLine(Row):
    """One side of an entry: debits positive, credits negative."""

    entry: ForeignKeyRelation[LedgerEntry] = fk("booking.LedgerEntry", related_name="lines")
    entry_id: int
    account = fields.CharEnumField(Account, max_length=32)
    amount = fields.BigIntField()
    currency = fields.CharField(max_length=3)

    class Meta:
        table = "ledger_line"


class StripeEvent(Row):
    """One event that Stripe told us of. Unique by its id: the second telling changes nothing (G11).

    `payload` keeps the facts that we act on and nothing about the payer.
    """

    event_id = fields.CharField(max_length=128, unique=True)
    kind = fields.CharField(max_length=64)
    payload = fields.JSONField[dict[str, Any]]()
    happened_at = fields.DatetimeField()
    received_at = fields.DatetimeField()
    handled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "stripe_event"
