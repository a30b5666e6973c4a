import asyncio
from datetime import datetime, timedelta

import pytest

from booking.accounts import throttle
from booking.accounts.models import Throttle
from booking.accounts.throttle import Limit, TooManyTries
from booking.kit.db import run

PEPPER = b"p" * 32
LIMIT = Limit(tries=2, within=timedelta(minutes=10))


async def tried(now: datetime, what: str = "sign in", whom: str = "192.0.2.1") -> bool:
    try:
        await throttle.count(what, whom, LIMIT, pepper=PEPPER, now=now)
    except TooManyTries:
        return False
    return True


async def test_tries_are_counted_for_each_key_and_each_window(db: None, now: datetime) -> None:
    assert [await tried(now) for _ in range(4)] == [True, True, False, False]
    assert await tried(now, whom="192.0.2.2")
    assert await tried(now, what="ask for a link")
    assert await tried(now + timedelta(minutes=10))


async def test_a_refusal_says_how_long_to_wait(db: None, now: datetime) -> None:
    await tried(now)
    await tried(now)

    with pytest.raises(TooManyTries) as refused:
        await throttle.count("sign in", "192.0.2.1", LIMIT, pepper=PEPPER, now=now + timedelta(minutes=7, seconds=1))

    assert str(refused.value.text) == "There were too many tries. Please wait 3 minutes and try again."


async def test_no_address_is_kept(db: None, now: datetime) -> None:
    await tried(now)

    assert "192.0.2.1" not in repr(await run("SELECT * FROM throttle"))


async def test_counts_are_forgotten_and_cleared(db: None, now: datetime) -> None:
    for _ in range(3):
        await tried(now)
    await throttle.forget("sign in", "192.0.2.1", pepper=PEPPER)
    assert await tried(now)

    assert await throttle.clear_past(now) == 0
    assert await throttle.clear_past(now + timedelta(minutes=10)) == 1
    assert await Throttle.all().count() == 0


async def test_tries_at_once_are_all_counted(clean_db: None, now: datetime) -> None:
    assert sorted(await asyncio.gather(*(tried(now) for _ in range(12)))) == [False] * 10 + [True] * 2
