from datetime import datetime

import pytest

from booking.accounts.viewers import ANONYMOUS, SYSTEM, Scope
from booking.consultations import cases
from booking.kit.errors import NotFound
from tests.consultations.cast import Cast, a_draft, a_request, helped_by_bob


async def test_a_case_is_seen_by_its_patient_their_supporter_and_its_clinic_and_by_nobody_else(
    cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now)
    bob = await helped_by_bob(case, cast, now)

    seen = {
        "alice": await cases.visible_to(cast.alice_views).exists(),
        "bob": await cases.visible_to(bob).exists(),
        "charlie": await cases.visible_to(cast.charlie_views).exists(),
        "coordinator": await cases.visible_to(cast.cora_views).exists(),
        "clinician": await cases.visible_to(cast.dana_views).exists(),
        "another clinic": await cases.visible_to(cast.cleo_views).exists(),
        "a partner": await cases.visible_to(cast.partner_views).exists(),
        "anyone": await cases.visible_to(ANONYMOUS).exists(),
        "the worker": await cases.visible_to(SYSTEM).exists(),
    }

    assert [who for who, sees in seen.items() if sees] == ["alice", "bob", "coordinator", "clinician"]


async def test_a_strangers_case_looks_as_if_it_did_not_exist(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    with pytest.raises(NotFound) as someone_elses:
        await cases.get(cast.charlie_views, case.code)
    with pytest.raises(NotFound) as nobodys:
        await cases.get(cast.charlie_views, "LW-0000-0000")

    assert str(someone_elses.value.text) == str(nobodys.value.text)
    assert (await cases.get(cast.alice_views, case.code)).id == case.id


async def test_a_partner_sees_the_cases_it_made_and_no_other_partner_does(cast: Cast, now: datetime) -> None:
    await a_request(cast, now)
    made = await a_request(cast, now, cast.partner_views)

    assert [case.code for case in await cases.visible_to(cast.partner_views)] == [made.code]
    assert [case.code for case in await cases.visible_to(cast.other_partner_views)] == []


async def test_a_draft_is_not_on_the_desk_yet(cast: Cast, now: datetime) -> None:
    await a_draft(cast, now)

    assert await cases.visible_to(cast.cora_views) == []


async def test_a_supporter_does_what_the_patient_allowed_and_is_told_so_otherwise(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    bob = await helped_by_bob(case, cast, now, Scope.PAY)

    cases.require(cast.alice_views, case, Scope.ACT)
    cases.require(bob, case, Scope.PAY)
    with pytest.raises(cases.NotAllowedByThePatient):
        cases.require(bob, case, Scope.ACT)
    with pytest.raises(NotFound):
        cases.require(cast.charlie_views, case, Scope.READ)


async def test_dates_are_chosen_by_those_who_may_act_by_staff_and_by_the_partner_that_made_the_case(
    cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now, cast.partner_views)
    reader = await helped_by_bob(case, cast, now)

    for viewer in (cast.alice_views, cast.cora_views, cast.partner_views):
        cases.require_to_book(viewer, case)
    with pytest.raises(cases.NotAllowedByThePatient):
        cases.require_to_book(reader, case)
    for viewer in (cast.charlie_views, cast.cleo_views, cast.other_partner_views, ANONYMOUS):
        with pytest.raises(NotFound):
            cases.require_to_book(viewer, case)
