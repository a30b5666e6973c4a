"""Two hundred families after one window, over HTTP, against two processes: one gets it, and every other is told so."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import cycle

import httpx

from booking.consultations.models import Case
from booking.demo.ready import make_ready
from booking.demo.world import World
from booking.journeys.check import check
from booking.kit.db import execute, run, transaction
from booking.services import Services
from booking.slots.constraints import CONSTRAINTS
from tests.journeys.trips import tokens

CONTENDERS = 200
WITHOUT_GUARD = 40

ONE_DOCTOR = """
UPDATE resource SET is_active = false WHERE kind = 'clinician' AND id NOT IN (
    SELECT id FROM resource WHERE kind = 'clinician' AND skills ? 'neurology' ORDER BY id LIMIT 1)
"""


async def contenders(world: World, services: Services, number: int) -> tuple[list[str], str]:
    """Cases that may choose dates, and the token of a window that the clinic can serve once: it has one doctor."""
    await execute(ONE_DOCTOR)
    async with transaction():
        codes = await make_ready(world, number, now=services.now())
    today = services.now().date()
    offered = await tokens(
        await Case.get(code=codes[0]), services, today + timedelta(days=60), today + timedelta(days=120)
    )
    return codes, offered[0]


async def hold_all(addresses: list[str], world: World, codes: list[str], token: str) -> list[httpx.Response]:
    """Everyone at once, half of them through each process."""
    limits, headers = httpx.Limits(max_connections=None), {"Authorization": f"Bearer {world.partner_key}"}
    async with httpx.AsyncClient(limits=limits, headers=headers, timeout=60) as partner:
        return await asyncio.gather(
            *(
                partner.post(
                    f"{address}/api/v1/cases/{code}/hold", json={"token": token}, headers={"Idempotency-Key": code}
                )
                for address, code in zip(cycle(addresses), codes, strict=False)
            )
        )


async def test_of_two_hundred_holds_of_one_window_one_succeeds_and_the_others_are_told_it_is_taken(
    two_processes: list[str], world_today: World, services: Services
) -> None:
    codes, token = await contenders(world_today, services, CONTENDERS)

    answers = await hold_all(two_processes, world_today, codes, token)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CONTENDERS - 1}
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} == {"urn:leeward:dates-gone"}
    assert await run("SELECT count(*) AS bookings FROM booking") == [{"bookings": 1}]
    assert await run("SELECT count(DISTINCT booking_id) AS holders FROM claim") == [{"holders": 1}]
    assert await check() == []


async def test_without_the_guard_the_same_race_has_more_than_one_winner(
    two_processes: list[str], world_today: World, services: Services
) -> None:
    codes, token = await contenders(world_today, services, WITHOUT_GUARD)
    await execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
    try:
        answers = await hold_all(two_processes, world_today, codes, token)

        assert Counter(answer.status_code for answer in answers)[201] > 1
        assert {violation.promise for violation in await check()} >= {"G1 no resource has two overlapping claims"}
    finally:
        await execute("DELETE FROM claim")
        await execute(CONSTRAINTS[0])
