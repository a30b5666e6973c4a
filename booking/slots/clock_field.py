"""The column for a clinic-local time of day: what the clock on its wall shows, with no offset (G21)."""

from datetime import time
from typing import Any

from tortoise.fields.base import Field
from tortoise.models import Model


class ClockField(Field[time], time):
    """A naive time, stored as `time without time zone`. Tortoise's own would give it an offset."""

    skip_to_python_if_native = True
    SQL_TYPE = "TIME"

    def to_db_value(self, value: Any, instance: type[Model] | Model) -> Any:
        if isinstance(value, time) and value.tzinfo is not None:
            raise ValueError("an opening hour carries no offset")
        return super().to_db_value(value, instance)
