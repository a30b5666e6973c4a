import asyncio
from datetime import datetime

import pytest

from booking.documents import keys
from booking.documents.keys import Erased, destroy_case_key, open_case_key, seal_for_case, unseal_for_case
from booking.kit.db import run, transaction
from booking.kit.seals import Tampered
from tests.documents.rows import a_case
from tests.outside import SECRET


async def test_what_is_sealed_for_a_case_opens_for_that_case_and_as_what_it_is_only(db: None, now: datetime) -> None:
    case, other = await a_case(now), await a_case(now)
    sealed = await seal_for_case(case.id, b"a plan", b"plan")

    assert await unseal_for_case(case.id, sealed, b"plan") == b"a plan"
    with pytest.raises(Tampered):
        await unseal_for_case(case.id, sealed, b"reasons")
    with pytest.raises(Tampered):
        await unseal_for_case(other.id, sealed, b"plan")


async def test_a_case_keeps_one_key_and_two_cases_have_two(db: None, now: datetime) -> None:
    case, other = await a_case(now), await a_case(now)

    opened = [await open_case_key(case.id), await open_case_key(case.id), await open_case_key(other.id)]

    assert opened[0] == opened[1] != opened[2]


async def test_a_destroyed_key_opens_nothing_and_makes_room_for_no_other(db: None, now: datetime) -> None:
    case = await a_case(now)
    sealed = await seal_for_case(case.id, b"a plan", b"plan")

    await destroy_case_key(case.id, now=now)
    await destroy_case_key(case.id, now=now)

    with pytest.raises(Erased):
        await unseal_for_case(case.id, sealed, b"plan")
    with pytest.raises(Erased):
        await seal_for_case(case.id, b"again", b"plan")
    kept = await run("SELECT wrapped, destroyed_at FROM case_key WHERE case_id = $1", case.id)
    assert kept == [{"wrapped": None, "destroyed_at": now}]


async def test_a_case_that_is_erased_before_it_had_a_key_never_gets_one(db: None, now: datetime) -> None:
    case = await a_case(now)
    await destroy_case_key(case.id, now=now)

    with pytest.raises(Erased):
        await open_case_key(case.id)


async def test_another_secret_opens_no_key(db: None, now: datetime) -> None:
    case = await a_case(now)
    await open_case_key(case.id)
    keys.use_secret("another secret, which never sealed anything")

    try:
        with pytest.raises(Tampered):
            await open_case_key(case.id)
    finally:
        keys.use_secret(SECRET)


async def test_the_key_in_the_database_is_not_the_key(db: None, now: datetime) -> None:
    case = await a_case(now)
    key = await open_case_key(case.id)

    kept = await run("SELECT wrapped FROM case_key WHERE case_id = $1", case.id)

    assert key not in bytes(kept[0]["wrapped"])


async def test_twenty_who_need_a_new_cases_key_at_once_all_get_the_same(clean_db: None, now: datetime) -> None:
    case = await a_case(now)

    async def open_in_its_own_transaction() -> bytes:
        async with transaction():
            return await open_case_key(case.id)

    opened = await asyncio.gather(*(open_in_its_own_transaction() for _ in range(20)))

    assert len(set(opened)) == 1
