import asyncio
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from booking.demo.clinic.load import programme_content
from booking.kit.db import savepoint, transaction
from booking.kit.errors import NotFound
from booking.programmes.content import ContentInvalid
from booking.programmes.models import Clinic, Programme, ProgrammeVersion
from booking.programmes.publishing import publish
from booking.programmes.reading import published_programme, published_programmes, version, version_content


async def programme(slug: str = "stroke-recovery") -> Programme:
    clinic, _created = await Clinic.get_or_create(
        slug="bay",
        defaults={
            "name": "Bay",
            "address": {"place": "Antigua"},
            "zone": "America/Antigua",
            "currency": "USD",
            "languages": ["en"],
            "airport": "ANU",
            "phone": "+1 268 555 0100",
            "email": "care@example.com",
        },
    )
    return await Programme.create(clinic=clinic, slug=slug)


def retitled(title: str) -> dict[str, Any]:
    return {**deepcopy(programme_content()), "title": {"en": title}}


async def test_the_same_content_is_the_same_version_and_a_changed_one_is_the_next(db: None, now: datetime) -> None:
    stroke = await programme()

    first = await publish(stroke, programme_content(), now=now)
    again = await publish(stroke, programme_content(), now=now + timedelta(days=1))
    second = await publish(stroke, retitled("Another title"), now=now + timedelta(days=2))

    assert again.id == first.id
    assert [(one.number, one.published_at) for one in (first, second)] == [(1, now), (2, now + timedelta(days=2))]
    assert (await published_programme("stroke-recovery")).content.title == {"en": "Another title"}


async def test_what_was_shown_can_be_shown_again_after_it_was_replaced(db: None, now: datetime) -> None:
    stroke = await programme()
    first = await publish(stroke, retitled("As it was"), now=now)
    await publish(stroke, retitled("As it is"), now=now)

    assert version_content(await version(first.id)).title == {"en": "As it was"}


async def test_a_published_version_can_be_neither_changed_nor_deleted(db: None, now: datetime) -> None:
    shown = await publish(await programme(), programme_content(), now=now)

    with pytest.raises(Exception, match="only grows"):
        async with savepoint():
            await ProgrammeVersion.filter(id=shown.id).update(content={})
    with pytest.raises(Exception, match="only grows"):
        async with savepoint():
            await ProgrammeVersion.filter(id=shown.id).delete()

    assert (await version(shown.id)).content == programme_content()


async def test_a_programme_cannot_show_another_programmes_version(db: None, now: datetime) -> None:
    theirs = await publish(await programme("theirs"), programme_content(), now=now)
    ours = await programme("ours")

    with pytest.raises(IntegrityError):
        async with savepoint():
            await Programme.filter(id=ours.id).update(published_version_id=theirs.id)


async def test_content_that_cannot_be_used_publishes_nothing(db: None, now: datetime) -> None:
    stroke = await programme()

    with pytest.raises(ContentInvalid):
        await publish(stroke, {"title": {"en": "Too little"}}, now=now)

    assert await ProgrammeVersion.all().count() == 0


async def test_programmes_that_were_never_published_are_not_shown(db: None, now: datetime) -> None:
    await programme("draft")
    await publish(await programme("shown"), programme_content(), now=now)

    assert [one.programme.slug for one in await published_programmes()] == ["shown"]
    for slug in ("draft", "no-such-programme"):
        with pytest.raises(NotFound):
            await published_programme(slug)
    with pytest.raises(NotFound):
        await version(0)


async def test_of_two_that_publish_at_once_each_gets_a_number(clean_db: None, now: datetime) -> None:
    stroke = await programme()

    async def publishing(title: str) -> int:
        async with transaction():
            return (await publish(stroke, retitled(title), now=now)).number

    assert sorted(await asyncio.gather(publishing("One"), publishing("Two"), publishing("Three"))) == [1, 2, 3]
