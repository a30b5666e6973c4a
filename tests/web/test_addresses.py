"""Names of pages: those that templates and mails use are there, and lead where they say."""

import re
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route

from booking.journeys.links import PATHS
from booking.messages.occasions import OCCASIONS
from booking.web.desk import said

HOUSE = Path(__file__).parents[2]
NAMED = re.compile(r"""(?:url|urls|link|redirect)\((?:request, )?["']([a-z]+:[a-z-]+)["']""")


def paths(app: Starlette) -> dict[str, str]:
    return {found.name: found.path_format for found in app.routes if isinstance(found, Route)}


def test_every_address_that_a_page_names_is_there(app: Starlette) -> None:
    files = [*(HOUSE / "templates").rglob("*.html"), *(HOUSE / "booking" / "web").rglob("*.py")]
    named = {name for file in files for name in NAMED.findall(file.read_text())}
    # The demo brings its own routes, and pages ask first whether they are there.
    named = {name for name in named if not name.startswith("demo:")}

    assert len(named) > 50
    assert named - set(paths(app)) == set()


def test_the_addresses_in_mails_are_the_webs_own(app: Starlette) -> None:
    assert {name: paths(app).get(name) for name in PATHS} == PATHS


def test_the_desk_has_a_word_for_every_mail() -> None:
    assert set(said.OCCASIONS) == set(OCCASIONS)
