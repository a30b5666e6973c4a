"""What staff print is there to be read: nothing that is to be filled in, and no heading over nothing."""

from typing import Any, Final

from tests.browser.conftest import Comes
from tests.browser.visitor import Visitor

HEADINGS: Final = {
    "/desk/closures": ["Closures and absences", "Opening hours"],
    "/desk/resources": ["How many there are"],
    "/desk/lots": [],
    "/desk/feeds": ["Your feeds"],
}
SEEN: Final = """() => {
  const seen = query => [...document.querySelectorAll(query)].filter(one => one.checkVisibility());
  const fields = seen("main :is(input, select, textarea, button)").length;
  return {fields, headings: seen("main h2").map(heading => heading.textContent)};
}"""


async def test_a_page_of_the_desk_has_no_form_on_paper(comes: Comes) -> None:
    nia = await comes("nia")

    printed = {path: await _printed(nia, path) for path in HEADINGS}

    assert printed == {path: {"fields": 0, "headings": headings} for path, headings in HEADINGS.items()}


async def _printed(visitor: Visitor, path: str) -> dict[str, Any]:
    """What is seen of a page on paper. On the screen it has a form."""
    await visitor.page.emulate_media(media="screen")
    await visitor.goes_to(path)
    assert (await visitor.page.evaluate(SEEN))["fields"] > 0
    await visitor.page.emulate_media(media="print")
    on_paper: dict[str, Any] = await visitor.page.evaluate(SEEN)
    return on_paper
