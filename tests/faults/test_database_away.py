"""PostgreSQL stopped and started again under load: everyone is told so in the product's voice, and nobody has to do anything."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from booking.demo import postgres
from tests.faults.processes import Place, running, web
from tests.memory import folder_in_memory
from tests.outside import PLAIN
from tests.programs import PATIENCE

PATHS = ("/", "/programmes", "/readyz", "/api/v1/programmes")
GREETED = {200, 401}  # the key is of no partner's, but finding that out takes the database
VISITORS = 8


@pytest.fixture
def folder() -> Iterator[Path]:
    """A server of its own, for it is stopped: its folder."""
    with folder_in_memory() as place:
        yield place / "postgres"
        postgres.remove(place / "postgres")


class Visitors:
    """People and a partner's system who go on asking. `statuses` is what they got since one last looked."""

    def __init__(self, address: str) -> None:
        self.statuses: Counter[int] = Counter()
        self.ever: set[int] = set()
        self.last_503: dict[str, httpx.Response] = {}
        self._address = address

    async def visit(self, until: asyncio.Event) -> None:
        headers = {"Authorization": "Bearer unknown"}
        async with httpx.AsyncClient(
            verify=PLAIN, base_url=self._address, headers=headers, timeout=PATIENCE
        ) as browser:
            while not until.is_set():
                for path in PATHS:
                    answer = await browser.get(path)
                    self.statuses[answer.status_code] += 1
                    self.ever.add(answer.status_code)
                    if answer.status_code == 503:
                        self.last_503[path] = answer
                await asyncio.sleep(0.05)

    async def seen(self, statuses: set[int]) -> set[int]:
        """Wait until these are what comes back, and nothing else, at every address; what did in the end."""
        self.statuses.clear()
        for _ in range(200):
            await asyncio.sleep(0.3)
            # So many answers that one of them at least has asked at every address.
            if set(self.statuses) == statuses and self.statuses.total() >= VISITORS * len(PATHS):
                break
            if not set(self.statuses) <= statuses:
                self.statuses.clear()
        return set(self.statuses)


async def test_while_the_database_is_away_everyone_gets_503_and_afterwards_what_they_wanted(
    folder: Path, tmp_path: Path
) -> None:
    server = postgres.start(folder, relaxed=True)
    place = Place(server.url, "http://127.0.0.1:9", tmp_path)
    with running(place, "migrate") as migrating:
        assert await asyncio.to_thread(migrating.wait) == 0
    with web(place) as found:
        visitors, over = Visitors(found.address), asyncio.Event()
        visiting = [asyncio.create_task(visitors.visit(over)) for _ in range(VISITORS)]
        assert await visitors.seen(GREETED) == GREETED

        server.stop()
        assert await visitors.seen({503}) == {503}

        again = postgres.start(folder, relaxed=True)
        assert await visitors.seen(GREETED) == GREETED

        over.set()
        await asyncio.gather(*visiting)
    again.stop()

    page, problem = visitors.last_503["/"], visitors.last_503["/api/v1/programmes"]
    assert (again.url, visitors.ever) == (server.url, GREETED | {503})
    assert (page.headers["retry-after"], "default-src 'none'" in page.headers["content-security-policy"]) == (
        "10",
        True,
    )
    assert "We cannot reach our records just now" in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["type"] == "urn:leeward:unreachable"
