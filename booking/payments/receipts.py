"""What a receipt says: amounts, moments and references, all of it from the books' own rows."""

from dataclasses import dataclass
from datetime import datetime

from booking.kit.errors import NotFound
from booking.kit.money import Money
from booking.payments.models import Attempt, AttemptStatus, Charge, ChargeKind, Refund, RefundStatus


@dataclass(frozen=True, slots=True)
class ReceiptRefund:
    """One sum on its way back, or back: `settled_at` is None until it is."""

    code: str
    money: Money
    status: RefundStatus
    wanted_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment as the payer may keep it. `reference` is the payment company's, for questions to a bank."""

    code: str
    kind: ChargeKind
    paid: Money
    paid_at: datetime
    reference: str
    refunds: tuple[ReceiptRefund, ...]

    @property
    def kept(self) -> Money:
        """What was paid less what went back or is on its way."""
        back = (refund.money for refund in self.refunds if refund.status is not RefundStatus.FAILED)
        return Money(self.paid.amount - sum(money.amount for money in back), self.paid.currency)


async def receipt_of(charge: Charge) -> Receipt:
    """The receipt of a charge. Raises NotFound while it is unpaid."""
    attempt = await Attempt.get_or_none(charge_id=charge.id, status=AttemptStatus.PAID)
    if attempt is None or attempt.captured_at is None:
        raise NotFound
    refunds = await Refund.filter(attempt_id=attempt.id).order_by("wanted_at", "id")
    return Receipt(
        code=charge.code,
        kind=charge.kind,
        paid=attempt.captured,
        paid_at=attempt.captured_at,
        reference=attempt.payment_intent or "",
        refunds=tuple(
            ReceiptRefund(refund.code, refund.money, refund.status, refund.wanted_at, refund.settled_at)
            for refund in refunds
        ),
    )
