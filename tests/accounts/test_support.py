from datetime import datetime, timedelta

import pytest

from booking.accounts import people, support
from booking.accounts.models import Support
from booking.accounts.support import Supporter
from booking.accounts.viewers import Scope
from booking.consultations import cases
from booking.kit.errors import NotFound
from tests.consultations.cast import Cast, a_request, helped_by_bob, views


async def test_a_supporter_sees_a_case_from_the_patients_permission_until_it_is_taken_back(
    cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now)
    assert not await cases.visible_to(await views(cast.bob, now)).exists()

    assert await cases.visible_to(await helped_by_bob(case, cast, now)).exists()

    await support.revoke(cast.alice.id, case.id, cast.bob.id, now=now)
    assert not await cases.visible_to(await views(cast.bob, now)).exists()
    assert await support.supporters_of(case.id) == []


async def test_what_is_allowed_is_replaced_and_always_includes_reading(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    await support.grant(cast.alice.id, case.id, cast.bob.id, {Scope.ACT, Scope.PAY}, now=now)
    await support.grant(cast.alice.id, case.id, cast.bob.id, {Scope.RECORDS}, now=now + timedelta(hours=1))

    assert await support.supporters_of(case.id) == [
        Supporter(
            cast.bob.id,
            cast.bob.code,
            "Bob",
            frozenset({Scope.READ, Scope.RECORDS}),
            now + timedelta(hours=1),
        )
    ]
    assert await Support.filter(case_id=case.id).count() == 2


async def test_nobody_gives_away_anothers_case(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    with pytest.raises(NotFound):
        await support.grant(cast.charlie.id, case.id, cast.bob.id, {Scope.READ}, now=now)
    await helped_by_bob(case, cast, now)
    await support.revoke(cast.charlie.id, case.id, cast.bob.id, now=now)

    assert len(await support.supporters_of(case.id)) == 1


async def test_a_permission_is_for_someone_else_and_for_something(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    with pytest.raises(support.NothingAllowed):
        await support.grant(cast.alice.id, case.id, cast.bob.id, set(), now=now)
    with pytest.raises(support.SupportsThemselves):
        await support.grant(cast.alice.id, case.id, cast.alice.id, {Scope.READ}, now=now)


async def test_a_cases_mail_goes_to_the_patient_and_to_their_supporters_who_have_an_address(
    cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now)
    assert [who.id for who in await support.recipients_of(case.id)] == [cast.alice.id]
    await helped_by_bob(case, cast, now)
    silent = await people.create_without_email("Ben", language="en", zone="UTC", now=now)
    await support.grant(cast.alice.id, case.id, silent.id, {Scope.READ}, now=now)

    assert [who.id for who in await support.recipients_of(case.id)] == sorted([cast.alice.id, cast.bob.id])
