"""Links that sign in: as many as are asked for, each once, and for nobody a way to learn who is known."""

import asyncio
from datetime import datetime
from time import perf_counter
from typing import Any, Final

from booking.accounts.sign_in_links import EVERY_ANSWER_TAKES, LinkNotGood
from booking.accounts.viewers import viewer_of_session
from booking.demo.world import World
from booking.journeys.sign_in import ask_for_link, sign_in, sign_out
from booking.messages.models import Message

PLACE: Final[dict[str, Any]] = {"place": "192.0.2.7", "pepper": b"pepper"}


async def link_for(world: World, who: str, now: datetime) -> str:
    await ask_for_link(world.people[who].email or "", now=now, **PLACE)
    mail = await Message.filter(occasion="sign-in").order_by("-id").first()
    assert mail is not None
    return str(mail.facts["secret_link"]).rpartition("/")[2]


async def test_each_link_that_is_asked_for_is_mailed(world: World, now: datetime) -> None:
    links = {await link_for(world, "samuel", now) for _ in range(3)}

    assert len(links) == 3


async def test_a_known_address_takes_no_longer_than_an_unknown_one(world: World, now: datetime) -> None:
    took = []
    for email in (world.people["samuel"].email or "", "nobody@example.org"):
        began = perf_counter()
        await ask_for_link(email, now=now, **PLACE)
        took.append(perf_counter() - began)

    assert min(took) >= EVERY_ANSWER_TAKES * 0.99
    assert abs(took[0] - took[1]) < 0.1


async def test_of_four_clicks_at_once_on_one_link_one_signs_in(lasting_world: World, now: datetime) -> None:
    link = await link_for(lasting_world, "samuel", now)

    ended = await asyncio.gather(*(sign_in(link, replaces=None, now=now) for _ in range(4)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in ended) == [LinkNotGood.__name__] * 3 + ["str"]


async def test_a_session_ends_with_its_sign_out(world: World, now: datetime) -> None:
    token = await sign_in(await link_for(world, "samuel", now), replaces=None, now=now)
    viewer = await viewer_of_session(token, now)

    await sign_out(viewer, token, now=now)

    assert (viewer.person_id, (await viewer_of_session(token, now)).is_anonymous) == (world.people["samuel"].id, True)
