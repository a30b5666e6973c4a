from datetime import datetime

import pytest

from booking.consultations.checks import INVARIANTS
from booking.consultations.models import Case, CaseStatus
from booking.kit.db import execute, run
from tests.consultations.cast import Cast, a_consent, a_draft, a_request


async def broken() -> list[str]:
    return [promise for promise, sql in INVARIANTS.items() if await run(sql)]


async def test_what_the_functions_leave_behind_breaks_no_promise(cast: Cast, now: datetime) -> None:
    await a_draft(cast, now)
    await a_consent(await a_request(cast, now), cast, now)
    await a_request(cast, now, cast.partner_views)

    assert await broken() == []


@pytest.mark.parametrize(
    ("breaking", "promises"),
    [
        (
            "UPDATE consent SET withdrawn_at = given_at, withdrawn_by_id = given_by_id",
            ["a case that may be booked has a consent in force"],
        ),
        ("UPDATE consultation_request SET submitted_at = NULL", ["a request that was sent has left the draft"]),
        (
            "UPDATE review SET decided_at = decided_at + interval '1 s'",
            ["G25 every decision of a clinician left its audit row"],
        ),
        (
            "UPDATE staff SET clinic_id = (SELECT max(id) FROM clinic)",
            ["G27 a review is by a clinician of the case's clinic"],
        ),
    ],
)
async def test_a_broken_promise_is_found(breaking: str, promises: list[str], cast: Cast, now: datetime) -> None:
    await a_consent(await a_request(cast, now), cast, now)

    await execute(breaking)

    assert await broken() == promises


async def test_a_status_written_past_the_gate_is_found(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    await Case.filter(id=case.id).update(status=CaseStatus.SUITABLE)

    assert await broken() == ["a case stands where its last event says"]
