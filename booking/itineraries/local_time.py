"""The column for a planned local time: what a clock on the wall will show, with no offset (G21)."""

from datetime import datetime
from typing import Any

from tortoise.fields.base import Field
from tortoise.models import Model


class LocalTimeField(Field[datetime], datetime):
    """A naive datetime, stored as `timestamp without time zone`. Its zone stands in a column beside it."""

    skip_to_python_if_native = True
    SQL_TYPE = "TIMESTAMP"

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        if isinstance(value, datetime) and value.tzinfo is not None:
            raise ValueError("a planned local time carries no offset")
        return super().to_db_value(value, instance)
