"""The interpreter that a family wishes: said once, with dates that it held or waits for, it is remembered for the case."""

from collections.abc import Collection
from typing import Final

from booking.consultations.models import Case
from booking.kit.db import run, run_one
from booking.kit.json_text import value_of
from booking.slots.windows import Window

# The latest word counts, a "no" too.
WISHED: Final = """
SELECT interpreter, "window" FROM (
    SELECT interpreter, NULL::jsonb AS "window", since AS at FROM wait WHERE case_id = $1
    UNION ALL
    SELECT NULL, "window", held_at FROM booking WHERE case_id = $1
) AS said ORDER BY at DESC LIMIT 1"""

INTERPRETERS: Final = "SELECT id FROM resource WHERE clinic_id = $1 AND kind = 'interpreter'"


async def wished_interpreter(case: Case) -> str | None:
    """The language of the interpreter whom the family wished for last, or None."""
    row = await run_one(WISHED, case.id)
    if row is None or row["window"] is None:
        return row["interpreter"] if row else None
    return await interpreter_in(Window.from_json(value_of(row["window"])), case)


async def interpreter_in(window: Window, case: Case) -> str | None:
    """The language of the interpreter that the window is with, or None: whoever chooses it wishes that."""
    return wished_in(window, await interpreters_of(case.clinic_id), case)


async def interpreters_of(clinic_id: int) -> frozenset[int]:
    """All that the clinic has, or had."""
    return frozenset([row["id"] for row in await run(INTERPRETERS, clinic_id)])


def wished_in(window: Window, interpreters: Collection[int], case: Case) -> str | None:
    """The same among these interpreters. What was asked of them counts, not what they can do by now; of several languages the case's own."""
    served = (each for step in window.steps for each in step.asked())
    asked = [skill for one, asks in served if one in interpreters for skill in asks.split()]
    return case.language if case.language in asked else next(iter(asked), None)
