"""Someone opens a case: all of it as one value, in a number of statements that does not grow with the case."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from booking.accounts import audit
from booking.accounts.models import Person, Support
from booking.accounts.viewers import Scope, Viewer
from booking.bookings import waitlist
from booking.bookings.booking import status_at
from booking.bookings.models import Booking, BookingStatus, WaitStatus
from booking.bookings.wishes import Wish
from booking.consultations import cases, drafts, plans, questions, reviews, sealed_text
from booking.consultations.models import Case, CaseStatus, Consent, Plan, Question, Review
from booking.consultations.plans import PlanShown
from booking.consultations.requests import told
from booking.consultations.way import Standing, Step, Trip, way
from booking.documents import records
from booking.documents.models import Document, DocumentState
from booking.journeys.case_file import (
    BookingShown,
    CaseFile,
    ChargeShown,
    ConsentShown,
    Helper,
    MessageShown,
    QuestionShown,
    RecordShown,
    RefundShown,
    ReviewShown,
    TripSummary,
    WaitShown,
    WayStep,
)
from booking.journeys.case_story import story_of
from booking.journeys.offer import offer_of
from booking.kit.db import run_one, transaction
from booking.kit.errors import NotFound
from booking.kit.times import UTC
from booking.kit.words import Text
from booking.messages.models import Silence
from booking.messages.outbox import messages_of
from booking.payments.models import Charge, Refund
from booking.slots.windows import Window

# Where a step is done. Those of a trip are pages of the booking, once there is one.
PAGES: Final = {
    Step.REQUEST: "portal:case",
    Step.REVIEW: "portal:case",
    Step.PLAN: "portal:plan",
    Step.CONSENT: "portal:consent",
    Step.DATES: "portal:dates",
}
BOOKING_PAGES: Final = {
    Step.DATES: "portal:booking",
    Step.DEPOSIT: "portal:booking",
    Step.TRAVEL: "portal:travel",
    Step.TREATMENT: "portal:itinerary",
}
# A booking in one of these no longer stands for the case's dates.
GONE: Final = frozenset({BookingStatus.LAPSED, BookingStatus.CANCELLED})


async def open_case(
    viewer: Viewer, code: str, *, now: datetime, language: str = "", with_health: bool = False
) -> CaseFile:
    """The whole case as this viewer may see it. Leaves an audit row, and one for each kind of health text opened.

    Health text (answers, reasons, plans, questions, names of records) is opened only where it is asked for, and
    never for a partner's system. `language` is the one in which answers are told; the viewer's own by default.
    Raises NotFound for what is not theirs, Erased for health text of an erased case.
    """
    async with transaction():
        case = await _found(viewer, code)
        await audit.record(viewer, "case.read", sealed_text.subject(case), now=now)
        opened = with_health and not viewer.is_partner
        allowed = frozenset(scope for scope in Scope if cases.may(viewer, case, scope))
        bookings = await Booking.filter(case_id=case.id).order_by("-held_at", "-id")
        charges = await _charges([booking.id for booking in bookings])
        refunds = await _refunds([charge.id for charge in charges])
        shown = await _bookings(bookings, charges, refunds, now=now)
        sees_records = Scope.RECORDS in allowed or viewer.is_staff
        return CaseFile(
            case=case,
            clinic=case.clinic,
            programme=case.programme,
            offer=await offer_of(case.version_id),
            patient=case.patient,
            asked_by=case.asked_by,
            allowed=allowed,
            way=way_of(case, shown[0] if shown else None, now=now),
            answers=await _answers(case, language or viewer.language, viewer=viewer, now=now) if opened else (),
            records=await _records(case, viewer=viewer, now=now) if opened and sees_records else (),
            record_count=await Document.filter(case_id=case.id, state=DocumentState.READY).count(),
            reviews=await _reviews(case, opened=opened, viewer=viewer, now=now),
            plans=await _plans(case, opened=opened, viewer=viewer, now=now),
            questions=await _questions(case, opened=opened, viewer=viewer, now=now),
            consents=await _consents(case),
            bookings=shown,
            messages=await _messages(case, viewer),
            silences=tuple(row.reason for row in await Silence.filter(case_id=case.id, lifted_at=None).order_by("id")),
            supporters=await _supporters(case),
            story=await story_of(case, charges, refunds, viewer=viewer),
            waits=await _waits(case),
        )


def way_of(case: Case, booking: BookingShown | None, *, now: datetime) -> tuple[WayStep, ...]:
    """The nine steps, and where each that has come is done."""
    standing = Standing(case.status, booking.status.value if booking else "", _trip(booking, now))
    live = booking is not None and booking.status not in GONE
    return tuple(
        WayStep(mark.step, mark.label, mark.state, mark.turn, *_page(mark.step, case, booking if live else None))
        for mark in way(standing)
    )


def _page(step: Step, case: Case, booking: BookingShown | None) -> tuple[str, str]:
    if booking is not None and step in BOOKING_PAGES:
        return BOOKING_PAGES[step], booking.code
    return (PAGES[step], case.code) if step in PAGES else ("", "")


def _trip(booking: BookingShown | None, now: datetime) -> Trip:
    if booking is None or now < booking.row.starts_at:
        return Trip.AHEAD
    return Trip.UNDER_WAY if now < booking.row.ends_at else Trip.OVER


async def _found(viewer: Viewer, code: str) -> Case:
    around = ("clinic", "programme", "patient", "asked_by")
    case = await cases.visible_to(viewer).select_related(*around).get_or_none(code=code)
    if case is None:
        raise NotFound
    return case


async def _answers(case: Case, language: str, *, viewer: Viewer, now: datetime) -> tuple[tuple[Text, str], ...]:
    if case.status is CaseStatus.DRAFT:
        return ()
    return tuple(told(await drafts.read(case, viewer=viewer, now=now), language))


async def _records(case: Case, *, viewer: Viewer, now: datetime) -> tuple[RecordShown, ...]:
    documents = await records.records(case.id)
    if not documents:
        return ()
    await audit.record(viewer, "records.list", sealed_text.subject(case), now=now)
    names = await records.names_of(case.id, documents)
    return tuple(
        RecordShown(row.code, name, row.media_type, row.size or 0, _utc(row.uploaded_at or row.begun_at))
        for row, name in zip(documents, names, strict=True)
    )


async def _reviews(case: Case, *, opened: bool, viewer: Viewer, now: datetime) -> tuple[ReviewShown, ...]:
    rows = await Review.filter(case_id=case.id).select_related("clinician").order_by("-decided_at", "-id")
    if not opened:
        return tuple(ReviewShown(row.decision, row.clinician.name, _utc(row.decided_at)) for row in rows)
    texts = await reviews.decisions(case, viewer=viewer, now=now)
    return tuple(
        ReviewShown(row.decision, row.clinician.name, text.decided_at, text.reasons, text.note)
        for row, text in zip(rows, texts, strict=True)
    )


async def _plans(case: Case, *, opened: bool, viewer: Viewer, now: datetime) -> tuple[PlanShown, ...]:
    rows = await Plan.filter(case_id=case.id).order_by("-number")
    seen = [row for row in rows if row.sent_at is not None or viewer.is_staff]
    if opened:
        return tuple(await plans.read_all(case, seen, viewer=viewer, now=now))
    return tuple(plans.shown(row) for row in seen)


async def _questions(case: Case, *, opened: bool, viewer: Viewer, now: datetime) -> tuple[QuestionShown, ...]:
    if opened:
        return tuple(
            QuestionShown(one.code, one.asked_by, one.asked_at, one.answered_by, one.answered_at, one.text, one.answer)
            for one in await questions.asked(case, viewer=viewer, now=now)
        )
    rows = await Question.filter(case_id=case.id).select_related("asked_by", "answered_by").order_by("asked_at", "id")
    return tuple(
        QuestionShown(
            row.code,
            row.asked_by.name,
            _utc(row.asked_at),
            row.answered_by.name if row.answered_by else "",
            _utc(row.answered_at) if row.answered_at else None,
        )
        for row in rows
    )


async def _consents(case: Case) -> tuple[ConsentShown, ...]:
    rows = await Consent.filter(case_id=case.id).select_related("plan").order_by("-given_at", "-id")
    return tuple(
        ConsentShown(
            id=row.id,
            plan_number=row.plan.number,
            language=row.language,
            items=tuple(row.shown),
            teach_back=tuple(row.teach_back),
            as_who=row.as_who,
            relationship=row.relationship,
            signed_name=row.signed_name,
            given_at=_utc(row.given_at),
            cooling_off_until=_utc(row.cooling_off_until),
            withdrawn_at=_utc(row.withdrawn_at) if row.withdrawn_at else None,
            in_force=row.withdrawn_at is None and row.plan.superseded_at is None,
        )
        for row in rows
    )


async def _charges(booking_ids: Sequence[int]) -> list[Charge]:
    return await Charge.filter(booking_id__in=booking_ids).order_by("opened_at", "id") if booking_ids else []


async def _refunds(charge_ids: Sequence[int]) -> list[Refund]:
    return await Refund.filter(charge_id__in=charge_ids).order_by("wanted_at", "id") if charge_ids else []


async def _bookings(
    rows: Sequence[Booking], charges: Iterable[Charge], refunds: Iterable[Refund], *, now: datetime
) -> tuple[BookingShown, ...]:
    back: dict[int, list[RefundShown]] = defaultdict(list)
    for refund in refunds:
        back[refund.charge_id].append(_refund(refund))
    owed: dict[int, list[ChargeShown]] = defaultdict(list)
    for charge in charges:
        owed[charge.booking_id].append(_charge(charge, back[charge.id]))
    trip = await _summary(rows[0].id) if rows else None
    return tuple(
        BookingShown(
            row,
            status_at(row, now),
            Window.from_json(row.window),
            tuple(owed[row.id]),
            trip if place == 0 else None,
        )
        for place, row in enumerate(rows)
    )


def _charge(row: Charge, refunds: Iterable[RefundShown]) -> ChargeShown:
    paid_at = _utc(row.paid_at) if row.paid_at else None
    return ChargeShown(row.code, row.kind, row.money, row.status, row.due_on, paid_at, tuple(refunds))


def _refund(row: Refund) -> RefundShown:
    settled_at = _utc(row.settled_at) if row.settled_at else None
    return RefundShown(row.code, row.money, row.status, row.reason, _utc(row.wanted_at), settled_at)


SUMMARY: Final = """
    SELECT (SELECT count(*) FROM traveller WHERE booking_id = $1) AS travellers,
           (SELECT count(*) FROM flight WHERE booking_id = $1) AS flights,
           (SELECT count(*) FROM stay WHERE booking_id = $1) AS stays,
           (SELECT count(*) FROM transfer WHERE booking_id = $1) AS transfers
"""


async def _summary(booking_id: int) -> TripSummary:
    return TripSummary(**(await run_one(SUMMARY, booking_id) or {}))


async def _waits(case: Case) -> WaitShown | None:
    wait = await waitlist.of_case(case.id)
    if wait is None:
        return None
    return WaitShown(await waitlist.place_of(wait), wait.status is WaitStatus.OFFERED, Wish.of(wait))


async def _messages(case: Case, viewer: Viewer) -> tuple[MessageShown, ...]:
    """All of them for staff; for everyone else those that were written to them."""
    return tuple(
        MessageShown(
            row.code,
            row.occasion,
            row.recipient.name,
            row.status,
            _utc(row.due_at),
            _utc(row.sent_at) if row.sent_at else None,
        )
        for row in await messages_of(case.id)
        if viewer.is_staff or row.recipient_id == viewer.person_id
    )


async def _supporters(case: Case) -> tuple[Helper, ...]:
    rows = (
        await Support.filter(case_id=case.id, revoked_at=None).select_related("supporter").order_by("granted_at", "id")
    )
    return tuple(_helper(row.supporter, row) for row in rows)


def _helper(person: Person, row: Support) -> Helper:
    scopes = frozenset(Scope(scope) for scope in row.scopes)
    return Helper(person.code, person.name, person.email or "", scopes, _utc(row.granted_at))


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
