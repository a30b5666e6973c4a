"""What every table shares."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from tortoise import fields
from tortoise.models import Model


class Row(Model):
    """A bigint key inside; public codes, where there are any, are columns of their own."""

    id = fields.BigIntField(primary_key=True)

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """What the ORM would have made of a row that a hand-written statement read, or wrote, whole. Other columns are passed over."""
        return cls._init_from_db(**{column: row[column] for column in cls._meta.db_fields})

    class Meta:
        abstract = True


def fk(to: str, related_name: str | Literal[False] = False, **options: Any) -> Any:
    """A foreign key as the house wants it: RESTRICT, indexed, never cascading.

    Tortoise gives a foreign key no index and CASCADE unless told otherwise.
    """
    return fields.ForeignKeyField(to, related_name=related_name, on_delete=fields.RESTRICT, db_index=True, **options)
