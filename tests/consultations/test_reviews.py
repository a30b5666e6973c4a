from datetime import datetime

import pytest

from booking.accounts.models import AuditRow
from booking.consultations import reviews
from booking.consultations.models import CaseStatus, Decision, Review
from booking.kit.errors import Invalid
from tests.consultations.cast import Cast, a_request


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        (Decision.SUITABLE, CaseStatus.SUITABLE),
        (Decision.NOT_SUITABLE, CaseStatus.UNSUITABLE),
        (Decision.MORE_INFORMATION, CaseStatus.MORE_INFORMATION),
    ],
)
async def test_a_clinician_decides_with_reasons(
    decision: Decision, status: CaseStatus, cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now)

    await reviews.decide(case, decision, reasons="Because.", note="See scan.", viewer=cast.dana_views, now=now)

    told = await reviews.decisions(case, viewer=cast.alice_views, now=now)
    among_staff = await reviews.decisions(case, viewer=cast.cora_views, now=now)
    dana = cast.dana_views.person_id or 0
    assert case.status is status
    assert told == [reviews.Decided(decision, "Because.", "", dana, now)]
    assert among_staff == [reviews.Decided(decision, "Because.", "See scan.", dana, now)]


async def test_nobody_but_the_clinics_clinician_decides(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    for viewer in (cast.alice_views, cast.charlie_views, cast.cora_views, cast.cleo_views, cast.partner_views):
        with pytest.raises(reviews.OnlyAClinician):
            await reviews.decide(case, Decision.SUITABLE, reasons="It may.", viewer=viewer, now=now)

    assert not await Review.exists()


async def test_a_decision_without_reasons_is_refused(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    with pytest.raises(Invalid):
        await reviews.decide(case, Decision.NOT_SUITABLE, reasons=" ", viewer=cast.dana_views, now=now)

    assert case.status is CaseStatus.REQUESTED


async def test_writing_and_reading_a_review_leave_audit_rows(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    await reviews.decide(case, Decision.SUITABLE, reasons="It may help.", viewer=cast.dana_views, now=now)
    await reviews.decisions(case, viewer=cast.alice_views, now=now)

    rows = await AuditRow.filter(subject=f"case {case.code}", action__startswith="review").order_by("id")

    assert [(row.action, row.acting_as, row.person_id) for row in rows] == [
        ("review.write", "clinician", cast.dana_views.person_id),
        ("review.read", "person", cast.alice.id),
    ]
