"""A case as one frozen value: everything that a page of the portal or the desk shows of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from booking.accounts.models import Person
from booking.accounts.viewers import Scope
from booking.bookings.models import Booking, BookingStatus
from booking.bookings.wishes import Wish
from booking.consultations.models import Case, DecidedAs, Decision
from booking.consultations.plans import PlanShown
from booking.consultations.way import State, Step, Turn
from booking.journeys.case_story import Happened
from booking.journeys.offer import Offer
from booking.kit.money import Money
from booking.kit.words import Text
from booking.messages.models import MessageStatus, SilenceReason
from booking.payments.models import ChargeKind, ChargeStatus, RefundStatus
from booking.programmes.models import Clinic, Programme
from booking.slots.windows import Window


@dataclass(frozen=True, slots=True)
class WayStep:
    """One of the nine steps. `page` names the page that it is done on, and `code` whose; both empty while there is none."""

    step: Step
    label: Text
    state: State
    turn: Turn
    page: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class RecordShown:
    """One file that the family sent. `size` is in bytes."""

    code: str
    name: str
    media_type: str
    size: int
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewShown:
    """A decision. `reasons` are empty in a file that was opened without health text, `note` for all but staff."""

    decision: Decision
    clinician: str
    decided_at: datetime
    reasons: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """A question. Without health text it says only who asked, and whether it was answered."""

    code: str
    asked_by: str
    asked_at: datetime
    answered_by: str
    answered_at: datetime | None
    text: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class ConsentShown:
    """A consent exactly as it was given: `items` as they were read, `teach_back` as it was answered."""

    id: int
    plan_number: int
    language: str
    items: tuple[Mapping[str, Any], ...]
    teach_back: tuple[Mapping[str, str], ...]
    as_who: DecidedAs
    relationship: str
    signed_name: str
    given_at: datetime
    cooling_off_until: datetime
    withdrawn_at: datetime | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class RefundShown:
    code: str
    money: Money
    status: RefundStatus
    reason: str
    wanted_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChargeShown:
    """One sum that a booking owes or owed, and what of it went back."""

    code: str
    kind: ChargeKind
    money: Money
    status: ChargeStatus
    due_on: date
    paid_at: datetime | None
    refunds: tuple[RefundShown, ...]


@dataclass(frozen=True, slots=True)
class TripSummary:
    """How much of the journey is known."""

    travellers: int
    flights: int
    stays: int
    transfers: int

    @property
    def is_empty(self) -> bool:
        return not (self.travellers or self.flights or self.stays or self.transfers)


@dataclass(frozen=True, slots=True)
class BookingShown:
    """A booking where it really stands at this moment; `trip` is told of the latest only."""

    row: Booking
    status: BookingStatus
    window: Window
    charges: tuple[ChargeShown, ...]
    trip: TripSummary | None = None

    @property
    def code(self) -> str:
        return self.row.code

    @property
    def start(self) -> date:
        """The clinic-local day of the first step."""
        return self.window.start

    @property
    def end(self) -> date:
        return self.window.end

    @property
    def aside(self) -> Window | None:
        """For staff alone: the dates that it was moved to, while the family is not told."""
        return Window.from_json(self.row.aside) if self.row.aside else None

    @property
    def refunds(self) -> tuple[RefundShown, ...]:
        return tuple(refund for charge in self.charges for refund in charge.refunds)


@dataclass(frozen=True, slots=True)
class WaitShown:
    """The case's place on the waiting list, 1 being the first, and which dates would do."""

    place: int
    is_offered: bool
    wish: Wish


@dataclass(frozen=True, slots=True)
class MessageShown:
    """One mail about the case, sent, planned or given up."""

    code: str
    occasion: str
    recipient: str
    status: MessageStatus
    due_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Helper:
    """A supporter and what they may do."""

    code: str
    name: str
    email: str
    scopes: frozenset[Scope]
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Newest first: reviews, plans, consents, bookings. Oldest first: records, questions, messages, the story.

    `allowed` is what this viewer may do for the patient: all of it if they are the patient, nothing for staff.
    `answers` and `records` are empty where health text was not asked for, or is not for this viewer.
    """

    case: Case
    clinic: Clinic
    programme: Programme
    offer: Offer
    patient: Person | None
    asked_by: Person | None
    allowed: frozenset[Scope]
    way: tuple[WayStep, ...]
    answers: tuple[tuple[Text, str], ...]
    records: tuple[RecordShown, ...]
    record_count: int
    reviews: tuple[ReviewShown, ...]
    plans: tuple[PlanShown, ...]
    questions: tuple[QuestionShown, ...]
    consents: tuple[ConsentShown, ...]
    bookings: tuple[BookingShown, ...]
    messages: tuple[MessageShown, ...]
    silences: tuple[SilenceReason, ...]
    supporters: tuple[Helper, ...]
    story: tuple[Happened, ...]
    waits: WaitShown | None = None

    @property
    def code(self) -> str:
        return self.case.code

    @property
    def now_at(self) -> WayStep | None:
        """The step that is now; None once the way has ended."""
        return next((step for step in self.way if step.state is State.NOW), None)

    @property
    def plan(self) -> PlanShown | None:
        """The plan that stands."""
        return next((plan for plan in self.plans if plan.sent_at and not plan.superseded_at), None)

    @property
    def drafts(self) -> tuple[PlanShown, ...]:
        """Plans that were written and not sent: staff alone have them in their file."""
        return tuple(plan for plan in self.plans if plan.sent_at is None)

    @property
    def review(self) -> ReviewShown | None:
        """The latest decision."""
        return self.reviews[0] if self.reviews else None

    @property
    def consent(self) -> ConsentShown | None:
        """The consent that is in force."""
        return next((consent for consent in self.consents if consent.in_force), None)

    @property
    def booking(self) -> BookingShown | None:
        """The latest booking, whatever became of it."""
        return self.bookings[0] if self.bookings else None

    @property
    def open_questions(self) -> int:
        return sum(question.answered_at is None for question in self.questions)

    def may(self, scope: Scope) -> bool:
        return scope in self.allowed
