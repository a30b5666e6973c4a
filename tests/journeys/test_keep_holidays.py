from datetime import datetime
from typing import Any

from booking.demo.world import World
from booking.journeys.keep_holidays import keep_holidays
from booking.slots.holidays import AHEAD
from booking.slots.models import Holiday
from tests.slots.rows import small_clinic


async def test_every_clinic_s_closed_days_are_kept_known_whatever_is_known_of_its_country(
    world: World, now: datetime
) -> None:
    elsewhere = await small_clinic()
    elsewhere.clinic.address = {"country": "LC"}
    await elsewhere.clinic.save()
    nowhere = await small_clinic()
    nowhere.clinic.address = {"country": "ZZ"}
    await nowhere.clinic.save()

    await keep_holidays(now=now)
    await keep_holidays(now=now + AHEAD)

    def days(clinic_id: int) -> Any:
        return Holiday.filter(clinic_id=clinic_id, name="Christmas Day").order_by("day").values_list("day", flat=True)

    assert [day.year for day in await days(elsewhere.clinic.id)] == [2027, 2028, 2029, 2030]
    assert [day.year for day in await days(world.clinic.id)][-1] == 2030
    assert await days(nowhere.clinic.id) == []
