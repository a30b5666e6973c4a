"""Choosing dates and holding them, as a patient's browser meets it."""

import re
from datetime import date, timedelta

from booking.bookings.models import Booking
from booking.consultations.models import Case
from booking.demo.ready import Stage
from booking.demo.world import World
from booking.journeys.release_hold import release_hold
from booking.kit.db import execute
from booking.services import Services
from tests.journeys.trips import a_case, a_confirmed, a_hold, patient_of, tokens
from tests.journeys.waiting import close_but, joins, offer_to
from tests.web.conftest import Visit
from tests.web.portal.pages import forms_of, text_of


async def test_the_first_month_with_free_dates_is_shown_in_two_clocks(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    samuel = await visit.as_("samuel")

    page = await samuel.get(f"/portal/cases/{case.code}/dates")

    offered = [form["window"] for form in forms_of(page, f"/portal/cases/{case.code}/hold")]
    assert offered == await tokens(case, services, date(2027, 1, 1), date(2027, 1, 31))
    assert "08:30 in Antigua (13:30 for you)" in text_of(page)


async def test_a_window_is_held_and_its_page_comes_next(visit: Visit, world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    samuel = await visit.as_("samuel")
    page = await samuel.get(f"/portal/cases/{case.code}/dates?month=2027-04")

    answer = await samuel.post(
        f"/portal/cases/{case.code}/hold", data=forms_of(page, f"/portal/cases/{case.code}/hold")[0]
    )

    booking = await Booking.get(case_id=case.id)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/portal/bookings/{booking.code}")
    assert "Your dates are kept for you" in text_of(await samuel.get(answer.headers["location"]))
    assert "You have dates already" in text_of(await samuel.get(f"/portal/cases/{case.code}/dates"))


async def test_who_comes_second_is_offered_the_nearest_free_dates(
    visit: Visit, world: World, services: Services
) -> None:
    case, other = await a_case(world, now=services.now()), await a_case(world, who="helene", now=services.now())
    token = (await tokens(case, services))[5]
    held = await a_hold(case, services, token)
    await execute(
        "INSERT INTO closure (resource_id, first_day, last_day, reason) SELECT id, $1, $2, 'away' FROM resource",
        held.starts_at.date(),
        held.ends_at.date(),
    )
    helene = await visit.as_("helene")

    answer = await helene.post(f"/portal/cases/{other.code}/hold", data={"window": token})
    nearest = forms_of(answer, f"/portal/cases/{other.code}/hold")

    assert (answer.status_code, len(nearest)) == (409, 3)
    assert "Those dates were taken a moment ago" in text_of(answer)
    assert (await helene.post(f"/portal/cases/{other.code}/hold", data=nearest[0])).status_code == 303


async def test_a_month_without_dates_says_why_and_when_there_are_some(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    await execute("DELETE FROM opening_hours WHERE resource_id IN (SELECT id FROM resource WHERE kind = 'bed')")
    samuel = await visit.as_("samuel")

    no_bed = await samuel.get(f"/portal/cases/{case.code}/dates?month=2027-04")
    no_wish = await samuel.get(f"/portal/cases/{case.code}/dates?month=2027-04&interpreter=tlh")
    past = await samuel.get(f"/portal/cases/{case.code}/dates?month=2019-01")

    assert [page.status_code for page in (no_bed, no_wish, past)] == [200, 200, 200]
    assert "Beds: too few at these times. Everything else that your treatment needs would be free." in text_of(no_bed)
    assert "We have no free dates in the next 18 months" in text_of(no_bed)
    assert "We have none with this interpreter in the next 18 months" in text_of(no_wish)
    assert "This month is not open yet, or has passed" in text_of(past)


async def test_whoever_cannot_come_on_any_day_is_not_told_that_the_clinic_has_none(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    samuel = await visit.as_("samuel")

    never = "&".join(f"off={day}" for day in range(7))
    said = text_of(await samuel.get(f"/portal/cases/{case.code}/dates?month=2027-04&{never}"))

    assert "None of the dates in the next 18 months suits your wishes." in said
    assert "We have no free dates" not in said


async def test_an_interpreter_on_leave_is_said_to_be_and_until_when(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    await execute(
        """INSERT INTO closure (resource_id, first_day, last_day, reason)
           SELECT id, '2027-03-30', '2027-05-14', 'Leave' FROM resource WHERE skills ? 'fr'"""
    )
    samuel = await visit.as_("samuel")

    said = text_of(await samuel.get(f"/portal/cases/{case.code}/dates?month=2027-04&interpreter=fr"))

    assert "There are dates in this month, but none with the interpreter that you wish." in said
    assert "Interpreters: closed or away from Tuesday 30 March 2027 to Friday 14 May 2027." in said


async def test_what_is_left_of_a_month_after_the_first_day_is_all_that_is_spoken_of(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    await Case.filter(id=case.id).update(not_before=date(2027, 4, 29))
    samuel = await visit.as_("samuel")

    said = text_of(await samuel.get(f"/portal/cases/{case.code}/dates?month=2027-04"))

    assert "No dates are free in April 2027" in said
    assert "You can start from Thursday 29 April 2027 on, so only what is left of the month counts." in said
    assert "The clinic has set this day for you." in said


async def test_a_month_in_which_the_chairs_are_closed_says_from_when_to_when(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    await execute(
        """INSERT INTO closure (resource_id, first_day, last_day, reason)
           SELECT id, '2027-03-30', '2027-05-14', 'New floor' FROM resource WHERE kind = 'infusion-chair'"""
    )
    samuel = await visit.as_("samuel")

    closed = text_of(await samuel.get(f"/portal/cases/{case.code}/dates?month=2027-04"))

    assert "Chairs for the drip: closed or away from Tuesday 30 March 2027 to Friday 14 May 2027" in closed
    assert "The first free dates after that start on" in closed


async def test_days_that_do_not_suit_are_left_out_and_the_best_come_first(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    samuel = await visit.as_("samuel")
    path = f"/portal/cases/{case.code}/dates"

    async def starts(wishes: str) -> list[str]:
        page = await samuel.get(f"{path}?month=2027-04&{wishes}")
        return re.findall(r"window-dates[^>]*>\w+ (\d+)", page.text)

    every = await starts("order=fewest-weekend-days")
    assert sorted(every, key=int) == await starts("")
    assert every != await starts("")
    assert [day for day in await starts("away_first=2027-04-01&away_last=2027-04-20") if int(day) < 21] == []
    assert {date(2027, 4, int(day)).weekday() for day in await starts("off=0&off=5")} <= {1}
    none = text_of(await samuel.get(f"{path}?month=2027-04&off=0&off=1&off=2&off=3&off=4"))
    assert "There are dates in this month, but none that suit your wishes." in none
    wrong = text_of(await samuel.get(f"{path}?month=2027-04&away_first=2027-04-09&away_last=2027-04-02"))
    assert "The last day is before the first." in wrong


async def test_dates_are_offered_and_held_from_the_case_s_first_day_on(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    early = (await tokens(case, services, date(2027, 4, 1), date(2027, 4, 30)))[0]
    baptiste = await visit.as_("baptiste")
    refused = await baptiste.post(f"/desk/cases/{case.code}/first-day", data={"day": "2029-05-10"})
    said = await baptiste.post(f"/desk/cases/{case.code}/first-day", data={"day": "2027-05-10"})
    assert (refused.status_code, said.status_code) == (422, 303)
    assert "Not before Monday 10 May 2027" in text_of(await baptiste.get(f"/desk/cases/{case.code}"))
    samuel, path = await visit.as_("samuel"), f"/portal/cases/{case.code}"

    april = text_of(await samuel.get(f"{path}/dates?month=2027-04"))
    may = await samuel.get(f"{path}/dates?month=2027-05")
    answer = await samuel.post(f"{path}/hold", data={"window": early})

    assert "Your treatment can start from Monday 10 May 2027 on" in april
    assert "The clinic has set this day for you." in april
    assert re.findall(r"window-dates[^>]*>\w+ (\d+)", may.text)[0] == "10"
    assert answer.status_code == 422
    assert "your treatment can start from Monday 10 May 2027 on" in text_of(answer)


async def test_another_language_shows_the_same_month_with_the_same_wishes(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    samuel, asked = await visit.as_("samuel"), f"/portal/cases/{case.code}/dates?month=2027-04&interpreter=fr"

    [switch, *_others] = forms_of(await samuel.get(asked), "/language")
    answer = await samuel.post("/language", data={**switch, "language": "es"})

    assert answer.headers["location"] == asked
    assert "abril de 2027" in text_of(await samuel.get(asked))


async def test_dates_are_for_the_cases_own_people_after_consent(visit: Visit, world: World, services: Services) -> None:
    ready = await a_case(world, now=services.now())
    early = await a_case(world, Stage.ACCEPTED, "helene", now=services.now())
    samuel, helene = await visit.as_("samuel"), await visit.as_("helene")

    assert (await helene.get(f"/portal/cases/{ready.code}/dates")).status_code == 404
    assert (await helene.post(f"/portal/cases/{ready.code}/hold", data={"window": "x"})).status_code == 404
    assert (await helene.get(f"/portal/cases/{early.code}/dates")).status_code == 409
    assert (await samuel.post(f"/portal/cases/{ready.code}/hold", data={"window": "x"})).status_code == 422
    assert (await samuel.post(f"/portal/cases/{ready.code}/hold", data={})).status_code == 422


async def test_the_interpreter_that_was_wished_once_is_remembered(
    visit: Visit, world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now())
    samuel, dates = await visit.as_("samuel"), f"/portal/cases/{case.code}/dates?month=2027-04"
    page = await samuel.get(f"{dates}&interpreter=fr")
    held = await samuel.post(
        f"/portal/cases/{case.code}/hold", data=forms_of(page, f"/portal/cases/{case.code}/hold")[0]
    )
    await samuel.post(f"{held.headers['location']}/release")

    again, waits = await samuel.get(dates), await samuel.get(f"/portal/cases/{case.code}/waitlist?month=2027-04")

    chosen = re.compile(r'<option value="(\w+)" selected>(?:French|No)<')
    assert [chosen.findall(shown.text) for shown in (again, waits)] == [["fr"], ["fr"]]
    assert {form["interpreter"] for form in forms_of(again, f"/portal/cases/{case.code}/hold")} == {"fr"}
    without = await samuel.get(f"{dates}&interpreter=")
    assert {form.get("interpreter") for form in forms_of(without, f"/portal/cases/{case.code}/hold")} == {None}


async def test_other_dates_are_taken_in_place_of_those_that_are_held_which_stay_until_then(
    visit: Visit, world: World, services: Services
) -> None:
    case, other = await a_case(world, now=services.now()), await a_case(world, who="helene", now=services.now())
    first, second, third, *_ = await tokens(case, services)
    held = await a_hold(case, services, first)
    samuel = await visit.as_("samuel")
    dates, exchange = f"/portal/cases/{case.code}/dates?month=2027-04", f"/portal/bookings/{held.code}/dates"

    page = await samuel.get(dates)
    offered = [form["window"] for form in forms_of(page, exchange)]

    assert f'{dates}"' in (await samuel.get(f"/portal/bookings/{held.code}")).text
    assert "They stay yours until you have taken others." in text_of(page)
    assert (text_of(page).count("You have these dates"), first in offered) == (1, False)
    assert forms_of(page, f"/portal/cases/{case.code}/hold") == []

    await a_hold(other, services, second)
    await execute("DELETE FROM opening_hours WHERE resource_id NOT IN (SELECT resource_id FROM claim)")
    gone = await samuel.post(exchange, data={"window": second})
    kept = await Booking.get(id=held.id)
    taken = await samuel.post(exchange, data={"window": third})

    assert (gone.status_code, kept.starts_at) == (409, held.starts_at)
    assert "You still have the dates that you had, and nothing was charged." in text_of(gone)
    assert forms_of(gone, exchange) != []
    assert (taken.status_code, taken.headers["location"]) == (303, f"/portal/bookings/{held.code}")
    moved = await Booking.get(id=held.id)
    assert (moved.starts_at > held.starts_at, moved.lapses_at) == (True, held.lapses_at)


async def test_what_is_paid_for_or_was_offered_is_not_exchanged_here(
    visit: Visit, world: World, services: Services
) -> None:
    paid = await a_confirmed(await a_case(world, now=services.now()), services)
    taken = await a_hold(await a_case(world, who="abdullah", now=services.now()), services)
    await close_but(taken)
    waits = await joins(world, "helene", now=services.now())
    await release_hold(await patient_of(await taken.case), taken.code, now=services.now())
    offer = await offer_to(waits, services.now())
    assert offer is not None
    free = (await tokens(waits, services, date(2027, 6, 1), date(2027, 6, 30)))[0]

    for who, booking in (("samuel", paid), ("helene", offer)):
        browser, exchange = await visit.as_(who), f"/portal/bookings/{booking.code}/dates"
        page = await browser.get(f"/portal/cases/{(await booking.case).code}/dates?month=2027-06")
        assert "Let those go before you choose others." in text_of(page)
        assert forms_of(page, exchange) == []
    helene = await visit.as_("helene")
    refused = await helene.post(f"/portal/bookings/{offer.code}/dates", data={"window": free})
    assert (refused.status_code, (await Booking.get(id=offer.id)).starts_at) == (409, offer.starts_at)
    assert "Let them go before you choose others: you stay on the list, at its end." in text_of(refused)
    samuel = await visit.as_("samuel")
    assert (await samuel.post(f"/portal/bookings/{paid.code}/dates", data={"window": "x"})).status_code == 404
    assert (await samuel.post(f"/portal/bookings/{offer.code}/dates", data={"window": "x"})).status_code == 404


async def test_who_has_dates_of_another_treatment_is_told_so_and_offered_the_nearest_that_do_not_meet_them(
    visit: Visit, world: World, services: Services
) -> None:
    first, second = [await a_case(world, now=services.now()) for _ in range(2)]
    token = (await tokens(second, services))[5]
    held = await a_hold(first, services, token)
    samuel = await visit.as_("samuel")

    page = await samuel.get(f"/portal/cases/{second.code}/dates?month={held.starts_at:%Y-%m}")
    answer = await samuel.post(f"/portal/cases/{second.code}/hold", data={"window": token})
    nearest = forms_of(answer, f"/portal/cases/{second.code}/hold")

    assert "On some of these days the patient has other dates. They are left out." in text_of(page)
    assert token not in [form["window"] for form in forms_of(page, f"/portal/cases/{second.code}/hold")]
    assert (answer.status_code, len(nearest)) == (409, 3)
    assert "You have dates of another treatment at that time, and cannot be in two places." in text_of(answer)
    assert "Those dates are taken" not in text_of(answer)
    taken = await samuel.post(f"/portal/cases/{second.code}/hold", data=nearest[0])
    assert taken.status_code == 303
    exchanged = await samuel.post(f"{taken.headers['location']}/dates", data={"window": token})
    assert (exchanged.status_code, "You still have the dates that you had" in text_of(exchanged)) == (409, True)


async def test_where_nothing_else_is_near_the_other_dates_are_said_to_be_in_the_way(
    visit: Visit, world: World, services: Services
) -> None:
    first, second = [await a_case(world, now=services.now()) for _ in range(2)]
    token = (await tokens(second, services))[5]
    held = await a_hold(first, services, token)
    samuel = await visit.as_("samuel")

    whole_month = {"starts_at": held.starts_at.replace(day=1), "ends_at": held.starts_at + timedelta(days=40)}
    await Booking.filter(id=held.id).update(**whole_month)
    page = await samuel.get(f"/portal/cases/{second.code}/dates?month={held.starts_at:%Y-%m}")
    await execute("DELETE FROM opening_hours")
    answer = await samuel.post(f"/portal/cases/{second.code}/hold", data={"window": token})

    assert "There are dates in this month, but they would meet those others." in text_of(page)
    assert answer.status_code == 409
    assert "Other dates are in the way" in text_of(answer)
    assert "None are free close to them. Nothing was charged." in text_of(answer)
