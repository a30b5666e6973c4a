import asyncio
from datetime import datetime, timedelta

import pytest

from booking.accounts import partners
from booking.accounts.models import PartnerKey, PartnerReply
from booking.accounts.partners import Reply
from booking.accounts.viewers import ANONYMOUS, viewer_of_partner_key
from booking.kit.db import run, transaction
from tests.consultations.cast import a_clinic

MARK = partners.fingerprint("POST", "/api/v1/cases/LW-1/hold", b'{"token": "a"}')
OTHER = partners.fingerprint("POST", "/api/v1/cases/LW-1/hold", b'{"token": "b"}')
HELD = Reply(201, '{"booking":"LW-2"}')


async def a_partner(now: datetime) -> int:
    clinic = await a_clinic("harbour")
    await partners.make_key(clinic.id, "Partner", now=now, key="demo-partner-key")
    key = await PartnerKey.get(name="Partner")
    return int(key.id)


async def test_a_key_is_kept_as_a_hash_and_ends_when_revoked(db: None, now: datetime) -> None:
    key_id = await a_partner(now)
    assert "demo-partner-key" not in repr(await run("SELECT * FROM partner_key"))
    assert not (await viewer_of_partner_key("demo-partner-key", now)).is_anonymous

    await partners.revoke_key(key_id, now=now)

    assert await viewer_of_partner_key("demo-partner-key", now) == ANONYMOUS


async def test_the_same_key_gives_the_same_answer(db: None, now: datetime) -> None:
    key_id = await a_partner(now)

    assert await partners.recall_reply(key_id, "k1", MARK, now=now) is None
    await partners.remembering(key_id, "k1", MARK, HELD, now=now).write()

    assert await partners.recall_reply(key_id, "k1", MARK, now=now) == HELD
    assert await partners.recall_reply(key_id, "k2", MARK, now=now) is None


async def test_an_answer_is_remembered_once(db: None, now: datetime) -> None:
    key_id = await a_partner(now)
    await partners.remembering(key_id, "k1", MARK, HELD, now=now).write()

    await partners.remembering(key_id, "k1", MARK, Reply(409, "{}"), now=now).write()

    assert await partners.recall_reply(key_id, "k1", MARK, now=now) == HELD


async def test_a_key_used_for_another_request_is_refused(db: None, now: datetime) -> None:
    key_id = await a_partner(now)
    await partners.remembering(key_id, "k1", MARK, HELD, now=now).write()

    with pytest.raises(partners.KeyReused):
        await partners.recall_reply(key_id, "k1", OTHER, now=now)


@pytest.mark.parametrize("key", ["", "x" * 256, "naïve", "a\nb"])
async def test_a_key_that_cannot_be_used_is_refused(key: str, db: None, now: datetime) -> None:
    with pytest.raises(partners.KeyNotUsable):
        await partners.recall_reply(await a_partner(now), key, MARK, now=now)


async def test_answers_are_forgotten_after_their_time(db: None, now: datetime) -> None:
    key_id = await a_partner(now)
    await partners.remembering(key_id, "k1", MARK, HELD, now=now).write()

    assert await partners.clear_past(now) == 0
    assert await partners.clear_past(now + timedelta(seconds=1)) == 1


async def test_of_requests_at_once_under_one_key_one_does_the_work_and_all_get_its_answer(
    clean_db: None, now: datetime
) -> None:
    key_id = await a_partner(now)
    worked = []

    async def request(number: int) -> Reply:
        async with transaction():
            reply = await partners.recall_reply(key_id, "k1", MARK, now=now)
            if reply is None:
                worked.append(number)
                await asyncio.sleep(0.05)
                reply = Reply(201, f"done by {number}")
                await partners.remembering(key_id, "k1", MARK, reply, now=now).write()
        return reply

    replies = await asyncio.gather(*(request(number) for number in range(5)))

    assert replies == [Reply(201, f"done by {worked[0]}")] * 5
    assert len(worked) == 1
    assert await PartnerReply.all().count() == 1
