"""What every table shares."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
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
        plain, pick, others = cls._reading()
        made = cls.__new__(cls)
        known = made.__dict__
        known.update(
            zip(plain, pick(row), strict=True),
            _partial=False,
            _saved_in_db=True,
            _custom_generated_pk=False,
            _await_when_save={},
        )
        for column, name, field in others:
            value = row[column]
            ready = value is None or (type(value) is datetime and value.tzinfo is UTC)
            known[name] = value if ready else field.to_python_value(value)
        return made

    @classmethod
    @cache
    def _reading(cls) -> tuple[Sequence[str], Callable[[Mapping[str, Any]], Iterable[Any]], Sequence[Any]]:
        """The names of what is taken as it comes, what takes it from a row, and the fields that have a say of their own."""
        columns, plain, _fields = zip(*cls._meta.db_native_fields, strict=True)
        return plain, itemgetter(*columns), [*cls._meta.db_default_fields, *cls._meta.db_complex_fields]

    class Meta:
        abstract = True


def fk(to: str, related_name: str | Literal[False] = False, **options: Any) -> Any:
    """A foreign key as the house wants it: RESTRICT, indexed, never cascading.

    Tortoise gives a foreign key no index and CASCADE unless told otherwise.
    """
    return fields.ForeignKeyField(to, related_name=related_name, on_delete=fields.RESTRICT, db_index=True, **options)
