"""What the clinic could still take on."""

import re
from datetime import date, datetime
from html import unescape

from booking.programmes.models import Programme
from booking.slots.models import Closure, Lot, LotState, Resource
from tests.slots.rows import small_clinic
from tests.web.conftest import Visit


async def test_a_month_is_a_picture_a_table_and_a_sentence_about_what_is_short(visit: Visit, now: datetime) -> None:
    nia = await visit.as_("nia")
    for doctor in await Resource.filter(kind="clinician"):
        await Closure.create(resource_id=doctor.id, first_day="2027-06-01", last_day="2027-06-20")

    answer = await nia.get("/desk/capacity?month=2027-06")

    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
    assert (answer.status_code, "Free capacity in June 2027" in words) == (200, True)
    assert re.search(r"With one more doctor there would be \d+ more days in June 2027", words)
    assert '<svg class="capacity"' in answer.text
    assert re.search(r"Wed 2 June 0 0 of 19 ", words)
    assert re.search(r"Tue 22 June [1-9] 19 of 19 ", words)
    assert (await nia.get("/desk/capacity?month=soon&programme=none")).status_code == 200
    assert (await (await visit.as_("baptiste")).get("/desk/capacity")).status_code == 200
    assert (await (await visit.as_("samuel")).get("/desk/capacity")).status_code == 403


async def test_a_month_without_doses_is_short_of_a_lot(visit: Visit, now: datetime) -> None:
    nia = await visit.as_("nia")
    await Lot.filter(usable_until__gte=date(2027, 9, 1)).update(state=LotState.QUARANTINED)

    answer = await nia.get("/desk/capacity?month=2027-10")

    assert re.search(
        r"With one more lot of “uc-msc” there would be \d+ more days in October 2027", unescape(answer.text)
    )


async def test_the_picture_speaks_the_readers_language(visit: Visit, now: datetime) -> None:
    tomas = await visit.as_("tomas")

    answer = await tomas.get("/desk/capacity?month=2027-06")

    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())
    assert "Día Inicios Médicos Salas Intérpretes" in words
    assert "9,5 de 9,5" in words
    assert "Doctors" not in answer.text


async def test_what_another_clinic_offers_is_not_there(visit: Visit, now: datetime) -> None:
    other = await small_clinic()
    theirs = Programme.filter(id=other.version.programme_id)
    await theirs.update(slug="a-first-one", published_version_id=other.version.id)
    nia = await visit.as_("nia")

    own = await nia.get("/desk/capacity?month=2027-06")
    asked = await nia.get("/desk/capacity?month=2027-06&programme=a-first-one")

    for answer in (own, asked):
        assert set(re.findall(r'rel="\w+" href="[^"]*programme=([\w-]+)', answer.text)) == {"stroke-recovery"}
        assert "<option>a-first-one" not in answer.text
