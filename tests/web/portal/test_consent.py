from datetime import timedelta
from typing import Any

import httpx

from booking.accounts.viewers import Scope
from booking.consultations.models import Case, CaseStatus, Consent, DecidedAs
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.offer import offer_of
from booking.services import Services
from tests.journeys.trips import a_case, a_confirmed, helper_of
from tests.web.conftest import Visit
from tests.web.portal.pages import forms_of, text_of


async def right_answers(case: Case) -> dict[str, str]:
    content = (await offer_of(case.version_id)).content.consent
    return {f"q-{question.key}": str(question.right) for question in content.questions}


async def signing(browser: httpx.AsyncClient, case: Case, **typed: Any) -> dict[str, Any]:
    """The form as it stands on the page, answered right, and these answers besides."""
    address = f"/portal/cases/{case.code}/consent"
    [form] = forms_of(await browser.get(f"{address}?part=sign"), address)
    return {**form, **await right_answers(case), "signed_name": "Samuel Adeyemi", **typed}


async def test_what_one_should_know_is_read_one_thing_at_a_time_and_the_price_last(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.ACCEPTED, now=services.now())
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/consent"
    items = (await offer_of(case.version_id)).content.consent.items

    pages = [text_of(await browser.get(f"{address}?part={part}")) for part in range(1, len(items) + 2)]

    for item, page in zip(items, pages, strict=False):
        assert item.heading["en"] in page
    assert "You agree to plan 1." in pages[-1]
    assert "USD" in pages[-1]
    assert text_of(await browser.get(address)) == pages[0]
    assert text_of(await browser.get(f"{address}?part=77")) == pages[0]


async def test_signing_keeps_what_was_read_begins_the_time_to_think_and_mails_a_copy(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.ACCEPTED, now=services.now())
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/consent"

    signed = await browser.post(address, data=await signing(browser, case))

    page = text_of(await browser.get(address))
    given = await Consent.get(case_id=case.id)
    assert (signed.status_code, signed.headers["location"]) == (303, address)
    assert (given.as_who, given.signed_name, given.language) == (DecidedAs.PATIENT, "Samuel Adeyemi", "en")
    assert "You have time to think" in page
    assert "Fri 15 January, 09:00 in Antigua (14:00 for you)" in page
    assert "This is not an approved treatment" in page
    assert "No, it is not proven." in page
    assert (await Case.get(id=case.id)).status is CaseStatus.CONSENTED


async def test_wrong_answers_are_explained_and_everything_typed_is_kept(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.ACCEPTED, now=services.now())
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/consent"
    wrong = await signing(browser, case, **{"q-proven": "0"})
    del wrong["q-trials"]

    answer = await browser.post(address, data=wrong)

    assert answer.status_code == 422
    assert "It is not proven. The larger fair tests found no benefit." in text_of(answer)
    assert "Some trials do not take people who have had cells." in text_of(answer)
    assert 'value="Samuel Adeyemi"' in answer.text
    assert answer.text.count(" checked") == 3
    assert not await Consent.exists(case_id=case.id)


async def test_without_a_name_or_with_nonsense_nothing_is_signed(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.ACCEPTED, now=services.now())
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/consent"

    nameless = await browser.post(address, data=await signing(browser, case, signed_name=" "))
    nonsense = await browser.post(address, data=await signing(browser, case, **{"q-proven": "9" * 5000}))
    other = await browser.post(address, data=await signing(browser, case, shown="00"))

    assert (nameless.status_code, "Please write your name" in text_of(nameless)) == (422, True)
    assert nonsense.status_code == 422
    assert (other.status_code, "nothing was signed" in text_of(other)) == (409, True)
    assert not await Consent.exists(case_id=case.id)


async def test_whoever_decides_by_law_signs_for_the_patient_and_says_by_what_right(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.ACCEPTED, now=services.now())
    await helper_of(case, world.people["folake"], Scope.ACT, now=services.now())
    folake, address = await visit.as_("folake"), f"/portal/cases/{case.code}/consent"
    typed = await signing(folake, case, signed_name="Folake Adeyemi")

    without = await folake.post(address, data=typed)
    signed = await folake.post(address, data={**typed, "relationship": "daughter, power of attorney"})

    given = await Consent.get(case_id=case.id)
    assert (without.status_code, signed.status_code) == (422, 303)
    assert (given.as_who, given.relationship) == (DecidedAs.SURROGATE, "daughter, power of attorney")


async def test_who_may_only_read_reads_it_with_them_and_cannot_sign(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.ACCEPTED, now=services.now())
    await helper_of(case, world.people["folake"], Scope.READ, now=services.now())
    folake, address = await visit.as_("folake"), f"/portal/cases/{case.code}/consent"
    typed = await signing(await visit.as_("samuel"), case)

    page = text_of(await folake.get(f"{address}?part=sign"))
    refused = await folake.post(address, data={**typed, "relationship": "daughter"})
    stranger = await (await visit.as_("helene")).post(address, data=typed)

    assert "Only Samuel Adeyemi signs" in page
    assert (refused.status_code, "Only the patient gives consent" in text_of(refused)) == (403, True)
    assert stranger.status_code == 404


async def test_the_paper_is_in_the_readers_language_and_kept_in_it(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.ACCEPTED, now=services.now())
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/consent"
    browser.cookies.set("language", "es")

    page = await browser.get(address)
    signed = await browser.post(address, data=await signing(browser, case))

    assert "No es un tratamiento aprobado" in text_of(page)
    assert signed.status_code == 303
    assert (await Consent.get(case_id=case.id)).language == "es"


async def test_a_change_of_mind_is_asked_once_more_and_frees_what_was_held(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.CONSENTED, now=services.now())
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/consent"

    asked = await browser.get(f"{address}/withdraw")
    done = await browser.post(f"{address}/withdraw")
    again = await browser.post(f"{address}/withdraw")

    assert "Take your consent back?" in text_of(asked)
    assert (done.status_code, again.status_code) == (303, 409)
    assert (await Case.get(id=case.id)).status is CaseStatus.ACCEPTED
    services.now.at += timedelta(minutes=1)  # type: ignore[attr-defined]  # the tests' clock
    assert (await browser.post(address, data=await signing(browser, case))).status_code == 303
    assert "taken back on" in text_of(await browser.get(address))


async def test_once_the_trip_is_booked_the_way_back_leads_over_cancelling_it(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    booking = await a_confirmed(case, services)
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/consent/withdraw"

    page, refused = await browser.get(address), await browser.post(address)

    assert f'href="/portal/bookings/{booking.code}/cancel"' in page.text
    assert (refused.status_code, "Your trip is booked" in text_of(refused)) == (409, True)
    assert (await Case.get(id=case.id)).status is CaseStatus.BOOKED


async def test_before_a_plan_is_accepted_there_is_nothing_to_sign(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, Stage.PLANNED, now=services.now())
    browser, address = await visit.as_("samuel"), f"/portal/cases/{case.code}/consent"

    page, refused = await browser.get(address), await browser.post(address, data={"signed_name": "Samuel"})

    assert "There is nothing to sign now" in text_of(page)
    assert (refused.status_code, "Consent comes after the plan" in text_of(refused)) == (409, True)
