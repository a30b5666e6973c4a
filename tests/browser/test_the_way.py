"""The main job, walked whole in a real browser: a family's way from the first page to the refund, and the clinic's side of it."""

from tests.browser import asking, deciding, travelling
from tests.browser import clinic as the_clinic
from tests.browser import family as the_family
from tests.browser.clinic import CLINICIAN, COORDINATOR, Staff
from tests.browser.conftest import Comes
from tests.browser.family import Family, where_it_is_day
from tests.browser.running_demo import Demo


async def test_a_family_goes_the_whole_way_and_the_clinic_goes_with_them(demo: Demo, comes: Comes) -> None:
    zone = where_it_is_day()
    family = Family(await comes(zone=zone), demo, zone)
    clinician = Staff(await comes(), demo, CLINICIAN)
    coordinator = Staff(await comes(), demo, COORDINATOR)

    await asking.reads_the_programme(family)
    await asking.asks_for_a_consultation(family)
    await asking.sends_a_record(family)
    await asking.sends_the_request(family)
    await the_family.signs_in_by_mail(family)
    await the_family.sees_where_it_stands(family, "A doctor reads your request", "does this, within")

    await the_clinic.is_refused_with_a_wrong_code(clinician)
    await the_clinic.comes_in_by_the_staff_door(clinician)
    await the_clinic.decides_that_it_may_suit(clinician, family.case, family.father)
    await the_clinic.comes_in_by_the_staff_door(coordinator)
    await the_clinic.writes_the_plan(coordinator, family.case)

    await the_family.sees_where_it_stands(family, "Read your plan and its price", "does this")
    await deciding.asks_and_reads_the_answer(
        family, after=lambda: the_clinic.answers_the_question(coordinator, family.case)
    )
    await deciding.accepts_the_plan(family)
    await deciding.gives_consent(family)
    await deciding.holds_dates(family)
    await deciding.cannot_pay_while_there_is_time_to_think(family)
    await deciding.pays_the_deposit(family)
    await travelling.tells_how_they_travel(family)
    await travelling.takes_the_itinerary_along(family)

    await the_clinic.comes_in_by_the_staff_door(coordinator)  # a day's session has ended
    await the_clinic.finds_the_case_on_the_board(coordinator, family.case, family.father)
    await the_clinic.finds_the_booking_in_the_calendar(coordinator, family.first_day)
    await travelling.hears_of_the_new_dates(family, await the_clinic.moves_the_dates(coordinator, family.booking))
    await the_clinic.stops_and_resumes_the_messages(coordinator, family.case)

    await deciding.cancels(family)
    await the_family.has_mails_that_look_right(family)
