"""What every table shares."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Self

from tortoise import fields, models
from tortoise.models import Model

# Tortoise parses the source of every model for comments that the columns get; ours have none, and it is a fifth of a process's start.
models._get_comments = lambda cls: {}  # noqa: ARG005, SLF001 - it knows no other way


class Row(Model):
    """A bigint key inside; public codes, where there are any, are columns of their own."""

    id = fields.BigIntField(primary_key=True)

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """What the ORM would have made of a row that a hand-written statement read, or wrote, whole. Other columns are passed over.

        In the ORM's own way, but that an instant which is in UTC already is not put into UTC again.
        """
        made = cls.__new__(cls)
        known = made.__dict__
        known.update(_partial=False, _saved_in_db=True, _custom_generated_pk=False, _await_when_save={})
        for column, name, _field in cls._meta.db_native_fields:
            known[name] = row[column]
        for column, name, field in (*cls._meta.db_default_fields, *cls._meta.db_complex_fields):
            value = row[column]
            ready = value is None or (type(value) is datetime and value.tzinfo is UTC)
            known[name] = value if ready else field.to_python_value(value)
        return made

    class Meta:
        abstract = True


def fk(to: str, related_name: str | Literal[False] = False, **options: Any) -> Any:
    """A foreign key as the house wants it: RESTRICT, indexed, never cascading.

    Tortoise gives a foreign key no index and CASCADE unless told otherwise.
    """
    return fields.ForeignKeyField(to, related_name=related_name, on_delete=fields.RESTRICT, db_index=True, **options)
