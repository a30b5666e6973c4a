from datetime import datetime, timedelta

import pytest

from booking.accounts import sessions, staff
from booking.accounts.models import Role, Session, Staff, Strength
from booking.accounts.viewers import ANONYMOUS, IDLE_FOR, Scope, viewer_of_partner_key, viewer_of_session
from tests.consultations.cast import Cast, a_request, helped_by_bob, staff_views

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


async def test_a_session_says_who_is_asking(cast: Cast, now: datetime) -> None:
    viewer = await viewer_of_session(await sessions.open_session(cast.alice.id, now=now), now)

    assert (viewer.person_id, viewer.name, viewer.strength) == (cast.alice.id, "Alice", Strength.LINK)
    assert (viewer.language, viewer.zone, viewer.signed_in_at) == ("en", "Europe/London", now)
    assert (viewer.is_patient, viewer.is_staff, viewer.is_partner, viewer.is_anonymous) == (True, False, False, False)
    assert viewer.acting_as == "person"


async def test_staff_hold_their_role_at_their_clinic_and_nowhere_else(cast: Cast, now: datetime) -> None:
    cora, dana = cast.cora_views, cast.dana_views
    admin = await staff_views("Ada", cast.clinic, Role.ADMIN, now)

    assert [viewer.is_coordinator for viewer in (cora, dana, admin)] == [True, False, True]
    assert [viewer.is_clinician for viewer in (cora, dana, admin)] == [False, True, False]
    assert [viewer.acting_as for viewer in (cora, dana, admin)] == ["coordinator", "clinician", "admin"]
    assert cora.has_role(cast.clinic.id, Role.COORDINATOR)
    assert not cora.has_role(cast.elsewhere.id, Role.COORDINATOR)
    assert (cora.clinics, cora.is_patient, cora.strength) == (
        frozenset({cast.clinic.id}),
        False,
        Strength.PASSWORD_TOTP,
    )


async def test_one_who_works_here_has_no_powers_through_a_mailed_link(cast: Cast, now: datetime) -> None:
    token = await sessions.open_session(cast.cora_views.person_id or 0, now=now)

    assert (await viewer_of_session(token, now)).roles == frozenset()


async def test_a_supporters_session_carries_what_each_patient_allowed_until_it_is_taken_back(
    cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now)

    bob = await helped_by_bob(case, cast, now, Scope.PAY)

    assert bob.supports == {(case.id, Scope.READ), (case.id, Scope.PAY)}
    assert bob.cases_with(Scope.PAY) == [case.id]
    assert bob.cases_with(Scope.ACT) == []


@pytest.mark.parametrize("token", [None, "", "nonsense", "x" * 5000])
async def test_an_unknown_session_is_nobodys(token: str | None, db: None, now: datetime) -> None:
    assert await viewer_of_session(token, now) == ANONYMOUS


async def test_a_patients_session_ends_after_fourteen_idle_days_and_in_any_case_after_sixty(
    cast: Cast, now: datetime
) -> None:
    idle = await sessions.open_session(cast.alice.id, now=now)
    used = await sessions.open_session(cast.alice.id, now=now)

    assert not (await viewer_of_session(idle, now + IDLE_FOR - MINUTE)).is_anonymous
    for day in range(0, 60, 10):
        assert not (await viewer_of_session(used, now + day * DAY)).is_anonymous
    assert (await viewer_of_session(used, now + 60 * DAY)).is_anonymous
    assert (await viewer_of_session(idle, now + 2 * IDLE_FOR)).is_anonymous


async def test_a_staff_session_ends_after_twelve_hours(cast: Cast, now: datetime) -> None:
    post = await Staff.get(person_id=cast.cora_views.person_id)
    token = await sessions.open_session(post.person_id, staff_id=post.id, now=now)

    assert (await viewer_of_session(token, now + timedelta(hours=12) - MINUTE)).is_coordinator
    assert (await viewer_of_session(token, now + timedelta(hours=12))).is_anonymous


async def test_a_session_is_marked_as_seen_at_most_every_five_minutes(cast: Cast, now: datetime) -> None:
    token = await sessions.open_session(cast.alice.id, now=now)
    row = await Session.filter(person_id=cast.alice.id).order_by("-id").first()
    assert row is not None

    seen = []
    for minutes in (1, 5, 6, 9):
        await viewer_of_session(token, now + minutes * MINUTE)
        seen.append((await Session.get(id=row.id)).seen_at - now)

    assert seen == [0 * MINUTE, 0 * MINUTE, 6 * MINUTE, 6 * MINUTE]


async def test_who_is_dismissed_is_out_with_the_next_request(cast: Cast, now: datetime) -> None:
    post = await Staff.get(person_id=cast.cora_views.person_id)
    token = await sessions.open_session(post.person_id, staff_id=post.id, now=now)

    await staff.dismiss(post.id)

    assert await viewer_of_session(token, now) == ANONYMOUS


async def test_signing_in_again_ends_the_session_that_the_browser_came_with(cast: Cast, now: datetime) -> None:
    planted = await sessions.open_session(cast.charlie.id, now=now)

    fresh = await sessions.open_session(cast.alice.id, now=now, replaces=planted)

    assert (await viewer_of_session(planted, now)).is_anonymous
    assert (await viewer_of_session(fresh, now)).person_id == cast.alice.id


async def test_one_session_or_all_of_them_are_revoked_and_nobody_elses(cast: Cast, now: datetime) -> None:
    await sessions.revoke_all(cast.alice.id, now=now)
    first = await sessions.open_session(cast.alice.id, now=now)
    second = await sessions.open_session(cast.alice.id, now=now + MINUTE)
    newest, oldest = await sessions.open_of(cast.alice.id, now=now + MINUTE)

    await sessions.revoke_one(cast.charlie.id, oldest.id, now=now)
    assert not (await viewer_of_session(first, now)).is_anonymous
    await sessions.revoke_one(cast.alice.id, oldest.id, now=now)

    assert await sessions.open_of(cast.alice.id, now=now + MINUTE) == [newest]
    assert await sessions.revoke_all(cast.alice.id, now=now) == 1
    assert (await viewer_of_session(second, now)).is_anonymous
    assert (await sessions.open_of(cast.charlie.id, now=now)) != []


async def test_sessions_long_over_are_cleared(cast: Cast, now: datetime) -> None:
    held = await Session.all().count()

    assert await sessions.clear_past(now + 40 * DAY) == 0
    assert await sessions.clear_past(now + 45 * DAY) == held


async def test_a_partners_key_is_its_system_until_it_is_revoked(cast: Cast, now: datetime) -> None:
    viewer = cast.partner_views

    assert viewer.partner is not None
    assert (viewer.is_partner, viewer.is_anonymous, viewer.person_id) == (True, False, None)
    assert (viewer.partner.clinic_id, viewer.acting_as) == (cast.clinic.id, "partner")
    assert await viewer_of_partner_key("nonsense", now) == ANONYMOUS
