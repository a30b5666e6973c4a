import shutil
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from booking.demo.world import World
from booking.journeys.publish_clinic import publish_clinic, read_publication
from booking.programmes.models import Clinic, Programme, ProgrammeVersion
from booking.programmes.written import WrittenWrong
from booking.services import Services
from booking.slots.load import load_stock
from booking.slots.models import Claim, Holiday, Resource
from booking.slots.protocol import Protocol
from booking.slots.search import windows
from booking.slots.windows import Window, Wishes
from tests.journeys.trips import a_case, a_confirmed

EXAMPLE = Path(__file__).parents[2] / "booking" / "demo" / "clinic"
Write = Callable[[str, str, str], None]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The example clinic's own files, to be changed."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "clinic"))


@pytest.fixture
def change(written: Path) -> Write:
    def changed(table: str, was: str, now: str) -> None:
        path = written / f"{table}.toml"
        assert was in path.read_text()
        path.write_text(path.read_text().replace(was, now, 1))

    return changed


@pytest.mark.usefixtures("db")
async def test_a_published_clinic_has_all_that_dates_need_but_its_doses(written: Path, now: datetime) -> None:
    publication = read_publication(written)

    said = await publish_clinic(publication, now=now)

    clinic = await Clinic.get(slug="tamarind-bay")
    assert said[:3] == [
        "clinic tamarind-bay: new",
        "programme stroke-recovery: version 1, published",
        "resource Dr Ines Baptiste: new",
    ]
    assert (len(said), await Resource.filter(clinic_id=clinic.id, name="Recovery bed 2").count()) == (16, 1)
    assert (clinic.is_example, await Holiday.filter(clinic_id=clinic.id, name="Good Friday").count()) == (False, 2)
    first = now.date() + timedelta(days=1)
    stock = await load_stock(clinic.id, first, first + timedelta(days=40), now)
    without_doses = Protocol.parse(publication.content["protocol"]).without("uc-msc")
    assert windows(without_doses, Wishes(), first, first + timedelta(days=30), stock) != []


@pytest.mark.usefixtures("db")
async def test_publishing_again_changes_nothing_and_a_change_makes_the_next_version(
    written: Path, change: Write, now: datetime
) -> None:
    await publish_clinic(read_publication(written), now=now)
    assert await publish_clinic(read_publication(written), now=now) == [
        "clinic tamarind-bay: as it was",
        "programme stroke-recovery: version 1 as it was",
    ]
    await Resource.filter(name="Consulting room 2").update(is_active=False)
    change("clinic", "+1 268 555 0100", "+1 268 555 0199")
    change("programme", "hold_minutes = 60", "hold_minutes = 90")
    change("resources", "count = 2", "count = 3")
    change(
        "resources",
        'skills = ["bariatric"]\nweek = "monday-to-saturday"\n\n[[resources]]\nkind = "therapist"',
        'week = "monday-to-saturday"\n\n[[resources]]\nkind = "therapist"',
    )
    change("resources", '"Recovery bed 3"', '"Wide bed"')

    said = await publish_clinic(read_publication(written), now=now)

    assert said == [
        "clinic tamarind-bay: phone",
        "programme stroke-recovery: version 2, published",
        "resource Wide bed: new",
    ]
    programme = await Programme.get(slug="stroke-recovery")
    versions = await ProgrammeVersion.filter(programme_id=programme.id).order_by("number")
    assert [one.content["terms"]["hold_minutes"] for one in versions] == [60, 90]
    assert programme.published_version_id == versions[1].id
    assert not await Resource.exists(name="Consulting room 2", is_active=True)


@pytest.mark.usefixtures("db")
async def test_what_bookings_are_kept_in_stays_and_nothing_is_published(
    written: Path, change: Write, now: datetime
) -> None:
    await publish_clinic(read_publication(written), now=now)
    change("clinic", "America/Antigua", "America/Barbados")

    with pytest.raises(WrittenWrong, match=r"^clinic.toml: zone: is America/Antigua, and bookings are kept in it$"):
        await publish_clinic(read_publication(written), now=now)


@pytest.mark.usefixtures("db")
async def test_what_the_treatment_needs_and_the_clinic_does_not_have_is_said(
    written: Path, change: Write, now: datetime
) -> None:
    change("protocol", '{ kind = "bed" }', '{ kind = "bed", skills = ["bariatric"], count = 2 }')

    said = await publish_clinic(read_publication(written), now=now)

    assert said[-1] == "step observation: needs 2 bed with bariatric, and there are 1"


@pytest.mark.parametrize(
    ("table", "words", "said"),
    [
        ("clinic", ("America/Antigua", "Antigua"), "clinic.toml: zone: is not an IANA time zone such as America/Antigua"),
        ("clinic", ('first = "12-24"', 'first = "24-12"'), "clinic.toml: closed_yearly.0.first: is not a day of the year"),
        ("clinic", ("airport", "airprot"), "clinic.toml: airport: Field required"),
        ("programme", ('slug = "stroke-recovery"', ""), "programme.toml: slug: is missing"),
        ("programme", ("hold_minutes = 60", "hold_minutes = 6"), "programme.toml: terms.hold_minutes: "),
        ("programme", ("months = 6", 'months = "six"'), "programme.toml: travel_rules.passport_validity.months: "),
        ("programme", ("[title]", "[title"), "programme.toml: Expected ']'"),
        ("protocol", ("day = 1\n", "day = { from = 2, to = 1 }\n"), "protocol.toml: steps[1].day: from is later than to"),
        ("consent", ('key = "cost"', 'key = "price"'), "consent.toml: consent leaves out: cost"),
        ("resources", ('week = "monday-to-friday"', 'week = "never"'), "resources.toml: resources.0.week: no week is called 'never'"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_place(
    written: Path, change: Write, table: str, words: tuple[str, str], said: str
) -> None:
    change(table, *words)

    with pytest.raises(WrittenWrong) as wrong:
        read_publication(written)

    assert str(wrong.value).startswith(said)


def test_what_is_left_out_is_named_and_one_file_will_do(written: Path, tmp_path: Path) -> None:
    (written / "consent.toml").unlink()
    with pytest.raises(WrittenWrong, match=r"^consent.toml: is missing$"):
        read_publication(written)
    with pytest.raises(WrittenWrong, match=r"^nowhere.toml: cannot be read \(FileNotFoundError\)$"):
        read_publication(tmp_path / "nowhere.toml")
    one = tmp_path / "one.toml"
    one.write_text('[clinic]\nslug = "a"\n')
    with pytest.raises(WrittenWrong, match=r"^one.toml: programme: is missing$"):
        read_publication(one)
    one.write_text("[clinic]\nslug = 'A b'\n[programme]\n[evidence]\n[consent]\n[protocol]\n")
    with pytest.raises(WrittenWrong, match=r"^one.toml: clinic.slug: "):
        read_publication(one)
    assert tomllib.loads(one.read_text())["clinic"] == {"slug": "A b"}


async def test_a_day_that_is_closed_from_now_on_says_whom_it_touches(
    world: World, written: Path, change: Write, services: Services
) -> None:
    booking = await a_confirmed(await a_case(world, now=services.now()), services)
    day = Window.from_json(booking.window).start
    change(
        "clinic",
        "[[closed_yearly]]",
        f'[[closed_yearly]]\nname = "Founders"\nfirst = "{day:%m-%d}"\nlast = "{day:%m-%d}"\n\n[[closed_yearly]]',
    )

    said = await publish_clinic(read_publication(written), now=services.now())

    claims = await Claim.filter(booking_id=booking.id, step="assessment").count()
    assert [line for line in said if "in the way" in line] == [
        f"closed on {day}, Founders: {claims} appointments are in the way"
    ]
