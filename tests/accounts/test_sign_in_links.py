import asyncio
from datetime import datetime, timedelta

import pytest

from booking.accounts import people, sign_in_links
from booking.accounts.models import Person, SignInLink
from booking.kit.db import run

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def alice(db: None, now: datetime) -> Person:
    return await people.find_or_create("alice@example.org", "Alice", language="es", zone="UTC", now=now)


async def test_a_link_signs_its_person_in_once(alice: Person, now: datetime) -> None:
    asked = await sign_in_links.ask("ALICE@example.org", now=now)
    assert asked is not None

    assert (asked.person_id, asked.language) == (alice.id, "es")
    assert await sign_in_links.use(asked.token, now=now + MINUTE) == alice.id
    with pytest.raises(sign_in_links.LinkNotGood):
        await sign_in_links.use(asked.token, now=now + MINUTE)


async def test_a_link_is_good_for_ten_minutes(alice: Person, now: datetime) -> None:
    asked = await sign_in_links.ask("alice@example.org", now=now)
    assert asked is not None

    with pytest.raises(sign_in_links.LinkNotGood):
        await sign_in_links.use(asked.token, now=now + 10 * MINUTE)
    with pytest.raises(sign_in_links.LinkNotGood):
        await sign_in_links.use("another", now=now)


async def test_the_database_holds_no_token(alice: Person, now: datetime) -> None:
    asked = await sign_in_links.ask("alice@example.org", now=now)
    assert asked is not None

    rows = await run("SELECT * FROM sign_in_link")

    assert asked.token not in repr(rows)
    assert asked.token.encode() not in rows[0]["token_hash"]


async def test_an_unknown_address_gets_no_link(alice: Person, now: datetime) -> None:
    assert await sign_in_links.ask("nobody@example.org", now=now) is None
    assert await SignInLink.all().count() == 0


async def test_every_answer_takes_the_same_time() -> None:
    clock = asyncio.get_running_loop()
    took = []
    for work in (0.0, 0.03):
        began = clock.time()
        async with sign_in_links.same_time(0.05):
            await asyncio.sleep(work)
        took.append(clock.time() - began)

    assert all(0.049 <= seconds < 0.2 for seconds in took)


async def test_of_two_clicks_on_one_link_at_once_one_signs_in(clean_db: None, now: datetime) -> None:
    await people.find_or_create("alice@example.org", "Alice", language="en", zone="UTC", now=now)
    asked = await sign_in_links.ask("alice@example.org", now=now)
    assert asked is not None

    answers = await asyncio.gather(*(sign_in_links.use(asked.token, now=now) for _ in range(8)), return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == ["LinkNotGood"] * 7 + ["int"]
