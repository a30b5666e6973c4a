import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import httpx
import psutil
import pyotp
import pytest

from booking.accounts.models import Role, Staff
from booking.accounts.staff import Secrets, prove
from booking.demo import postgres
from booking.demo.ports import free_port
from booking.kit.seals import derive_key
from tests.memory import folder_in_memory
from tests.outside import PLAIN
from tests.programs import Done, done

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "booking" / "demo" / "clinic"
HANDED_DOWN = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A demo's folder of its own, its database gone afterwards."""
    with folder_in_memory() as place:
        yield place / "var"
        postgres.remove(place / "var" / "postgres")


def booking(*words: str, said: str = "", **environment: str) -> Done:
    return done(*words, environment=HANDED_DOWN | environment, said=said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "required: command"),
        (("fly",), "invalid choice: 'fly'"),
        (("demo", "--port", "0"), "a port is a number from 1 to 65535"),
        (("demo", "--port", "http"), "a port is a number from 1 to 65535"),
        (("demo", "--port", "65536"), "a port is a number from 1 to 65535"),
        (("web", "--workers", "none"), "it must be a whole number, 1 or more"),
        (("seed", "--ready", "-1"), "--ready"),
        (("seed", "--ready", "many"), "it must be a whole number, 1 or more"),
        (("worker", "--fast"), "unrecognized arguments: --fast"),
    ],
)
def test_words_that_cannot_be_used_get_one_line_and_exit_code_2(words: tuple[str, ...], said: str) -> None:
    ended = booking(*words)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert said in ended.err


@pytest.mark.parametrize("command", ["web", "worker"])
def test_a_missing_setting_stops_the_start_with_its_name(command: str) -> None:
    ended = booking(command)

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert ended.err.startswith("leeward: DATABASE_URL: is not set; it accepts a PostgreSQL address")


@pytest.mark.parametrize(
    "words",
    [
        ("migrate",),
        ("publish", str(EXAMPLE)),
        ("appoint", "mara@clinic.example", "--name", "Mara", "--clinic", "tamarind-bay", "--role", "coordinator"),
        ("check",),
    ],
)
def test_a_database_that_is_not_there_gets_one_line(words: tuple[str, ...]) -> None:
    """By a Python that has nothing loaded: each command finds what it needs. The demo starts all others so."""
    ended = subprocess.run(
        [sys.executable, "-m", "booking", *words],
        cwd=ROOT,
        env=HANDED_DOWN | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/leeward"},
        input="a long enough secret\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "leeward: DATABASE_URL: the database cannot be reached (ConnectionRefusedError)\n"


@pytest.mark.parametrize(
    ("words", "found", "said"),
    [
        (
            'closes = "17:30"',
            'closes = "soon"',
            "resources.toml: weeks.monday-to-friday.closes: must be a time such as 08:30",
        ),
        ('kind = "room"\n', "kind = room\n", "resources.toml: Invalid value (at line 22, column 8)"),
    ],
)
def test_a_clinic_that_cannot_be_published_gets_the_place_of_its_first_fault(
    tmp_path: Path, words: str, found: str, said: str
) -> None:
    written = tmp_path / "clinic"
    shutil.copytree(EXAMPLE, written)
    (written / "resources.toml").write_text((written / "resources.toml").read_text().replace(words, found, 1))

    ended = booking("publish", str(written))

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith(f"leeward: {said}")


async def test_a_clinic_begins_with_two_commands(
    clean_db: None, credentials: dict[str, Any], server: postgres.Running, tmp_path: Path
) -> None:
    """As whoever runs the product does it: a clinic, then someone who works there, and the secrets nowhere else."""
    environment = {**production(server.url), "FILES_URL": str(tmp_path), "LEEWARD_FOLDER": "/nowhere"}
    published = await asyncio.to_thread(booking, "publish", str(EXAMPLE), **environment)
    words = (
        "appoint",
        "mara@clinic.example",
        "--name",
        "Mara Lind",
        "--clinic",
        "tamarind-bay",
        "--role",
        "coordinator",
    )
    appointed = await asyncio.to_thread(booking, *words, said="a long enough secret\n", **environment)

    assert (published.code, published.err) == (0, "")
    assert published.out.startswith(
        "clinic tamarind-bay: new\nprogramme stroke-recovery: version 1, published\nresource Dr Ines Baptiste: new\n"
    )
    assert (appointed.code, appointed.err) == (0, "")
    first, *_, otpauth = appointed.out.splitlines()
    assert first == "Mara Lind: coordinator at Tamarind Bay Regenerative Centre."
    assert otpauth.startswith("otpauth://totp/Tamarind%20Bay%20Regenerative%20Centre:mara%40clinic.example?secret=")
    code = pyotp.TOTP(otpauth.partition("secret=")[2].partition("&")[0]).now()
    secrets = Secrets(totp_key=derive_key(environment["SECRET_KEY"], "totp"), pepper=b"pepper")
    post = await prove("mara@clinic.example", "a long enough secret", code, secrets=secrets, now=datetime.now(UTC))
    assert (await Staff.get(id=post.staff_id)).role is Role.COORDINATOR


def production(database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "STRIPE_SECRET_KEY": "sk_test_none",
        "STRIPE_WEBHOOK_SECRET": "whsec_none",
        "SMTP_URL": "smtp://127.0.0.1:9",
        "MAIL_FROM": "Care <care@clinic.example>",
        "SECRET_KEY": "x" * 40,
        "PUBLIC_URL": "https://care.clinic.example",
    }


def test_a_python_without_the_packages_goes_on_in_the_projects_own(tmp_path: Path) -> None:
    house = _a_house(tmp_path, "#!/bin/sh\necho the project\\'s own python: $@\n")

    done = subprocess.run(
        [sys.executable, "-S", "-m", "booking", "check"], cwd=house, capture_output=True, text=True, check=False
    )

    assert done.stdout == "the project's own python: -m booking check\n"


def test_without_packages_anywhere_one_line_says_how_to_get_them(tmp_path: Path) -> None:
    house = _a_house(tmp_path, None)

    done = subprocess.run(
        [sys.executable, "-S", "-m", "booking", "check"], cwd=house, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "run `make demo`" in done.stderr


def _a_house(tmp_path: Path, own_python: str | None) -> Path:
    """The program in a folder of its own, with or without a .venv."""
    shutil.copytree(ROOT / "booking", tmp_path / "booking", ignore=shutil.ignore_patterns("__pycache__"))
    if own_python is not None:
        python = tmp_path / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.write_text(own_python)
        python.chmod(0o755)
    return tmp_path


def test_a_port_in_use_is_said_before_anything_is_started(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = booking("demo", "--port", str(port), LEEWARD_FOLDER=str(folder))

    assert ended.code == 2
    assert ended.err == f"leeward: Port {port} is in use: choose another, as in make demo PORT=8123.\n"
    assert not (folder / "postgres").exists()


class Demo:
    """`make demo` in a folder, on a free port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "booking", "demo", "--port", str(self.port)],
            cwd=ROOT,
            env=HANDED_DOWN | {"LEEWARD_FOLDER": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def __enter__(self) -> Self:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C" in line:
                return self
        raise AssertionError(self.said)

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)

    def child(self, word: str) -> psutil.Process:
        found = [each for each in psutil.Process(self.process.pid).children() if word in each.cmdline()]
        assert len(found) == 1
        return found[0]

    def healthy(self) -> bool:
        try:
            return (
                httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5, verify=PLAIN).status_code
                == httpx.codes.OK
            )
        except httpx.TransportError:
            return False


def lives(process: psutil.Process) -> bool:
    """An ended process that nobody has asked after yet does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def eventually(true: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_the_demo_starts_again_what_dies_and_leaves_nothing_behind_whatever_kills_it(folder: Path) -> None:
    with Demo(folder) as demo:
        assert f"http://localhost:{demo.port}" in demo.said
        assert demo.healthy()
        web, worker = demo.child("web"), demo.child("worker")
        web.kill()
        worker.kill()
        assert eventually(lambda: not lives(web) and demo.healthy())
        assert booking("seed", "--ready", "2", LEEWARD_FOLDER=str(folder)).out.count("LW-") == 2
        family = psutil.Process(demo.process.pid).children(recursive=True)
        demo.process.kill()
        assert eventually(lambda: not any(map(lives, family)), 10)

    with Demo(folder) as again:
        assert again.healthy()
        ended = booking("check", LEEWARD_FOLDER=str(folder))
        assert (ended.code, ended.out, ended.err) == (0, "", "")
        second = booking("demo", "--port", "8123", LEEWARD_FOLDER=str(folder))
        assert second.err == (
            f"leeward: The demo of this folder runs already, at http://localhost:{again.port}: end it first.\n"
        )
        family = psutil.Process(again.process.pid).children(recursive=True)

    assert again.process.returncode == 0
    assert not any(map(lives, family))
    assert booking("demo", "--reset", LEEWARD_FOLDER=str(folder)).code == 0
    assert [path.name for path in folder.iterdir()] == ["demo.lock"]
