"""The interpreter that a family wishes: said once, with dates that it held or waits for, it is remembered for the case."""

from typing import Final

from booking.consultations.models import Case
from booking.kit.db import run_one
from booking.slots.windows import Window

# The language of the interpreter among these resources: of several languages it is the case's own that was wished.
SPOKEN: Final = """
SELECT CASE WHEN skills ? $2 THEN $2 ELSE skills ->> 0 END AS spoken
  FROM resource WHERE kind = 'interpreter' AND id IN ({resources}) ORDER BY id LIMIT 1"""

IN_WINDOW: Final = SPOKEN.format(resources="SELECT unnest($1::bigint[])")

OF_BOOKING: Final = SPOKEN.format(
    resources="""
    SELECT one::bigint FROM jsonb_array_elements(b."window" -> 'steps') AS step,
           jsonb_array_elements_text(step -> 'resources') AS one"""
)

# The latest word counts, a "no" too.
WISHED: Final = f"""
SELECT spoken FROM (
    SELECT interpreter AS spoken, since AS at FROM wait WHERE case_id = $1
    UNION ALL
    SELECT ({OF_BOOKING}), b.held_at FROM booking b WHERE b.case_id = $1
) AS said ORDER BY at DESC LIMIT 1"""  # noqa: S608 - our own texts


async def wished_interpreter(case: Case) -> str | None:
    """The language of the interpreter whom the family wished for last, or None."""
    row = await run_one(WISHED, case.id, case.language)
    return row["spoken"] if row else None


async def interpreter_in(window: Window, case: Case) -> str | None:
    """The language of the interpreter that the window is with, or None: whoever chooses it wishes that."""
    row = await run_one(IN_WINDOW, sorted({one for step in window.steps for one in step.resources}), case.language)
    return row["spoken"] if row else None
