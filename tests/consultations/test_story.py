from datetime import datetime, timedelta

import pytest

from booking.consultations import plans, questions
from booking.consultations.story import Told, story
from booking.kit.errors import NotFound
from tests.consultations.cast import Cast, a_consent, a_quote, a_request, helped_by_bob

HOUR = timedelta(hours=1)


async def test_a_case_tells_its_whole_story_in_order(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    await a_consent(case, cast, now + HOUR)
    asked = await questions.ask(case, "When?", viewer=cast.alice_views, now=now + 2 * HOUR)
    await plans.write(case, text="Six days.", quote=a_quote(), terms={}, viewer=cast.cora_views, now=now + 3 * HOUR)

    told = await story(case, viewer=cast.cora_views)

    assert [(entry.what, entry.who, entry.which) for entry in told] == [
        ("status.draft", "", ""),
        ("status.requested", "", ""),
        ("status.suitable", "Dana", ""),
        ("status.planned", "Cora", ""),
        ("status.accepted", "Alice", ""),
        ("status.consented", "Alice", ""),
        ("review.suitable", "Dana", ""),
        ("plan.written", "Cora", "1"),
        ("plan.sent", "Cora", "1"),
        ("plan.accepted", "Alice", "1"),
        ("consent.given", "Alice", "patient"),
        ("question.asked", "Alice", asked.code),
        ("plan.written", "Cora", "2"),
    ]


async def test_the_patient_and_their_supporter_do_not_see_plans_being_written_and_strangers_see_nothing(
    cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now)
    await plans.write(case, text="Five days.", quote=a_quote(), terms={}, viewer=cast.cora_views, now=now)
    bob = await helped_by_bob(case, cast, now)

    expected = [
        Told(now, "status.draft", ""),
        Told(now, "status.requested", ""),
        Told(now, "support.granted", "Alice", "Bob"),
    ]
    assert await story(case, viewer=cast.alice_views) == expected
    assert await story(case, viewer=bob) == expected
    for stranger in (cast.charlie_views, cast.cleo_views, cast.partner_views):
        with pytest.raises(NotFound):
            await story(case, viewer=stranger)
