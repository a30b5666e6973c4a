"""What a request leaves behind when it is written, sent or forgotten."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from booking.accounts.audit import trail
from booking.accounts.models import Person, SignInLink, Throttle
from booking.accounts.throttle import TooManyTries
from booking.consultations import drafts
from booking.consultations.drafts import KEPT_FOR, DraftNotFound
from booking.consultations.models import Case, CaseStatus, ConsultationRequest
from booking.demo.ready import answers_of
from booking.demo.world import World
from booking.documents.keys import Erased, open_case_key
from booking.documents.models import Document, DocumentState
from booking.journeys.add_record import add_to_request
from booking.journeys.purge_drafts import purge_drafts
from booking.journeys.request_consultation import begin, look, mail_link, send
from booking.journeys.sign_in import ask_for_link
from booking.kit.db import transaction
from booking.kit.errors import NotFound
from booking.messages.models import Message
from booking.services import Services
from tests.documents import samples
from tests.documents.samples import stream

PLACE: Final[dict[str, Any]] = {"place": "192.0.2.7", "pepper": b"pepper"}
EFUA = {"name": ["Efua"], "email": ["efua@example.org"]}


async def begun(now: datetime) -> str:
    return await begin("stroke-recovery", language="en", now=now, **PLACE)


async def filled_in(world: World, now: datetime, **answers: Any) -> str:
    """A request with every question answered, not yet sent."""
    token = await begun(now)
    async with transaction():
        draft = await drafts.resume(token, now=now)
        await drafts.save(draft, answers_of(world.people["samuel"], **answers), now=now)
    return token


async def test_a_sent_request_tells_everyone_on_it_and_is_in_the_trail(world: World, now: datetime) -> None:
    for_samuel = {
        "who_asks": "someone_else",
        "name": "Folake",
        "email": world.people["folake"].email,
        "patient_name": "Samuel",
        "relation": "partner",
        "permission": "agreed",
        "patient_email": world.people["samuel"].email,
    }
    case = await send(await filled_in(world, now, **for_samuel), now=now, **PLACE)

    told = await Message.filter(case_id=case.id).order_by("recipient_id").values_list("occasion", "recipient_id")
    actions = [(entry.acting_as, entry.action) for entry in await trail(f"case {case.code}")]
    assert (case.status, case.patient_id, case.asked_by_id) == (
        CaseStatus.REQUESTED,
        world.people["samuel"].id,
        world.people["folake"].id,
    )
    assert told == sorted(
        [("received", world.people[who].id) for who in ("samuel", "folake")], key=lambda each: each[1]
    )
    assert actions[0] == ("anonymous", "request.send")
    assert ("anonymous", "request.write") in actions


async def test_of_two_who_send_at_once_one_sends(lasting_world: World, now: datetime) -> None:
    token = await filled_in(lasting_world, now)

    ended = await asyncio.gather(*(send(token, now=now, **PLACE) for _ in range(4)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in ended) == ["Case", *["DraftNotFound"] * 3]
    assert await Message.filter(occasion="received").count() == 1


async def test_a_programme_that_is_not_there_cannot_be_asked_about(world: World, now: datetime) -> None:
    with pytest.raises(NotFound):
        await begin("no-such", language="en", now=now, **PLACE)


async def test_links_are_not_mailed_without_end(world: World, now: datetime) -> None:
    token = await begun(now)
    for _ in range(5):
        await mail_link(token, EFUA, now=now, **PLACE)

    with pytest.raises(TooManyTries):
        await mail_link(token, EFUA, now=now, **PLACE)
    assert await Message.filter(occasion="resume").count() == 5


async def test_a_draft_left_for_thirty_days_is_erased_with_all_that_it_held(
    world: World, services: Services, now: datetime
) -> None:
    token = await begun(now)
    await mail_link(token, EFUA, now=now, **PLACE)
    await add_to_request(token, "scan.png", stream(samples.png()), files=services.files, now=now, **PLACE)
    case = await Case.get()

    erased = [await purge_drafts(now=now + KEPT_FOR), await purge_drafts(now=now + KEPT_FOR)]

    with pytest.raises(DraftNotFound):
        await look(token, now=now + KEPT_FOR)
    with pytest.raises(Erased):
        await open_case_key(case.id)
    assert (
        erased,
        (await ConsultationRequest.get()).answers_sealed,
        (await Document.get()).state,
        await Message.all().count(),
        await Person.filter(email="efua@example.org").exists(),
        (await trail(f"case {case.code}"))[0].action,
    ) == ([1, 0], None, DocumentState.REMOVED, 0, False, "request.erase")


async def test_a_person_known_for_something_else_is_not_forgotten_with_a_draft(world: World, now: datetime) -> None:
    samuel = world.people["samuel"]
    await send(await filled_in(world, now), now=now, **PLACE)
    token = await begun(now)
    await mail_link(token, {"name": ["Sam"], "email": [samuel.email or ""]}, now=now, **PLACE)

    await purge_drafts(now=now + KEPT_FOR)

    assert (await Person.get(id=samuel.id)).name == samuel.name
    assert [message.occasion for message in await Message.all()] == ["received"]


async def test_what_was_sent_or_is_still_being_written_is_left_alone(world: World, now: datetime) -> None:
    sent, fresh = await filled_in(world, now), await begun(now + timedelta(days=1))
    await send(sent, now=now, **PLACE)

    assert await purge_drafts(now=now + KEPT_FOR) == 0
    assert (await look(fresh, now=now + KEPT_FOR)).given == {}


async def test_two_workers_erase_a_draft_once(lasting_world: World, now: datetime) -> None:
    for _ in range(3):
        await begun(now)

    assert sum(await asyncio.gather(*(purge_drafts(now=now + KEPT_FOR) for _ in range(3)))) == 3


async def test_links_and_counts_that_are_past_go_too(world: World, now: datetime) -> None:
    await ask_for_link(world.people["samuel"].email or "", now=now, **PLACE)

    await purge_drafts(now=now + timedelta(days=2))

    assert (await SignInLink.all().count(), await Throttle.all().count()) == (0, 0)
