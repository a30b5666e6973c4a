"""Whatever several people do at one clinic, in any order: after each deed no promise is broken, and what is shown can be had.

`make stories` tells more of these stories, and longer ones.
"""

import os
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

from booking.bookings import waitlist
from booking.demo.world import World
from booking.journeys import reschedule
from booking.kit.db import execute
from booking.services import Services
from booking.slots import claims
from tests.journeys.small_days import WHOLE_APRIL, Seen, SmallDays
from tests.journeys.stories import told
from tests.outside import Clock

STORIES: Final = int(os.environ.get("LEEWARD_STORIES", "5"))
DEEDS: Final = int(os.environ.get("LEEWARD_DEEDS", "20"))


@pytest.fixture
async def days(world: World, services: Services, clock: Clock) -> SmallDays:
    """Everyone is ready to choose dates, which are few."""
    days = SmallDays(world, services, clock)
    await days.made_ready()
    return days


async def test_a_clinic_without_the_constraint_is_overbooked_by_the_second_who_was_shown_the_dates(
    days: SmallDays,
) -> None:
    shown: list[Seen] = []
    await days.look(0, shown)
    await execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")

    await days.hold(0, shown[0])
    await days.hold(1, shown[0])

    with pytest.raises(AssertionError, match="G1 no resource has two overlapping claims"):
        await days.stands()


async def test_a_clinic_whose_lapsed_holds_stay_in_the_way_shows_what_cannot_be_had(
    days: SmallDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    await days.hold_what_is_shown(0, 0)
    await days.time_passes(timedelta(hours=25))
    monkeypatch.setattr(claims, "take_with", claims.take_with.__wrapped__)
    monkeypatch.setattr(
        claims, "CLAIM", claims.CLAIM.replace("lapses_at <= $6 AS gone", "lapses_at <= $6 AND false AS gone")
    )

    with pytest.raises(AssertionError, match="what was shown could not be had"):
        await days.hold_what_is_shown(1, 0)


async def test_a_clinic_that_offers_to_the_last_in_line_first_is_seen_through(
    days: SmallDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in (0, 1):
        await days.hold_what_is_shown(who, 0)
    for who in (2, 3):
        await days.wait_in_line(who, WHOLE_APRIL)
        await days.time_passes(timedelta(minutes=20))
    monkeypatch.setattr(waitlist, "LINE", waitlist.LINE.replace("ORDER BY wait.since", "ORDER BY wait.since DESC"))

    await days.time_passes(timedelta(hours=25))

    with pytest.raises(AssertionError, match="the first in line was to be offered"):
        await days.work()


async def test_a_move_that_leaves_the_mails_behind_is_seen_through(
    days: SmallDays, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def leave(*_: object, **__: object) -> None:
        """Nothing goes along."""

    await days.begin(1, pays=True)
    await days.stands()
    monkeypatch.setattr(reschedule, "plan_booking_messages", leave)

    await days.desk.move(0, 0, tell=True)

    with pytest.raises(AssertionError, match="check-in"):
        await days.stands()


async def test_a_mail_that_is_late_because_nobody_sends_is_still_the_one_that_was_planned(days: SmallDays) -> None:
    await days.begin(1, pays=True)

    for _ in range(200):
        await days.time_passes(timedelta(hours=7))
        await days.stands()


HOUSE: Final = settings(stateful_step_count=DEEDS, deadline=None, suppress_health_check=list(HealthCheck))


async def test_whatever_is_done_in_any_order_no_promise_is_broken_and_what_is_shown_can_be_had(days: SmallDays) -> None:
    await told(days, settings(HOUSE, max_examples=STORIES))
