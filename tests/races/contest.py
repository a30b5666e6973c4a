"""Many families after the same dates, over HTTP, round after round, while the worker sweeps and offers.

Each round begins with the dates in the hands of those who had them last, whose time is just over, and with a family that waits
in line for them: the worker's sweep, its offer and everyone's holds meet.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, cycle

from booking.accounts.viewers import Viewer
from booking.bookings.wishes import Wish
from booking.consultations.models import Case
from booking.demo.ready import Stage, answers_of, make_case, make_ready
from booking.demo.world import World
from booking.journeys.find_dates import find_dates
from booking.journeys.join_waitlist import join_waitlist
from booking.kit.db import execute, run, transaction
from booking.kit.errors import Refusal
from booking.slots import resources
from booking.slots.models import Resource
from booking.slots.resources import Rostered
from tests.journeys.trips import KEY, patient_of
from tests.load import Sample, drive, post

HELD, GONE = 201, "urn:leeward:dates-gone"

FIRST_OF_EACH_KIND = "SELECT DISTINCT ON (kind) id FROM resource WHERE clinic_id = $1 ORDER BY kind, id"
ONLY = "UPDATE resource SET is_active = (id = ANY($2)) WHERE clinic_id = $1"
ALL_LAPSE = """
WITH late AS (UPDATE booking SET lapses_at = $1 WHERE status = 'held' AND lapses_at > $1 RETURNING id),
     claims AS (UPDATE claim SET lapses_at = $1 FROM late WHERE booking_id = late.id)
UPDATE dose SET lapses_at = $1 FROM late WHERE booking_id = late.id"""
HOLDERS = """
SELECT count(DISTINCT b.id) AS every, count(DISTINCT w.booking_id) AS offered
  FROM claim c JOIN booking b ON b.id = c.booking_id AND b.status = 'held'
  LEFT JOIN wait w ON w.booking_id = b.id AND w.status = 'offered'
 WHERE c.lapses_at > now()"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a round ended: who has the dates now, by the tables, and what everyone was told."""

    holders: int
    offered: int
    told: Counter[int | str]


@dataclass(frozen=True, slots=True)
class Contest:
    """Cases of a partner's that may choose dates, and the token of dates that the clinic can serve so many `times`."""

    world: World
    addresses: Sequence[str]
    codes: Sequence[str]
    token: str
    start: date
    waiting: tuple[Viewer, str]
    served_by: Sequence[Sequence[int]]
    rounds: "count[int]"

    @classmethod
    async def of(cls, world: World, addresses: Sequence[str], number: int, *, times: int) -> "Contest":
        """So many families, at a clinic that has as many of each kind as it takes to serve the same dates so many times."""
        now = datetime.now(UTC)
        served_by = await _as_many(world, times, now.date())
        async with transaction():
            codes = await make_ready(world, number, now=now)
            waits = await make_case(world, Stage.READY, answers_of(world.people["samuel"]), now=now)
        first, case = now.date() + timedelta(days=60), await Case.get(code=codes[0])
        viewer = await patient_of(case)
        _case, dates = await find_dates(
            viewer, case.code, first, first + timedelta(days=60), interpreter=None, key=KEY, now=now
        )
        chosen = dates.windows[0]
        waiting = await patient_of(waits), waits.code
        return cls(world, addresses, codes, dates.token(chosen), chosen.start, waiting, served_by, count())

    async def round(self, times: int | None = None) -> Outcome:
        """Everyone after the dates at once, which can be had so many times: as often as is made for, if nothing is said."""
        can_serve = self.served_by[:times]
        await execute(ONLY, self.world.clinic.id, [each for one in can_serve for each in one])
        viewer, code = self.waiting
        with suppress(Refusal):  # the first round's dates are free, and after an offer they are in line still
            await join_waitlist(viewer, code, Wish(self.start, self.start), now=datetime.now(UTC))
        await execute(ALL_LAPSE, datetime.now(UTC))
        told = Counter(_told(answer) for answer in await self._hold_all(next(self.rounds)))
        [row] = await run(HOLDERS)
        return Outcome(row["every"], row["offered"], told)

    async def _hold_all(self, number: int) -> list[Sample]:
        """Everyone at once, each on a connection of their own; half of them through each process."""
        asked: dict[str, list[bytes]] = {address: [] for address in self.addresses}
        for address, code in zip(cycle(self.addresses), self.codes, strict=False):
            headers = {
                "Authorization": f"Bearer {self.world.partner_key}",
                "Idempotency-Key": f"{code}/{number}",
            }
            asked[address].append(post(f"/api/v1/cases/{code}/hold", {"token": self.token}, headers))
        driven = await asyncio.gather(
            *(drive(int(address.rsplit(":", 1)[1]), mine, len(mine)) for address, mine in asked.items())
        )
        return [sample for one in driven for sample in one.samples]


def _told(answer: Sample) -> int | str:
    return answer.status if answer.status == HELD else str(json.loads(answer.body)["type"])


async def _as_many(world: World, times: int, today: date) -> list[list[int]]:
    """Others like the first of each kind; which resources serve the dates once, which serve them a second time, and so on."""
    clinic_id = world.clinic.id
    firsts = [row["id"] for row in await run(FIRST_OF_EACH_KIND, clinic_id)]
    likes = [await _like(await Resource.get(id=each), today) for each in firsts]
    served_by = [firsts]
    for number in range(2, times + 1):
        fresh = [replace(like, name=f"{like.name} ({number})") for like in likes]
        await resources.add(clinic_id, fresh)
        names = [one.name for one in fresh]
        served_by.append([one.id for one in await Resource.filter(clinic_id=clinic_id, name__in=names)])
    await execute(ONLY, clinic_id, [each for one in served_by for each in one])
    return served_by


async def _like(one: Resource, today: date) -> Rostered:
    return Rostered(one.kind, one.name, tuple(one.skills), await resources.hours_like(one.id, today))
