from enum import StrEnum

from tortoise import fields

from booking.kit.models import Row, fk


class DocumentState(StrEnum):
    """Where a file stands. Only a READY one can be read (G26)."""

    ARRIVING = "arriving"
    READY = "ready"
    REFUSED = "refused"
    REMOVED = "removed"


class CaseKey(Row):
    """The key that everything private of one case is sealed with, itself sealed by the application's secret."""

    case = fk("booking.Case", related_name="keys")
    case_id: int
    wrapped = fields.BinaryField(null=True)
    made_at = fields.DatetimeField()
    destroyed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "case_key"


class Document(Row):
    """One uploaded record. Its bytes lie sealed under `stored_as`; what it is was found in its content."""

    code = fields.CharField(max_length=16, unique=True)
    case = fk("booking.Case", related_name="documents")
    case_id: int
    name_sealed = fields.BinaryField()
    stored_as = fields.CharField(max_length=64, unique=True)
    state = fields.CharEnumField(DocumentState, max_length=32)
    refused_because = fields.CharField(max_length=32, default="")
    media_type = fields.CharField(max_length=64, default="")
    has_password = fields.BooleanField(default=False)
    size = fields.BigIntField(null=True)
    sha256 = fields.BinaryField(null=True)
    uploaded_by = fk("booking.Person", related_name="documents", null=True)
    uploaded_by_id: int | None
    begun_at = fields.DatetimeField()
    uploaded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "document"
