"""Finding a browser for the tests, or getting one: an installed Chrome or Chromium, else Playwright's own, else Debian's package.

Where there is a choice it is the headless shell: the same engine without the browser around it, for half of the processor's time.

As a script it makes sure of one before the tests begin, or says in one line what to install.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

SHELLS: Final = ("chromium-headless-shell", "chrome-headless-shell")
NAMES: Final = (*SHELLS, "google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome")
PLACES: Final = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
WHERE: Final = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
DOWNLOAD: Final = 300  # seconds
INSTALL: Final = 600


class NoBrowser(Exception):
    """There is no browser and none could be had. The text is one line that says what to install."""


def chromium() -> Path:
    """The browser to test with. Raises NoBrowser."""
    for find in (_installed, _playwrights, _downloaded, _debians):
        found = find()
        if found is not None:
            return found
    raise NoBrowser(
        "The browser tests need Chrome or Chromium: install one (Debian: apt-get install chromium-headless-shell), or name it in CHROME."
    )


def _installed() -> Path | None:
    named = os.environ.get("CHROME")
    candidates = [named] if named else [*map(shutil.which, NAMES), *PLACES]
    return next((Path(path) for path in candidates if path and _runs(path)), None)


def _playwrights() -> Path | None:
    """What Playwright downloaded before. It tells its place in a process of its own, for it may not run in an event loop."""
    told = subprocess.run([sys.executable, "-c", WHERE], capture_output=True, text=True, check=False)
    if not (path := told.stdout.strip()):
        return None
    # .../chromium-1255/chrome-linux64/chrome has its shell in .../chromium_headless_shell-1255
    folder = Path(path).parents[1]
    shells = folder.parent.glob(folder.name.replace("chromium-", "chromium_headless_shell-") + "/*/*headless[-_]shell")
    return next((each for each in (*shells, Path(path)) if _runs(str(each))), None)


def _downloaded() -> Path | None:
    install = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    return _playwrights() if _succeeds(install, DOWNLOAD) else None


def _debians() -> Path | None:
    """Debian's package, if we may install it. Its text needs a font."""
    if shutil.which("apt-get") is None:
        return None
    before = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    if not _succeeds([*apt, "update"], INSTALL):
        return None
    install = [*apt, "install", "--no-install-recommends", SHELLS[0], "fonts-liberation"]
    return _installed() if _succeeds(install, INSTALL) else None


def _runs(path: str) -> bool:
    """Some distributions ship a `chromium` that only asks to install the real one."""
    return _succeeds([path, "--version"], 30)


def _succeeds(command: list[str], seconds: int) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    try:
        chromium()
    except NoBrowser as missing:
        sys.exit(f"leeward: {missing}")
