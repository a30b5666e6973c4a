"""The real demo and a real browser, started once for all the tests here."""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, Protocol

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.chromium import chromium
from tests.browser.running_demo import Demo, running_demo
from tests.browser.visitor import Visitor, visitor
from tests.memory import folder_in_memory

PATIENCE = 10_000  # milliseconds: the machine may be busy


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with folder_in_memory() as folder, running_demo(folder / "var") as running:
        yield running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        # Debian's Chromium refuses its sandbox to root.
        launched = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield launched
        await launched.close()


class Comes(Protocol):
    async def __call__(self, key: str | None = None, /, **options: Any) -> Visitor: ...


FAILED: Final = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fixtures are told whether their test failed: a picture of every page that is left costs as much as a page."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
async def comes(browser: Browser, demo: Demo, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Comes]:
    """People at browsers of their own: `await comes()`, or `await comes("nia")` signed in, with no page open yet.

    At the end nothing may have gone wrong in any of their browsers.
    """
    async with AsyncExitStack() as stack:
        visitors: list[Visitor] = []

        async def come(key: str | None = None, /, **options: Any) -> Visitor:
            context, who = await visitor(browser, demo.address, **options)
            stack.push_async_callback(context.close)
            visitors.append(who)
            if key is not None:
                await who.sends(f"/demo/sign-in/{key}")
            return who

        yield come
        for number, who in enumerate(visitors if request.node.stash[FAILED] else ()):
            picture = tmp_path / f"{number}.png"
            await who.page.screenshot(path=picture, full_page=True)
            print(f"at the end: {who.page.url} ({picture})")  # noqa: T201
        assert [complaint for who in visitors for complaint in who.complaints] == []
