"""Make .venv hold what requirements/run.txt or dev.txt names, and do nothing if it does already.

Runs on the system's own Python, with nothing but its standard library:  python3 requirements/install.py run|dev
"""
# ruff: noqa: INP001, T201 - a script, which talks to a person

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO, NoReturn

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "set-up.log"
OLDEST = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


def main() -> None:
    """Set up for `run` or `dev`, or stop with the one line that says what is missing."""
    kind = sys.argv[1]
    if sys.version_info < OLDEST:
        use_a_newer_python()
    wanted = digest(kind)
    done = VENV / ("installed-" + kind)
    lock = os.open(str(HERE), os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # `make demo` and `make test` may start at the same moment
    if done.is_file() and done.read_text() == wanted and works(PYTHON):
        return
    print("Setting up .venv (once; about half a minute) ...", flush=True)
    if not works(PYTHON):
        make_venv()
    install(kind)
    done.write_text(wanted)


def use_a_newer_python() -> NoReturn:
    """Go on in a newer Python if there is one: this one is only the system's default."""
    newer = next((path for path in map(shutil.which, NEWER) if path), None)
    if newer is None:
        stop("Python {}.{} or newer is needed; this is {}.{}.".format(*OLDEST, *sys.version_info[:2]))
    os.execv(newer, [newer, *sys.argv])  # noqa: S606 - found on the PATH, as python3 itself was


def digest(kind: str) -> str:
    """What an installation was made from. A new lock, or a new Python, makes it anew."""
    parts = [(HERE / name).read_bytes() for name in ("uv.txt", kind + ".txt")]
    return hashlib.sha256(b"".join([*parts, sys.version.encode()])).hexdigest()


def works(python: Path) -> bool:
    """Whether it is there, runs, and is of this Python's version: a venv breaks when its Python is upgraded."""
    try:
        told = subprocess.run(  # noqa: S603
            [str(python), "-c", "import pip, sys; print(sys.version)"], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return told.returncode == 0 and told.stdout.strip() == sys.version.strip()


def make_venv() -> None:
    """Make .venv anew. Debian keeps the part that does it in a package of its own."""
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        stop("Python's venv is missing: install it (Debian: apt-get install python3-venv).")
    made = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        stop("Cannot make " + str(VENV) + ": " + last_line(made.stdout + made.stderr))


def install(kind: str) -> None:
    """Install the locked packages by uv, itself locked; by pip where uv cannot reach what pip can (a mirror, a proxy)."""
    locked = ["--require-hashes", "-r", str(HERE / (kind + ".txt"))]
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(PYTHON)]
    with LOG.open("w") as log:
        if run([*pip, "--require-hashes", "-r", str(HERE / "uv.txt")], log) and run([*uv, *locked], log):
            return
        if run([*pip, *locked], log):
            return
    stop(
        "The packages could not be installed: "
        + last_line(LOG.read_text())
        + " (the whole story is in "
        + str(LOG)
        + ")"
    )


def run(command: list[str], log: IO[str]) -> bool:
    """Run it, its words into the log. Whether it succeeded."""
    try:
        return subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603
    except OSError as error:
        log.write(str(error) + "\n")
        return False


def last_line(text: str) -> str:
    """The last thing that was said."""
    return ([line for line in text.splitlines() if line.strip()] or ["it said nothing"])[-1].strip()


def stop(line: str) -> NoReturn:
    """End with one line for the person who started us."""
    sys.exit("leeward: " + line)


if __name__ == "__main__":
    main()
