"""One address of every kind of page that somebody can reach by following links, found without drawing any of them."""

import re
from collections import Counter, deque
from typing import Final

from playwright.async_api import APIRequestContext

# What differs between two pages of one kind: codes, days, numbers, names of lots and steps, signed tokens.
VARIES: Final = re.compile(r"LW-[0-9A-Z]{4}-[0-9A-Z]{4}|(?<=/lots/)[^/?]+|(?<=/steps/)[^/?]+|\?.*|(?<=/)\d+\b")
LINK: Final = re.compile(r'<a\b[^>]*?\shref="(/[^"#]*)')
NO_PAGE: Final = re.compile(r"\.(pdf|ics|json)\b|/records/LW-|/simulated/|/demo|as-mail|/ask/question")
# Pages of one kind that are looked into for links: what can be done next depends on where a case stands.
LOOKED_INTO: Final = 4


def kind_of(path: str) -> str:
    return VARIES.sub("*", path)


async def kinds_of_pages(request: APIRequestContext, home: str, area: str) -> dict[str, str]:
    """A page for each kind within reach in this area (`/portal`), by its path, in the order found."""
    waiting, known, looked_into, found = deque([area]), {area}, Counter[str](), dict[str, str]()
    while waiting:
        path = waiting.popleft()
        kind = kind_of(path)
        looked_into[kind] += 1
        if looked_into[kind] > LOOKED_INTO:
            continue
        answer = await request.get(home + path)
        assert answer.status < 500, f"{answer.status} at {path}"
        if not answer.ok or "text/html" not in answer.headers["content-type"]:
            continue
        html = await answer.text()
        if looked_into[kind] == 1:
            found[path] = html
        links = _links_in(html) - known
        known |= links
        waiting.extend(sorted(link for link in links if link.startswith(area) and not NO_PAGE.search(link)))
    return found


async def links_of(request: APIRequestContext, address: str) -> list[str]:
    """Where the links of one page lead, within the product."""
    return sorted(_links_in(await (await request.get(address)).text()))


def _links_in(text: str) -> set[str]:
    return {link.replace("&amp;", "&") for link in LINK.findall(text)}
