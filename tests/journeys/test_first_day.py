from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from booking.accounts.models import AuditRow
from booking.accounts.viewers import Viewer
from booking.consultations.models import Case
from booking.demo.ready import Stage, answers_of, make_case, viewer_for
from booking.demo.world import World
from booking.journeys.agreement import require_agreement
from booking.journeys.find_dates import free_dates, wishes_of
from booking.journeys.first_day import (
    Because,
    BeforeFirstDay,
    FirstDay,
    TooSoon,
    first_day_known,
    notice,
    require_not_too_soon,
)
from booking.journeys.offer import Offer, offer_of
from tests.journeys.trips import nia

TODAY = date(2027, 1, 12)
DAY = timedelta(days=1)


@pytest.fixture
async def offer(world: World) -> Offer:
    return await offer_of(world.version.id)


def asking(offer: Offer, **other: Any) -> Offer:
    """The same offer with another number of days ahead, or other rules of travel."""
    return replace(offer, content=offer.content.model_copy(update=other))


async def known(world: World, case: Case, offer: Offer, now: datetime, viewer: Viewer | None = None) -> FirstDay | None:
    family = viewer or viewer_for(world.people["samuel"])
    return await first_day_known(family, case, world.clinic, offer, await require_agreement(case), now=now)


async def test_dates_are_chosen_two_weeks_ahead_unless_the_programme_says_otherwise(
    world: World, offer: Offer, now: datetime
) -> None:
    assert notice(world.clinic, offer, now) == FirstDay(TODAY + 14 * DAY, Because.NOTICE)
    assert notice(world.clinic, asking(offer, lead_days=40), now).day == TODAY + 40 * DAY


async def test_the_latest_of_what_is_asked_counts_and_tells_why(world: World, offer: Offer, now: datetime) -> None:
    fresh = await make_case(world, Stage.CONSENTED, answers_of(world.people["samuel"]), now=now)
    soon = asking(offer, lead_days=1)

    assert await known(world, fresh, soon, now) == FirstDay(TODAY + 4 * DAY, Because.THINKING)
    fresh.not_before = date(2027, 6, 1)
    assert await known(world, fresh, offer, now) == FirstDay(date(2027, 6, 1), Because.STAFF)
    assert await known(world, fresh, offer, now, nia(world)) is None


async def test_who_had_a_stroke_this_month_comes_when_it_is_safe_to_fly_and_their_records_are_read_only_for_it(
    world: World, offer: Offer, now: datetime
) -> None:
    answers = answers_of(world.people["samuel"], stroke_month="01", stroke_year=2027, stroke_type="haemorrhagic")
    case = await make_case(world, Stage.READY, answers, now=now)
    before = await AuditRow.filter(subject=f"case {case.code}").count()
    assert await known(world, case, asking(offer, lead_days=30), now) == FirstDay(TODAY + 30 * DAY, Because.NOTICE)
    assert await AuditRow.filter(subject=f"case {case.code}").count() == before

    found = await known(world, case, asking(offer, lead_days=1), now)

    asked_on = case.created_at.date()
    assert found == FirstDay(asked_on + 15 * DAY, Because.FLYING)
    assert await AuditRow.filter(subject=f"case {case.code}").count() > before


async def test_each_is_refused_in_words_of_their_own_what_begins_before_the_first_day(
    world: World, now: datetime
) -> None:
    case = await make_case(world, Stage.READY, answers_of(world.people["samuel"]), now=now)
    first = FirstDay(TODAY + 14 * DAY, Because.NOTICE)

    require_not_too_soon(viewer_for(world.people["samuel"]), case, first.day, first)
    with pytest.raises(TooSoon, check=lambda refusal: not isinstance(refusal, BeforeFirstDay)):
        require_not_too_soon(viewer_for(world.people["samuel"]), case, first.day - DAY, first)
    with pytest.raises(BeforeFirstDay):
        require_not_too_soon(nia(world), case, first.day - DAY, first)


async def test_dates_are_offered_from_tomorrow_until_eighteen_months_ahead(
    world: World, offer: Offer, now: datetime
) -> None:
    async def starts(at: datetime, first: date, last: date) -> list[date]:
        found = await free_dates(world.clinic, offer, wishes_of(None), first, last, key=b"k" * 32, now=at)
        return [window.start for window in found.windows]

    spring = await starts(now, date(2027, 3, 1), date(2027, 3, 31))
    that_night = datetime.combine(spring[0], time(5), UTC)  # nobody has come to work yet
    horizon = TODAY + timedelta(days=548)

    assert await starts(that_night, date(2027, 3, 1), date(2027, 3, 31)) == spring[1:]
    assert max(await starts(now, horizon - 30 * DAY, horizon + 30 * DAY)) <= horizon
    assert max(await starts(now + 7 * DAY, horizon - 30 * DAY, horizon + 30 * DAY)) > horizon


async def test_nothing_before_the_first_day_is_offered_and_nothing_after_it_is_left_out(
    world: World, offer: Offer, now: datetime
) -> None:
    span = date(2027, 2, 1), date(2027, 4, 30)

    async def starts(not_before: date | None) -> list[date]:
        wishes = wishes_of("es", not_before=not_before)
        found = await free_dates(world.clinic, offer, wishes, *span, key=b"k" * 32, now=now)
        return [window.start for window in found.windows]

    every, first = await starts(None), date(2027, 3, 8)

    assert await starts(first) == [day for day in every if day >= first]
