"""What every table shares."""

from typing import Any, Literal

from tortoise import fields
from tortoise.models import Model


class Row(Model):
    """A bigint key inside; public codes, where there are any, are columns of their own."""

    id = fields.BigIntField(primary_key=True)

    class Meta:
        abstract = True


def fk(to: str, related_name: str | Literal[False] = False, **options: Any) -> Any:
    """A foreign key as the house wants it: RESTRICT, indexed, never cascading.

    Tortoise gives a foreign key no index and CASCADE unless told otherwise.
    """
    return fields.ForeignKeyField(to, related_name=related_name, on_delete=fields.RESTRICT, db_index=True, **options)
