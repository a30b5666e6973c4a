from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.fields import ForeignKeyRelation

from booking.kit.models import Row, fk


class CaseStatus(StrEnum):
    """Where a case stands. `moves.NEXT` says what may follow what."""

    DRAFT = "draft"
    REQUESTED = "requested"
    MORE_INFORMATION = "more_information"
    UNSUITABLE = "unsuitable"
    SUITABLE = "suitable"
    PLANNED = "planned"
    ACCEPTED = "accepted"
    CONSENTED = "consented"
    BOOKED = "booked"
    TREATED = "treated"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """What a clinician decides about a request."""

    SUITABLE = "suitable"
    NOT_SUITABLE = "not_suitable"
    MORE_INFORMATION = "more_information"


class DecidedAs(StrEnum):
    """Who signs a consent: the patient, or the person who may lawfully decide for them."""

    PATIENT = "patient"
    SURROGATE = "surrogate"


class Case(Row):
    """One patient's path through one programme, in the version that they were shown."""

    code = fields.CharField(max_length=16, unique=True)
    clinic = fk("booking.Clinic", related_name="cases")
    clinic_id: int
    programme = fk("booking.Programme", related_name="cases")
    programme_id: int
    version = fk("booking.ProgrammeVersion", related_name="cases")
    version_id: int
    patient = fk("booking.Person", related_name="cases", null=True)
    patient_id: int | None
    asked_by = fk("booking.Person", related_name="asked_cases", null=True)
    asked_by_id: int | None
    partner = fk("booking.PartnerKey", related_name="cases", null=True)
    partner_id: int | None
    status = fields.CharEnumField(CaseStatus, max_length=32)
    language = fields.CharField(max_length=16)
    zone = fields.CharField(max_length=64)
    # The first clinic-local day on which staff let the treatment begin: records awaited, not fit to fly yet.
    not_before = fields.DateField(null=True)
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "case"


class CaseEvent(Row):
    """One move of a case. Only ever added to. The note never holds health data."""

    case: ForeignKeyRelation[Case] = fk("booking.Case", related_name="events")
    case_id: int
    status = fields.CharEnumField(CaseStatus, max_length=32)
    at = fields.DatetimeField()
    by = fk("booking.Person", related_name="case_events", null=True)
    by_id: int | None
    note = fields.CharField(max_length=200, default="")

    class Meta:
        table = "case_event"


class ConsultationRequest(Row):
    """The answers of a request, sealed with the case's key; resumable by token until it is sent."""

    case: ForeignKeyRelation[Case] = fk("booking.Case", related_name="requests")
    case_id: int
    answers_sealed = fields.BinaryField(null=True)
    resume_hash = fields.BinaryField()
    resume_until = fields.DatetimeField()
    changed_at = fields.DatetimeField()
    submitted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "consultation_request"


class Review(Row):
    """A clinician's decision about a case, with reasons for the patient and a note among staff."""

    case: ForeignKeyRelation[Case] = fk("booking.Case", related_name="reviews")
    case_id: int
    clinician = fk("booking.Person", related_name="reviews")
    clinician_id: int
    decision = fields.CharEnumField(Decision, max_length=32)
    reasons_sealed = fields.BinaryField()
    note_sealed = fields.BinaryField(null=True)
    decided_at = fields.DatetimeField()

    class Meta:
        table = "review"


class Plan(Row):
    """One numbered plan and quote for a case. What was sent never changes: a new plan supersedes it."""

    case: ForeignKeyRelation[Case] = fk("booking.Case", related_name="plans")
    case_id: int
    number = fields.IntField()
    text_sealed = fields.BinaryField()
    quote = fields.JSONField[list[dict[str, Any]]]()
    currency = fields.CharField(max_length=3)
    total = fields.BigIntField()
    deposit = fields.BigIntField()
    terms = fields.JSONField[Any]()
    written_by = fk("booking.Person", related_name="written_plans", null=True)
    written_by_id: int | None
    written_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    accepted_at = fields.DatetimeField(null=True)
    accepted_by = fk("booking.Person", related_name="accepted_plans", null=True)
    accepted_by_id: int | None
    superseded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "plan"
        unique_together = (("case", "number"),)


class Question(Row):
    """What a patient asks about their case, and what staff answer."""

    code = fields.CharField(max_length=16, unique=True)
    case: ForeignKeyRelation[Case] = fk("booking.Case", related_name="questions")
    case_id: int
    asked_by = fk("booking.Person", related_name="questions")
    asked_by_id: int
    text_sealed = fields.BinaryField()
    asked_at = fields.DatetimeField()
    answer_sealed = fields.BinaryField(null=True)
    answered_by = fk("booking.Person", related_name="answers", null=True)
    answered_by_id: int | None
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "question"


class Consent(Row):
    """Exactly what was shown, to whom, in which language and when; and who decided."""

    case: ForeignKeyRelation[Case] = fk("booking.Case", related_name="consents")
    case_id: int
    plan: ForeignKeyRelation[Plan] = fk("booking.Plan", related_name="consents")
    plan_id: int
    language = fields.CharField(max_length=16)
    shown = fields.JSONField[list[dict[str, Any]]]()
    shown_sha256 = fields.BinaryField()
    teach_back = fields.JSONField[list[dict[str, Any]]]()
    given_by = fk("booking.Person", related_name="consents")
    given_by_id: int
    as_who = fields.CharEnumField(DecidedAs, max_length=32)
    relationship = fields.CharField(max_length=120, default="")
    signed_name = fields.CharField(max_length=200)
    given_at = fields.DatetimeField()
    cooling_off_until = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)
    withdrawn_by = fk("booking.Person", related_name="withdrawn_consents", null=True)
    withdrawn_by_id: int | None

    class Meta:
        table = "consent"
