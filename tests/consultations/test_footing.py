"""What dates are taken on: whoever may see a case finds its footing, and nobody else does."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from booking.accounts.models import Role
from booking.accounts.viewers import ANONYMOUS, SYSTEM, Partner, Scope, Viewer, viewer_of_partner_key
from booking.consultations import cases
from booking.consultations.consents import NoConsent
from booking.consultations.footing import footing_of, last_word
from booking.consultations.models import Case
from booking.demo.ready import Stage, staff_of, viewer_for
from booking.demo.world import World
from booking.kit.errors import NotFound
from booking.kit.models import Row
from booking.programmes.models import Clinic
from booking.services import Services
from tests.journeys.trips import a_case, helper_of, patient_of


def columns(row: Row) -> dict[str, Any]:
    return {column: getattr(row, column) for column in row._meta.db_fields}


async def seen(viewer: Viewer, case: Case) -> list[bool]:
    """Whether the viewer gets the case, and whether they get its footing."""
    found = []
    for read in (cases.get, footing_of):
        try:
            await read(viewer, case.code)
        except NotFound:
            found.append(False)
        else:
            found.append(True)
    return found


async def test_the_footing_is_there_for_exactly_those_who_may_see_the_case(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    draft = await a_case(world, who="helene", now=services.now())
    await Case.filter(id=draft.id).update(status="draft")
    partner = await viewer_of_partner_key(world.partner_key, services.now())
    assert partner.partner is not None
    await Case.filter(id=case.id).update(partner_id=partner.partner.key_id)
    nia = staff_of(world, "nia", Role.COORDINATOR)
    viewers = {
        "patient": await patient_of(case),
        "helper": await helper_of(case, world.people["folake"], Scope.READ, now=services.now()),
        "stranger": viewer_for(world.people["helene"]),
        "staff": nia,
        "other clinic": replace(nia, roles=frozenset({(world.clinic.id + 1, Role.COORDINATOR)})),
        "partner": partner,
        "other partner": Viewer(partner=Partner(partner.partner.key_id + 1, world.clinic.id, "Other")),
        "nobody": ANONYMOUS,
        "clock": SYSTEM,
    }

    assert {name: await seen(viewer, case) for name, viewer in viewers.items()} == {
        "patient": [True, True],
        "helper": [True, True],
        "stranger": [False, False],
        "staff": [True, True],
        "other clinic": [False, False],
        "partner": [True, True],
        "other partner": [False, False],
        "nobody": [False, False],
        "clock": [False, False],
    }
    assert await seen(nia, draft) == [False, False]


async def test_it_is_the_case_its_clinic_and_what_was_consented_to(world: World, services: Services) -> None:
    case = await a_case(world, now=services.now())
    accepted = await a_case(world, Stage.ACCEPTED, "helene", now=services.now())

    footing = await footing_of(await patient_of(case), case.code)
    unsettled = await footing_of(await patient_of(accepted), accepted.code)

    for read, known in (
        (footing.case, await Case.get(id=case.id)),
        (footing.clinic, await Clinic.get(id=case.clinic_id)),
    ):
        assert columns(read) == columns(known)
    assert footing.standing.total.currency == "USD"
    with pytest.raises(NoConsent):
        _ = unsettled.standing


async def test_the_last_word_knows_where_it_stands_who_is_written_to_and_what_was_read(
    world: World, services: Services
) -> None:
    case = await a_case(world, now=services.now(), birth_date="1980-02-03")
    await helper_of(case, world.people["folake"], Scope.READ, now=services.now())

    word = await last_word(case)

    assert (word.status.value, word.told.born, word.read) == (
        "consented",
        date(1980, 2, 3),
        [("request.read", f"case {case.code}")],
    )
    assert {who.id for who in word.family} == {case.patient_id, world.people["folake"].id}
