"""A case's whole story as values, in order. Journeys put bookings, payments and messages beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking.accounts.viewers import Viewer
from booking.consultations.cases import within
from booking.consultations.models import Case
from booking.kit.db import run
from booking.kit.errors import NotFound
from booking.kit.times import UTC


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened: `what` is a word such as `status.requested` or `plan.sent`, `which` its number or code.

    No health text: whoever shows the story opens that with the reader's own right.
    """

    at: datetime
    what: str
    who: str
    which: str = ""


TELL: Final = """
    SELECT told.at, told.what, coalesce(person.name, '') AS who, told.which FROM (
        SELECT at, 0 AS place, id, 'status.' || status AS what, by_id AS by, note AS which
          FROM case_event WHERE case_id = $1
        UNION ALL SELECT decided_at, 1, id, 'review.' || decision, clinician_id, '' FROM review WHERE case_id = $1
        UNION ALL SELECT written_at, 2, id, 'plan.written', written_by_id, number::text FROM plan WHERE case_id = $1
        UNION ALL SELECT sent_at, 3, id, 'plan.sent', written_by_id, number::text FROM plan
                   WHERE case_id = $1 AND sent_at IS NOT NULL
        UNION ALL SELECT accepted_at, 4, id, 'plan.accepted', accepted_by_id, number::text FROM plan
                   WHERE case_id = $1 AND accepted_at IS NOT NULL
        UNION ALL SELECT superseded_at, 5, id, 'plan.replaced', NULL, number::text FROM plan
                   WHERE case_id = $1 AND superseded_at IS NOT NULL
        UNION ALL SELECT asked_at, 6, id, 'question.asked', asked_by_id, code FROM question WHERE case_id = $1
        UNION ALL SELECT answered_at, 7, id, 'question.answered', answered_by_id, code FROM question
                   WHERE case_id = $1 AND answered_at IS NOT NULL
        UNION ALL SELECT given_at, 8, id, 'consent.given', given_by_id, as_who FROM consent WHERE case_id = $1
        UNION ALL SELECT withdrawn_at, 9, id, 'consent.withdrawn', withdrawn_by_id, '' FROM consent
                   WHERE case_id = $1 AND withdrawn_at IS NOT NULL
        UNION ALL SELECT granted_at, 10, support.id, 'support.granted', patient_id, person.name
                    FROM support JOIN person ON person.id = supporter_id WHERE case_id = $1
        UNION ALL SELECT revoked_at, 11, support.id, 'support.revoked', patient_id, person.name
                    FROM support JOIN person ON person.id = supporter_id WHERE case_id = $1 AND revoked_at IS NOT NULL
    ) AS told LEFT JOIN person ON person.id = told.by
    ORDER BY told.at, told.place, told.id
"""


async def story(case: Case, *, viewer: Viewer) -> list[Told]:
    """Everything that happened in a case that the viewer may see, the first first. Raises NotFound.

    A plan that was not sent yet is left out for everyone but staff.
    """
    if not await Case.filter(within(viewer), id=case.id).exists():
        raise NotFound
    rows = await run(TELL, case.id)
    hidden = frozenset() if viewer.is_staff else frozenset({"plan.written"})
    return [
        Told(row["at"].astimezone(UTC), row["what"], row["who"], row["which"])
        for row in rows
        if row["what"] not in hidden
    ]
