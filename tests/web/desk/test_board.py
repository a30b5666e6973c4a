"""The board through the whole application, without a script."""

import re
from datetime import datetime
from html import unescape

from booking.demo.ready import Stage
from booking.journeys.open_board import AT_FIRST
from tests.journeys.test_open_board import many_cases
from tests.journeys.trips import a_case
from tests.web.conftest import Visit


def cards_in(page: str) -> int:
    return len(re.findall('class="board-card[ "]', page))


async def test_a_long_column_says_how_much_of_it_is_shown_and_leads_to_the_rest(visit: Visit, now: datetime) -> None:
    first = await a_case(visit.world, Stage.READY, now=now)
    await many_cases(first, 60, now=now)
    await many_cases(await a_case(visit.world, Stage.SUITABLE, "helene", now=now), 30, now=now)
    nia = await visit.as_("nia")

    board = (await nia.get("/desk?show=open")).text
    links = {name: unescape(href) for href, name in re.findall(r'href="([^"]+)">(Show \w+ ?\d*)<', board)}
    one = (await nia.get(links["Show all 61"])).text
    both = (await nia.get("/desk?show=open&all=dates&all=plan&all=nonsense")).text

    assert links == {
        "Show all 31": "/desk?show=open&all=plan#more-plan",
        "Show all 61": "/desk?show=open&all=dates#more-dates",
    }
    assert (f"{AT_FIRST} of 61 are shown." in board, cards_in(board)) == (True, 2 * AT_FIRST)
    assert (cards_in(one), one.count('id="more-dates"')) == (61 + AT_FIRST, 1)
    assert 'href="/desk?show=open&amp;all=dates&amp;all=plan#more-plan"' in one
    assert 'href="/desk?show=open#stage-dates">Show fewer' in one
    assert cards_in(both) == 61 + 31


async def test_what_a_search_found_is_shown_whole_by_a_form(visit: Visit, now: datetime) -> None:
    await many_cases(await a_case(visit.world, Stage.READY, now=now), 60, now=now)
    nia = await visit.as_("nia")

    found = (await nia.post("/desk", data={"search": "Samuel"})).text
    whole = (await nia.post("/desk", data={"search": "Samuel", "all": "dates"})).text

    assert (cards_in(found), cards_in(whole)) == (AT_FIRST, 61)
    assert '<input type="hidden" name="search" value="Samuel">' in found
    assert 'name="all" value="dates">Show all 61<' in found
    assert "Show fewer" not in whole
