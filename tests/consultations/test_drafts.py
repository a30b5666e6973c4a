from datetime import datetime, timedelta

import pytest

from booking.accounts import people
from booking.accounts.models import Person, Support
from booking.consultations import cases, drafts
from booking.consultations.models import CaseStatus, ConsultationRequest
from booking.consultations.moves import move
from booking.consultations.requests import NotComplete, read_whole
from booking.kit.errors import Invalid, WrongMoment
from tests.consultations.cast import READING, TYPED, Cast, a_draft, a_request, views

FOR_ALICE = {
    **TYPED,
    "who_asks": ["someone_else"],
    "name": ["Bob"],
    "email": ["bob@example.org"],
    "patient_name": ["Alice"],
    "relation": ["child"],
    "permission": ["agreed"],
}


async def test_a_request_is_saved_at_every_answer_and_taken_up_again_by_its_token(cast: Cast, now: datetime) -> None:
    case, token = await a_draft(cast, now)
    await drafts.save(await drafts.resume(token, now=now), {"who_asks": "self"}, now=now)
    await drafts.save(await drafts.resume(token, now=now), {"goals": "To sing again"}, now=now)

    draft = await drafts.resume(token, now=now + timedelta(days=29))

    assert (draft.case.id, draft.answers) == (case.id, {"who_asks": "self", "goals": "To sing again"})


async def test_answers_lie_sealed_in_the_database(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)

    row = await ConsultationRequest.get(case_id=case.id)

    assert row.answers_sealed is not None
    assert b"shop" not in row.answers_sealed
    assert (await drafts.read(case, viewer=cast.dana_views, now=now))["goals"] == "To walk to the shop"


async def test_a_draft_opens_only_with_its_token_and_only_for_thirty_unused_days(cast: Cast, now: datetime) -> None:
    _case, token = await a_draft(cast, now)

    for wrong, when in (("another token", now), (token, now + drafts.KEPT_FOR)):
        with pytest.raises(drafts.DraftNotFound):
            await drafts.resume(wrong, now=when)


async def test_a_sent_request_belongs_to_its_patient_and_its_token_opens_nothing_more(
    cast: Cast, now: datetime
) -> None:
    case, token = await a_draft(cast, now)
    draft = await drafts.save(await drafts.resume(token, now=now), read_whole(TYPED, reading=READING), now=now)

    await drafts.submit(draft, now=now)

    assert (case.id, CaseStatus.REQUESTED) == (draft.case.id, draft.case.status)
    assert (draft.case.patient_id, draft.case.asked_by_id) == (cast.alice.id, cast.alice.id)
    with pytest.raises(drafts.DraftNotFound):
        await drafts.resume(token, now=now)
    with pytest.raises(drafts.DraftNotFound):
        await drafts.submit(draft, now=now)
    with pytest.raises(drafts.DraftNotFound):
        await drafts.save(draft, {"goals": "Something else"}, now=now)


async def test_a_request_with_a_question_open_is_not_sent(cast: Cast, now: datetime) -> None:
    _case, token = await a_draft(cast, now)
    answers = read_whole(TYPED, reading=READING)
    del answers["goals"]
    draft = await drafts.save(await drafts.resume(token, now=now), answers, now=now)

    with pytest.raises(NotComplete) as refused:
        await drafts.submit(draft, now=now)

    assert refused.value.screen == "goals"


async def test_who_writes_for_someone_becomes_their_supporter(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now, **FOR_ALICE, patient_email=["Alice@Example.org"])
    bob = await views(cast.bob, now)

    assert (case.patient_id, case.asked_by_id) == (cast.alice.id, cast.bob.id)
    assert (await Support.get(case_id=case.id)).scopes == ["act", "pay", "read", "records"]
    assert (await cases.get(bob, case.code)).id == case.id
    assert not await cases.visible_to(cast.charlie_views).exists()


@pytest.mark.parametrize("shared", [[], ["BOB@example.org"]])
async def test_a_patient_without_an_address_of_their_own_is_still_a_person_of_their_own(
    shared: list[str], cast: Cast, now: datetime
) -> None:
    case = await a_request(cast, now, **FOR_ALICE, patient_email=shared)

    patient = await Person.get(id=case.patient_id)

    assert (patient.name, patient.email) == ("Alice", None)
    assert case.asked_by_id == cast.bob.id


async def test_more_information_brings_the_case_back_to_its_review(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now)
    with pytest.raises(WrongMoment):
        await drafts.add(case, {"medicines": "Aspirin"}, viewer=cast.alice_views, now=now)
    await move(case, CaseStatus.MORE_INFORMATION, by=cast.dana_views, now=now)

    await drafts.add(case, {"medicines": "Aspirin"}, viewer=cast.alice_views, now=now)

    assert case.status is CaseStatus.REQUESTED
    assert (await drafts.read(case, viewer=cast.dana_views, now=now))["medicines"] == "Aspirin"


async def test_a_person_we_know_is_not_renamed_by_whoever_types_their_address(cast: Cast, now: datetime) -> None:
    await a_request(cast, now, name=["Mallory"], email=["alice@example.org"])

    assert (await Person.get(id=cast.alice.id)).name == "Alice"


async def test_who_stopped_half_way_is_written_to_by_the_clock_that_they_told_later(cast: Cast, now: datetime) -> None:
    _case, token = await a_draft(cast, now)
    zora = await people.find_or_create("zora@example.org", "Zora", language="en", zone="America/Antigua", now=now)
    told = {**TYPED, "email": ["zora@example.org"], "zone": ["Africa/Lagos"], "phone": ["+234 700 000 0199"]}
    draft = await drafts.save(await drafts.resume(token, now=now), read_whole(told, reading=READING), now=now)

    await drafts.submit(draft, now=now)

    await zora.refresh_from_db()
    assert (zora.zone, zora.phone) == ("Africa/Lagos", "+2347000000199")


async def test_a_person_we_know_keeps_their_clock_whoever_types_their_address(cast: Cast, now: datetime) -> None:
    await a_request(cast, now, email=["alice@example.org"], zone=["Asia/Tokyo"])

    assert (await Person.get(id=cast.alice.id)).zone == cast.alice.zone


async def test_a_partner_sends_a_whole_request_or_is_told_every_error(cast: Cast, now: datetime) -> None:
    case = await a_request(cast, now, cast.partner_views)

    assert case.partner_id == (cast.partner_views.partner.key_id if cast.partner_views.partner else None)
    with pytest.raises(Invalid):
        await a_request(cast, now, cast.partner_views, zone=["Nowhere"])
