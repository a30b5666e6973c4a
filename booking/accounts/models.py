from enum import StrEnum

from tortoise import fields
from tortoise.fields import ForeignKeyNullableRelation, ForeignKeyRelation

from booking.kit.models import Row, fk


class Role(StrEnum):
    """What a member of a clinic's staff does there."""

    COORDINATOR = "coordinator"
    CLINICIAN = "clinician"
    ADMIN = "admin"


class Strength(StrEnum):
    """How a session was opened, and therefore what it may do."""

    LINK = "link"
    PASSWORD_TOTP = "password_totp"  # noqa: S105 - a name, not a password


class Person(Row):
    """Anyone we know: patient, supporter, staff.

    A patient may have no address of their own, or share one with a partner who acts for them:
    then their `email` is None and mail goes to their supporters (`support.recipients_of`).
    """

    code = fields.CharField(max_length=16, unique=True)
    email = fields.CharField(max_length=320, null=True)
    name = fields.CharField(max_length=200)
    language = fields.CharField(max_length=16)
    zone = fields.CharField(max_length=64)
    phone = fields.CharField(max_length=32, null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "person"


class Staff(Row):
    """A person's post at one clinic, with the two secrets that open it.

    One post per person: someone who works for two clinics has an address at each, so that neither
    clinic's password opens the other's records.
    """

    person: ForeignKeyRelation[Person] = fk("booking.Person", related_name="posts")
    person_id: int
    clinic = fk("booking.Clinic", related_name="staff")
    clinic_id: int
    role = fields.CharEnumField(Role, max_length=32)
    password_hash = fields.CharField(max_length=255)
    totp_sealed = fields.BinaryField()
    totp_last_step = fields.BigIntField(default=0)
    is_active = fields.BooleanField(default=True)

    class Meta:
        table = "staff"


class Session(Row):
    """One signed-in browser. The cookie holds the token; the row holds only its hash."""

    token_hash = fields.BinaryField()
    person: ForeignKeyRelation[Person] = fk("booking.Person", related_name="sessions")
    person_id: int
    staff: ForeignKeyNullableRelation[Staff] = fk("booking.Staff", related_name="sessions", null=True)
    staff_id: int | None
    strength = fields.CharEnumField(Strength, max_length=32)
    created_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "session"


class SignInLink(Row):
    token_hash = fields.BinaryField()
    person: ForeignKeyRelation[Person] = fk("booking.Person", related_name="sign_in_links")
    person_id: int
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_link"


class Support(Row):
    """A patient's permission for one supporter on one case: scoped, dated, revocable."""

    patient: ForeignKeyRelation[Person] = fk("booking.Person", related_name="supported_by")
    patient_id: int
    supporter: ForeignKeyRelation[Person] = fk("booking.Person", related_name="supports")
    supporter_id: int
    case = fk("booking.Case", related_name="supports")
    case_id: int
    scopes = fields.JSONField[list[str]]()
    granted_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "support"


class PartnerKey(Row):
    """A partner's system, allowed to bring cases to one clinic."""

    clinic = fk("booking.Clinic", related_name="partner_keys")
    clinic_id: int
    name = fields.CharField(max_length=120)
    key_hash = fields.BinaryField()
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "partner_key"


class PartnerReply(Row):
    """What we answered to one Idempotency-Key; without a status while the first request still runs."""

    partner: ForeignKeyRelation[PartnerKey] = fk("booking.PartnerKey", related_name="replies")
    partner_id: int
    key = fields.CharField(max_length=255)
    fingerprint = fields.BinaryField()
    status = fields.SmallIntField(null=True)
    body = fields.TextField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "partner_reply"


class AuditRow(Row):
    """Who did what to whose record, and in which request. Only ever added to."""

    at = fields.DatetimeField()
    person: ForeignKeyNullableRelation[Person] = fk("booking.Person", related_name="audit_rows", null=True)
    person_id: int | None
    partner: ForeignKeyNullableRelation[PartnerKey] = fk("booking.PartnerKey", related_name="audit_rows", null=True)
    partner_id: int | None
    acting_as = fields.CharField(max_length=32)
    action = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=64)
    request_id = fields.CharField(max_length=64)

    class Meta:
        table = "audit_row"


class Throttle(Row):
    """How often one key came in one window. The key is a keyed hash: no address is kept."""

    key_hash = fields.BinaryField()
    window_starts_at = fields.DatetimeField()
    window_ends_at = fields.DatetimeField()
    count = fields.IntField()

    class Meta:
        table = "throttle"
