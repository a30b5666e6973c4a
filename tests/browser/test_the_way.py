"""The main job, walked whole in a real browser: a family's way from the first page to the refund, and the clinic's side of it."""

from tests.browser import family as the_family
from tests.browser.conftest import Comes
from tests.browser.family import Family
from tests.browser.running_demo import Demo


async def test_a_family_goes_the_whole_way_and_the_clinic_goes_with_them(demo: Demo, comes: Comes) -> None:
    family = Family(await comes(zone="Africa/Lagos"), demo)

    await the_family.reads_the_programme(family)
    await the_family.asks_for_a_consultation(family)
    await the_family.sends_a_record(family)
    await the_family.sends_the_request(family)
    await the_family.signs_in_by_mail(family)
