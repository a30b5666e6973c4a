"""The desk's words for the states that rows are in. Each has a word and, for its tag, a kind (see parts/journey.html)."""

from typing import Final

from booking.accounts.viewers import Scope
from booking.aftercare.models import CheckInStatus
from booking.aftercare.red_flags import Sign
from booking.bookings.models import BookingStatus
from booking.consultations.models import DecidedAs, Decision
from booking.journeys.open_board import Show
from booking.kit.words import Text, _
from booking.messages.models import MessageStatus, SilenceReason
from booking.payments.models import Account, ChargeKind, ChargeStatus, EntryKind, RefundStatus
from booking.payments.terms import RefundCause

Tag = tuple[Text, str]

SHOWS: Final[dict[Show, Text]] = {
    Show.OPEN: _("All open"),
    Show.US: _("Waiting on us"),
    Show.MINE: _("Waiting on me"),
    Show.THEM: _("Waiting on them"),
    Show.ENDED: _("Ended"),
}
DECISIONS: Final[dict[Decision, Tag]] = {
    Decision.SUITABLE: (_("Suitable"), "done"),
    Decision.NOT_SUITABLE: (_("Not suitable"), "stop"),
    Decision.MORE_INFORMATION: (_("More information"), "waiting"),
}
BOOKINGS: Final[dict[BookingStatus, Tag]] = {
    BookingStatus.HELD: (_("Held"), "waiting"),
    BookingStatus.CONFIRMED: (_("Confirmed"), "done"),
    BookingStatus.LAPSED: (_("Lapsed"), "cancelled"),
    BookingStatus.CANCELLED: (_("Cancelled"), "cancelled"),
    BookingStatus.REFUND_DUE: (_("Refund due"), "warning"),
    BookingStatus.COMPLETED: (_("Completed"), "done"),
}
CHARGE_KINDS: Final[dict[ChargeKind, Text]] = {ChargeKind.DEPOSIT: _("Deposit"), ChargeKind.BALANCE: _("Balance")}
CHARGES: Final[dict[ChargeStatus, Tag]] = {
    ChargeStatus.DUE: (_("Due"), "waiting"),
    ChargeStatus.PAID: (_("Paid"), "done"),
    ChargeStatus.REFUNDED: (_("Refunded"), "cancelled"),
    ChargeStatus.VOID: (_("No longer asked for"), "cancelled"),
}
REFUNDS: Final[dict[RefundStatus, Tag]] = {
    RefundStatus.WANTED: (_("Promised"), "waiting"),
    RefundStatus.SENT: (_("On its way"), "waiting"),
    RefundStatus.DONE: (_("Paid out"), "done"),
    RefundStatus.FAILED: (_("Failed"), "stop"),
}
CAUSES: Final[dict[str, Text]] = {
    RefundCause.CHANGE_OF_MIND: _("A change of mind"),
    RefundCause.CLINIC_DECLINED: _("The clinic declined"),
    RefundCause.HEALTH: _("The patient's health"),
    RefundCause.DATES_GONE: _("The dates were gone"),
    RefundCause.PAID_TWICE: _("Paid twice"),
    ChargeKind.DEPOSIT: CHARGE_KINDS[ChargeKind.DEPOSIT],
    ChargeKind.BALANCE: CHARGE_KINDS[ChargeKind.BALANCE],
}
ENTRIES: Final[dict[EntryKind, Text]] = {
    EntryKind.CAPTURE: _("Money came in"),
    EntryKind.REFUND_OWED: _("Refund promised"),
    EntryKind.REFUND_PAID: _("Refund paid out"),
    EntryKind.REFUND_FAILED: _("Refund failed"),
}
ACCOUNTS: Final[dict[Account, Text]] = {
    Account.STRIPE_CLEARING: _("At Stripe"),
    Account.PATIENT_DEPOSITS: _("Deposits held"),
    Account.PATIENT_BALANCES: _("Balances held"),
    Account.SURPLUS_RECEIPTS: _("Paid too much"),
    Account.REFUNDS_PAYABLE: _("Refunds to pay"),
}
MESSAGES: Final[dict[MessageStatus, Tag]] = {
    MessageStatus.PLANNED: (_("Planned"), "next"),
    MessageStatus.CLAIMED: (_("Being sent"), "now"),
    MessageStatus.TRANSMITTING: (_("Being sent"), "now"),
    MessageStatus.SENT: (_("Sent"), "done"),
    MessageStatus.FAILED: (_("Failed"), "stop"),
    MessageStatus.UNKNOWN: (_("Unknown"), "warning"),
    MessageStatus.DROPPED: (_("Too late"), "warning"),
    MessageStatus.CANCELLED: (_("Withdrawn"), "cancelled"),
}
TROUBLES: Final[dict[MessageStatus, Text]] = {
    MessageStatus.FAILED: _("It was refused and did not arrive."),
    MessageStatus.UNKNOWN: _("It was handed over and no answer came. It may have arrived."),
    MessageStatus.DROPPED: _("It could not be sent while it was still useful."),
}
OCCASIONS: Final[dict[str, Text]] = {
    "sign-in": _("Sign-in link"),
    "resume": _("Link to go on with the request"),
    "received": _("We have your request"),
    "more-information": _("We need more information"),
    "not-suitable": _("A decision that it does not suit"),
    "plan-ready": _("The plan is ready"),
    "question-answered": _("Your question is answered"),
    "may-help": _("You may help with a case"),
    "consent-copy": _("A copy of the consent"),
    "dates-held": _("Your dates are held"),
    "dates-offered": _("Dates have become free"),
    "wait-ended": _("No longer on the waiting list"),
    "confirmed": _("Your dates are confirmed"),
    "receipt": _("Receipt"),
    "dates-gone": _("The dates were gone"),
    "balance-due": _("The balance is due"),
    "documents-due": _("Documents are due"),
    "flight-check": _("Flight check"),
    "what-to-bring": _("What to bring"),
    "pick-up-tomorrow": _("Pick-up tomorrow"),
    "day-one-after": _("The day after"),
    "check-in-1": _("Check-in, day 1"),
    "check-in-3": _("Check-in, day 3"),
    "check-in-7": _("Check-in, day 7"),
    "check-in-30": _("Check-in, day 30"),
    "check-in-90": _("Check-in, day 90"),
    "check-in-180": _("Check-in, day 180"),
    "check-in-365": _("Check-in, day 365"),
    "moved": _("Your dates were moved"),
    "cancelled": _("The booking is cancelled"),
    "refunded": _("The refund was paid out"),
}
SILENCES: Final[dict[SilenceReason, Text]] = {
    SilenceReason.PAUSED: _("Paused"),
    SilenceReason.DETERIORATION: _("The patient is worse"),
    SilenceReason.DEATH: _("The patient died"),
    SilenceReason.WITHDRAWN: _("The case was withdrawn"),
    SilenceReason.ERASURE: _("The case was erased"),
}
CHECK_INS: Final[dict[CheckInStatus, Tag]] = {
    CheckInStatus.PLANNED: (_("Planned"), "next"),
    CheckInStatus.PARTIAL: (_("Answered in part"), "waiting"),
    CheckInStatus.ANSWERED: (_("Answered"), "done"),
    CheckInStatus.CANCELLED: (_("Not asked"), "cancelled"),
}
DECIDED_AS: Final[dict[DecidedAs, Text]] = {
    DecidedAs.PATIENT: _("the patient"),
    DecidedAs.SURROGATE: _("someone who may decide for the patient"),
}
SIGNS: Final[dict[Sign, Text]] = {
    Sign.NEW_WEAKNESS: _("New weakness, a drooping face, or trouble speaking or seeing"),
    Sign.FEVER: _("Fever, 38 degrees or more"),
    Sign.SEIZURE: _("A seizure"),
    Sign.CHEST_PAIN: _("Chest pain, or trouble breathing"),
}
SCOPES: Final[dict[Scope, Text]] = {
    Scope.READ: _("read"),
    Scope.ACT: _("act"),
    Scope.PAY: _("pay"),
    Scope.RECORDS: _("see records"),
}
