"""Clinics, their programmes, and every version of a programme that a patient may have been shown."""

from typing import Any

from tortoise import fields

from booking.kit.models import Row, fk

# What JSON decodes to; `content.parse_content` gives it its types.
Json = dict[str, Any]


class Clinic(Row):
    """A treatment centre. Its zone is the one in which every in-person appointment is told first."""

    slug = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=160)
    # {"lines": [...], "city", "country": ISO 3166, "place": what people call where it is}
    address: Json = fields.JSONField()
    zone = fields.CharField(max_length=64)
    currency = fields.CharField(max_length=3)
    languages: list[str] = fields.JSONField()
    airport = fields.CharField(max_length=3)
    phone = fields.CharField(max_length=32)
    email = fields.CharField(max_length=254)
    # [{"name", "first": "12-24", "last": "01-02"}]: when it is closed every year, public holidays aside
    closed_yearly: list[dict[str, str]] = fields.JSONField(default=list)
    is_example = fields.BooleanField(default=False)

    class Meta:
        table = "clinic"

    @property
    def place_name(self) -> str:
        """How its clock is named beside a time: "10:00 in Antigua"."""
        return str(self.address["place"])


class Programme(Row):
    """What a clinic offers for a condition. What it says is in its versions."""

    clinic: fields.ForeignKeyRelation[Clinic] = fk("booking.Clinic")
    clinic_id: int
    slug = fields.CharField(max_length=64, unique=True)
    # The foreign key is in constraints.py: two tables that point at each other are more than Tortoise orders.
    published_version_id = fields.BigIntField(null=True)

    class Meta:
        table = "programme"


class ProgrammeVersion(Row):
    """A programme as it was published: never changed, so that what was shown can always be shown again."""

    programme: fields.ForeignKeyRelation[Programme] = fk("booking.Programme")
    programme_id: int
    number = fields.IntField()
    content: Json = fields.JSONField()
    published_at = fields.DatetimeField()

    class Meta:
        table = "programme_version"
        unique_together = (("programme", "number"),)
